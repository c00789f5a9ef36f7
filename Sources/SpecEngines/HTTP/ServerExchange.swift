import Dispatch
import NIOCore
import Synchronization

/// What is sent to a server.
package struct ServerRequest: Sendable {
  /// `GET` or `POST`.
  package var method: String
  /// The path below the server's address, with a slash in front.
  package var path: String
  /// The body, JSON; nil for none.
  package var body: [UInt8]?

  /// Asks for something.
  package static func get(_ path: String) -> ServerRequest { ServerRequest(method: "GET", path: path, body: nil) }

  /// Sends something.
  package static func post(_ path: String, _ body: [UInt8]) -> ServerRequest {
    ServerRequest(method: "POST", path: path, body: body)
  }
}

/// Bytes of an answer with the moment when they arrived.
package struct StampedBytes: Equatable, Sendable {
  /// Nanoseconds since the request was sent.
  package let arrived: UInt64
  /// The bytes.
  package let bytes: [UInt8]

  /// Makes a piece of an answer.
  package init(arrived: UInt64, bytes: [UInt8]) { (self.arrived, self.bytes) = (arrived, bytes) }
}

/// A whole answer.
package struct ServerResponse: Sendable {
  /// The status.
  package var status: Int
  /// The body in the pieces in which it arrived.
  package var parts: [StampedBytes]

  /// The body.
  package var body: [UInt8] { parts.flatMap(\.bytes) }
}

/// One request and its answer: filled by the event loop, awaited by the thread that asked. The event loop does nothing with
/// a piece but stamp and keep it.
final class ServerExchange: Sendable {
  /// How an answer ends.
  enum End: Sendable {
    case whole
    case brokenOff
    case failed(String)
    case failedEncryption(String)
    case tooLong
  }

  private struct State {
    /// When the request was sent; until then, when it was made, so that a busy machine is not taken for a silent server.
    var started = ServerExchange.now
    var status = 0
    var parts: [(arrived: UInt64, bytes: ByteBuffer)] = []
    var bytes = 0
    var lastActivity = ServerExchange.now
    var end: End?
  }

  /// The most bytes of an answer.
  static let limit = 1 << 28

  private let state = Mutex(State())
  private let ended = DispatchSemaphore(value: 0)

  /// Nanoseconds of the clock that all stamps are taken with.
  static var now: UInt64 { NIODeadline.now().uptimeNanoseconds }

  /// The request is about to be sent.
  func begin() {
    state.withLock { state in
      state.started = Self.now
      state.lastActivity = state.started
    }
  }

  /// The head of the answer has arrived.
  func take(status: Int) {
    state.withLock { state in
      state.status = status
      state.lastActivity = Self.now
    }
  }

  /// A piece of the answer has arrived.
  ///
  /// - Returns: whether more may come.
  func take(_ bytes: ByteBuffer) -> Bool {
    let now = Self.now
    return state.withLock { state in
      state.parts.append((now - state.started, bytes))
      state.bytes += bytes.readableBytes
      state.lastActivity = now
      return state.bytes <= Self.limit
    }
  }

  /// The answer has ended; only the first end counts.
  func finish(_ end: End) {
    let isFirst = state.withLock { state in
      if state.end != nil { return false }
      state.end = end
      return true
    }
    if isFirst { ended.signal() }
  }

  /// How long nothing has come, and what has come before that.
  var silence: (nanoseconds: UInt64, total: UInt64, wait: EngineFault.Wait) {
    state.withLock { state in
      let now = Self.now
      return (now - state.lastActivity, now - state.started, state.status == 0 ? .answer : .more)
    }
  }

  /// Waits for the end.
  ///
  /// - Parameter milliseconds: the longest wait.
  /// - Returns: the end; nil if it has not come.
  func wait(milliseconds: Int) -> End? {
    _ = ended.wait(timeout: .now() + .milliseconds(milliseconds))
    return state.withLock { $0.end }
  }

  /// The answer as far as it has come.
  var response: ServerResponse {
    state.withLock { state in
      ServerResponse(
        status: state.status,
        parts: state.parts.map { StampedBytes(arrived: $0.arrived, bytes: Array($0.bytes.readableBytesView)) }
      )
    }
  }
}
