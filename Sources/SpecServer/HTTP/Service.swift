import Dispatch
import NIOCore
import NIOHTTP1
import SpecCore
import SpecFiles
import SpecKernels
import SpecModel

/// What answers requests: the endpoints, and what they need.
package final class Service: Sendable {
  /// What a server takes.
  package struct Limits: Sendable {
    /// The most bytes of a request's body.
    package var body = 8 << 20
    /// The most connections at once.
    package var connections = 512
    /// Seconds after which a connection without a request is closed.
    package var idleSeconds: Int64 = 300

    /// The usual limits.
    package init() {}
  }

  let model: OfferedModel
  let queue: JobQueue
  let metrics: ServerMetrics
  let version: String
  /// Requests are read here, one after the other, so that they keep their order.
  let work = DispatchQueue(label: "specbench.requests")
  private let key: [UInt8]?
  private let limits: Limits

  /// - Parameters:
  ///   - model: what is served.
  ///   - queue: takes the requests for generations.
  ///   - metrics: what was done so far.
  ///   - version: the package's version.
  ///   - key: what clients must know; nil for nothing.
  ///   - limits: what is taken.
  package init(
    model: OfferedModel,
    queue: JobQueue,
    metrics: ServerMetrics,
    version: String,
    key: String? = nil,
    limits: Limits = Limits()
  ) {
    self.model = model
    self.queue = queue
    self.metrics = metrics
    self.version = version
    self.key = key.map { Array($0.utf8) }
    self.limits = limits
  }

  var bodyLimit: Int { limits.body }
  var connectionLimit: Int { limits.connections }
  var patience: TimeAmount { .seconds(limits.idleSeconds) }

  /// Answers a request, or has it answered once the model is free.
  func answer(_ request: HTTPRequest, _ reply: Reply) {
    let arrival = MonotonicClock.now
    do throws(Refusal) {
      let endpoint = try endpoint(for: request)
      switch endpoint.action {
      case .page(let page): try page(self, reply)
      case .tool(let tool): reply.send(try tool(model, body(of: request)))
      case .generation(let interface):
        let (wanted, answer, isStreamed) = try interface(body(of: request), self)
        let job = Job(request: wanted, answer: answer, isStreamed: isStreamed, reply: reply, arrival: arrival)
        try queue.submit(job)
      }
    } catch {
      reply.refuse(error, headers: headers(of: error, request))
    }
  }

  private func body(of request: HTTPRequest) throws(Refusal) -> JSONField<Refusal> {
    let field = try JSONField<Refusal>(parsing: request.body[...], file: "the request's body")
    guard case .object = field.value else { throw field.mismatch(expected: "an object") }
    return field
  }

  private func endpoint(for request: HTTPRequest) throws(Refusal) -> Endpoint {
    let path = request.path
    guard path == Endpoint.healthPath || isAllowed(request.head) else {
      throw Refusal(
        401,
        "the API key is missing or wrong; send it as 'Authorization: Bearer KEY'",
        type: "authentication_error"
      )
    }
    guard let endpoint = Endpoint.all.first(where: { $0.paths.contains(path) }) else {
      throw Refusal(
        404,
        "there is no \(quoted(path)) here; see docs/serving.md for what there is",
        type: "not_found_error"
      )
    }
    guard request.head.method == endpoint.method else {
      throw Refusal(405, "\(path) takes \(endpoint.method.rawValue), not \(quoted(request.head.method.rawValue))")
    }
    return endpoint
  }

  private func headers(of refusal: Refusal, _ request: HTTPRequest) -> [(String, String)] {
    switch refusal.status {
    case 401: return [("WWW-Authenticate", "Bearer")]
    case 405:
      let endpoint = Endpoint.all.first { $0.paths.contains(request.path) }
      return endpoint.map { [("Allow", $0.method.rawValue)] } ?? []
    case 503: return [("Retry-After", "1")]
    default: return []
    }
  }

  /// Compares the key in a time that does not depend on where it differs.
  private func isAllowed(_ head: HTTPRequestHead) -> Bool {
    guard let key else { return true }
    let given = Array((head.headers.first(name: "Authorization") ?? "").utf8)
    let expected = Array("Bearer ".utf8) + key
    guard given.count == expected.count else { return false }
    return zip(given, expected).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
  }
}

/// A path, and what it does.
struct Endpoint: Sendable {
  /// What a request for it brings about.
  enum Action: Sendable {
    /// Something to read.
    case page(@Sendable (Service, Reply) throws(Refusal) -> Void)
    /// A question about texts and tokens.
    case tool(@Sendable (OfferedModel, JSONField<Refusal>) throws(Refusal) -> JSONValue)
    /// A generation, told in an interface's way.
    case generation(
      @Sendable (JSONField<Refusal>, Service) throws(Refusal) -> (GenerationRequest, any Answer, isStreamed: Bool)
    )
  }

  static let healthPath = "/health"

  let method: HTTPMethod
  let paths: [String]
  let action: Action

  /// Everything that the server has.
  static let all = [
    Endpoint(method: .GET, paths: [healthPath], action: .page { $1.send(["status": "ok"]) }),
    Endpoint(
      method: .GET,
      paths: ["/version"],
      action: .page { $1.send(["version": .text($0.version), "engine": "specbench"]) }
    ),
    Endpoint(method: .GET, paths: ["/v1/models", "/models"], action: .page { $1.send($0.modelList) }),
    Endpoint(method: .GET, paths: ["/props"], action: .page { $1.send($0.properties) }),
    Endpoint(method: .GET, paths: ["/slots"], action: .page { $1.send($0.slots) }),
    Endpoint(
      method: .GET,
      paths: ["/metrics"],
      action: .page { $1.send($0.metricsText, type: "text/plain; version=0.0.4; charset=utf-8") }
    ),
    Endpoint(method: .POST, paths: ["/tokenize"], action: .tool(TextTools.tokenize)),
    Endpoint(method: .POST, paths: ["/detokenize"], action: .tool(TextTools.detokenize)),
    Endpoint(method: .POST, paths: ["/apply-template"], action: .tool(TextTools.applyTemplate)),
    Endpoint(method: .POST, paths: ["/v1/completions"], action: .generation(CompletionAnswer.read)),
    Endpoint(method: .POST, paths: ["/v1/chat/completions"], action: .generation(ChatAnswer.read)),
    Endpoint(method: .POST, paths: ["/completion"], action: .generation(NativeAnswer.read)),
  ]
}
