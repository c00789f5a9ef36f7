import Dispatch
import Foundation
import SpecCore
import SpecDecoding
import SpecFiles
import SpecKernels
import SpecModel
import SpecRunner
import SpecServer
import SpecTestSupport
import Synchronization

/// A server in this process, on a free port, with a tiny model that gives random bytes.
final class RunningServer: Sendable {
  /// Every registered method.
  static let methods = MethodRegistry.builtIn.methods.map(\.name)

  let port: Int
  let queue: JobQueue
  let modelName: String
  private let start = DispatchSemaphore(value: 0)
  private let end = DispatchSemaphore(value: 0)

  /// What the thread that owns the model tells once it listens.
  private struct Ready: Sendable {
    let port: Int
    let modelName: String
  }

  /// - Parameters:
  ///   - waits: whether requests are decoded only after ``begin()``.
  ///   - capacity: how many requests may wait.
  ///   - key: what clients must know.
  ///   - bodyLimit: the most bytes of a body.
  ///   - chat: how conversations are written.
  ///   - extra: a decoder called "extra" beside the registered ones.
  /// - Throws: if the model cannot be made or the server cannot listen.
  init(
    waits: Bool = false,
    capacity: Int = 100,
    key: String? = nil,
    bodyLimit: Int? = nil,
    chat: ChatWriting? = RunningServer.plainChat,
    extra: (@Sendable () -> any Decoder)? = nil
  ) throws {
    let directory = try TinyCheckpoint().directory
    let queue = JobQueue(capacity: capacity)
    let outcome = Mutex<Result<Ready, any Error>?>(nil)
    let (started, start, end) = (DispatchSemaphore(value: 0), self.start, self.end)
    Thread.detachNewThread {
      defer { end.signal() }
      do {
        let context = try ComputeContext(threads: 1)
        let model = try LoadedModel(directory: directory, context: context)
        var decoders = try RunDecoder.prepare(Self.methods.map { DecoderSpec(method: $0) }, model: model)
        if let extra {
          let spec = DecoderSpec(method: "extra")
          decoders.append(RunDecoder(name: "extra", spec: spec, decoder: extra(), addedParameters: 0))
        }
        let metrics = ServerMetrics()
        var limits = Service.Limits()
        if let bodyLimit { limits.body = bodyLimit }
        let served = OfferedModel(model, decoders: decoders, chat: chat)
        let service = Service(
          model: served,
          queue: queue,
          metrics: metrics,
          version: "1.2.3",
          key: key,
          limits: limits
        )
        let server = try Server(host: "127.0.0.1", port: 0, service: service)
        outcome.withLock { $0 = .success(Ready(port: server.port, modelName: served.name)) }
        started.signal()
        if waits { start.wait() }
        DecodingLoop(model: model, decoders: decoders, queue: queue, metrics: metrics).run()
        server.stop()
        try FileManager.default.removeItem(atPath: directory)
      } catch {
        outcome.withLock { $0 = .failure(error) }
        started.signal()
      }
    }
    started.wait()
    let ready = try outcome.withLock { try $0?.get() }
    (port, modelName) = (ready?.port ?? 0, ready?.modelName ?? "")
    self.queue = queue
  }

  deinit {
    start.signal()
    queue.close()
    end.wait()
  }

  /// Decodes what waits, and what comes.
  func begin() { start.signal() }

  /// Ends the server and waits until it has gone.
  func stop() {
    queue.close()
    end.wait()
    end.signal()
  }

  /// Writes what each side says in a line.
  static let plainChat = ChatWriting(source: "lines") { turns throws(UnwritableMessages) in
    guard turns.first?.speaker != .system else { throw UnwritableMessages("it has no place for a system message") }
    var prompt = PromptText()
    for turn in turns {
      prompt.write(turn.speaker.rawValue + ":")
      prompt.quote(turn.text)
      prompt.write("\n")
    }
    prompt.write("assistant:")
    return (prompt, false)
  }

  func get(_ path: String, headers: [String: String] = [:]) throws -> PlainHTTPClient.Answer {
    try PlainHTTPClient.ask(port, "GET", path, headers: headers)
  }

  func post(_ path: String, _ body: JSONValue, headers: [String: String] = [:]) throws -> PlainHTTPClient.Answer {
    try PlainHTTPClient.ask(port, "POST", path, body.line, headers: headers)
  }

  /// A number of the metrics, the first of its name.
  func metric(_ name: String) throws -> Int? {
    let lines = try get("/metrics").text.split(separator: "\n")
    return lines.first { $0.hasPrefix(name) }?.split(separator: " ").last.flatMap { Int($0) }
  }

  /// Looks again and again until a number of the metrics is as expected, or a minute has passed.
  func waits(for name: String, toBe value: Int) throws -> Bool {
    let start = Date()
    while Date().timeIntervalSince(start) < 60 { if try metric(name) == value { return true } }
    return false
  }
}

/// Reading answers.
extension JSONValue {
  /// A member of an object, or an element of a list by its number; null for what is not there.
  subscript(path: String) -> JSONValue {
    path.split(separator: ".").reduce(self) { value, key in
      switch value {
      case .object(let members): members.last { $0.key.elementsEqual(key.utf8) }?.value ?? .null
      case .array(let elements): Int(key).flatMap { elements.indices.contains($0) ? elements[$0] : nil } ?? .null
      default: .null
      }
    }
  }

  /// Whether an object has a member.
  func has(_ name: String) -> Bool {
    if case .object(let members) = self { members.contains { $0.key.elementsEqual(name.utf8) } } else { false }
  }

  /// The elements of a list; none of anything else.
  var list: [JSONValue] { if case .array(let elements) = self { elements } else { [] } }

  /// A list of whole numbers.
  var integers: [Int] { list.compactMap(\.whole) }

  /// A whole number.
  var whole: Int? { if case .integer(let value) = self { value } else { nil } }

  /// Any number.
  var real: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    default: nil
    }
  }
}

/// Requests as tests write them.
extension JSONValue: ExpressibleByIntegerLiteral, ExpressibleByArrayLiteral {
  /// A whole number.
  public init(integerLiteral value: Int) { self = .integer(value) }
  /// A list.
  public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
}
