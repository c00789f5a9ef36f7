import Dispatch
import SpecDecoding
import SpecFiles
import SpecKernels
import SpecModel
import SpecTestSupport
import Testing

/// Requests wait for one another; clients that go and servers that stop leave nothing behind.
@Suite struct WaitingTests {
  private static let request: JSONValue = ["prompt": "abc", "max_tokens": 1500, "ignore_eos": true, "stream": true]

  /// A decoder whose cycles each wait for leave.
  private final class Gated: Decoder {
    private let gate: DispatchSemaphore

    init(_ gate: DispatchSemaphore) { self.gate = gate }

    func setSampling(_ sampling: Sampling) {}

    func begin(_ prompt: [Token]) -> Token? { 100 }

    func cycle(_ budget: CycleBudget) -> Cycle {
      gate.wait()
      return Cycle(drafted: 0, nodes: 0, accepted: 0, tokens: [101], times: PhaseTimes())
    }
  }

  private static let gated: JSONValue = [
    "prompt": "abc", "max_tokens": 1500, "ignore_eos": true, "stream": true, "decoder": "extra",
  ]

  @Test func beyondTheQueueRequestsAreRefused() throws {
    let server = try RunningServer(waits: true, capacity: 1)
    let first = try PlainHTTPClient(port: server.port)
    try first.send("POST", "/v1/completions", Self.request.line)
    #expect(try server.waits(for: "vllm:num_requests_waiting", toBe: 1))
    let second = try server.post("/v1/completions", Self.request)
    #expect(second.status == 503 && second.headers["retry-after"] == "1", "\(second.text)")
    #expect(try server.get("/health").status == 200)
    server.begin()
    #expect(try first.answer().events.last?["timings.predicted_n"].whole == 1500)
  }

  @Test func whoHasGoneIsNotDecodedFor() throws {
    let gate = DispatchSemaphore(value: 0)
    let server = try RunningServer(extra: { Gated(gate) })
    do {
      let client = try PlainHTTPClient(port: server.port)
      try client.send("POST", "/v1/completions", Self.gated.line)
      #expect(try client.waits(for: "data: "))
    }
    // Every cycle asks whether somebody is still there.
    var cycles = 0
    while try server.metric("vllm:num_requests_running") == 1, cycles < 1500 {
      gate.signal()
      cycles += 1
    }
    #expect(try server.metric("specbench:requests_abandoned_total") == 1)
    #expect(try server.metric("vllm:request_success_total") == 0)
    #expect(try server.post("/v1/completions", ["prompt": "abc"]).status == 200)
  }

  @Test func aServerThatStopsSaysSo() throws {
    let gate = DispatchSemaphore(value: 0)
    let server = try RunningServer(extra: { Gated(gate) })
    let streaming = try PlainHTTPClient(port: server.port)
    try streaming.send("POST", "/v1/completions", Self.gated.line)
    #expect(try streaming.waits(for: "data: "))
    let waiting = try PlainHTTPClient(port: server.port)
    try waiting.send("POST", "/v1/completions", Self.request.line)
    #expect(try server.waits(for: "vllm:num_requests_waiting", toBe: 1))
    server.queue.close()
    gate.signal()
    #expect(try waiting.answer().status == 503)
    let events = try streaming.answer().events
    #expect(events.last?["error.message"].text?.contains("the server is stopping") == true, "\(events)")
    server.stop()
    #expect(throws: PlainHTTPClient.Failure.self) { try server.get("/health") }
  }
}
