import NIOCore
import NIOHTTP1
import SpecFiles
import Synchronization

/// Where the answer to one request goes. Any thread may use it, one at a time.
final class Reply: Sendable {
  private enum Stage {
    case waiting, streaming, done
  }

  private let channel: any Channel
  private let keepsAlive: Bool
  private let version: HTTPVersion
  private let gone = Atomic<Bool>(false)
  private let stage = Mutex(Stage.waiting)

  init(_ channel: any Channel, keepsAlive: Bool, version: HTTPVersion) {
    self.channel = channel
    self.version = version
    self.keepsAlive = keepsAlive
  }

  /// Whether nobody waits for the answer any more.
  var isGone: Bool { gone.load(ordering: .relaxed) }

  /// Whether the answer is whole.
  var isDone: Bool { stage.withLock { $0 == .done } }

  /// The client has gone.
  func leave() { gone.store(true, ordering: .relaxed) }

  /// Answers with a JSON document.
  func send(_ document: JSONValue, status: Int = 200, headers: [(String, String)] = []) {
    send(document.line + "\n", type: "application/json", status: status, headers: headers)
  }

  /// Answers with a text.
  func send(_ text: String, type: String, status: Int = 200, headers: [(String, String)] = []) {
    let isFree = stage.withLock { stage in
      defer { stage = .done }
      return stage == .waiting
    }
    guard isFree else { return }
    var fields = HTTPHeaders(headers)
    fields.add(name: "Content-Type", value: type)
    fields.add(name: "Content-Length", value: "\(text.utf8.count)")
    write(.head(head(HTTPResponseStatus(statusCode: status), fields)))
    write(.body(.byteBuffer(channel.allocator.buffer(string: text))))
    end()
  }

  /// Sends events of a stream (server-sent events, WHATWG HTML §9.2). They are written down on the connection's own thread:
  /// the caller's time is the model's.
  ///
  /// - Parameters:
  ///   - events: JSON documents, one for each event.
  ///   - mark: a last event that is no JSON; empty for none. Nil leaves the stream open.
  func stream(_ events: @autoclosure @escaping @Sendable () -> [JSONValue], end mark: String? = nil) {
    let before = stage.withLock { stage in
      defer { if stage != .done { stage = mark == nil ? .streaming : .done } }
      return stage
    }
    guard before != .done else { return }
    channel.eventLoop.execute { [self] in
      guard !isGone else { return }
      if before == .waiting {
        let fields: HTTPHeaders = ["Content-Type": "text/event-stream; charset=utf-8", "Cache-Control": "no-cache"]
        write(.head(head(.ok, fields)))
      }
      var text = events().map { "data: \($0.line)\n\n" }.joined()
      if let mark, !mark.isEmpty { text += "data: \(mark)\n\n" }
      if !text.isEmpty { write(.body(.byteBuffer(channel.allocator.buffer(string: text)))) }
      if mark == nil { channel.flush() } else { end() }
    }
  }

  /// Says why there is no answer, or no more of it.
  func refuse(_ refusal: Refusal, headers: [(String, String)] = []) {
    if stage.withLock({ $0 == .streaming }) {
      stream([refusal.document], end: "")
    } else {
      send(refusal.document, status: refusal.status, headers: headers)
    }
  }

  private func head(_ status: HTTPResponseStatus, _ fields: HTTPHeaders) -> HTTPResponseHead {
    var fields = fields
    if !keepsAlive { fields.add(name: "Connection", value: "close") }
    return HTTPResponseHead(version: version, status: status, headers: fields)
  }

  private func write(_ part: HTTPServerResponsePart) { channel.write(part, promise: nil) }

  private func end() {
    let written = channel.writeAndFlush(HTTPServerResponsePart.end(nil))
    if !keepsAlive { written.whenComplete { [channel] _ in channel.close(promise: nil) } }
  }
}
