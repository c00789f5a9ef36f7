import SpecFiles

/// Why a server gave no answer that can be used.
package enum EngineFault: Error, Equatable, CustomStringConvertible {
  /// What the client was waiting for when its patience ended.
  package enum Wait: String, Sendable {
    /// The connection.
    case connection = "the connection"
    /// The first byte of the answer.
    case answer = "the first byte of an answer"
    /// More of an answer that has begun.
    case more = "more of an answer that had begun"
    /// The end of an answer that has begun.
    case end = "the end of an answer"
  }

  /// Nothing listens, the name is not known, or the network fails.
  case unreachable(server: String, reason: String)
  /// The encrypted connection did not come about.
  case encryption(server: String, reason: String)
  /// The server has kept silent for too long.
  case silent(server: String, wait: Wait, seconds: Int)
  /// The connection ended in the middle of an answer.
  case brokenOff(server: String, bytes: Int)
  /// The answer has a status that is no success; the reason is the server's own.
  case refused(server: String, status: Int, reason: String)
  /// The answer is not what the dialect's servers send.
  case notUnderstood(server: String, problem: String)
  /// The answer has more bytes than are read.
  case tooLong(server: String, limit: Int)
  /// The server does not fit what is to be measured.
  case unfit(server: String, problem: String)
  /// The run is to end.
  case stopped

  /// Whether another try may go better.
  package var mayPass: Bool {
    switch self {
    case .unreachable, .silent, .brokenOff, .notUnderstood, .tooLong: true
    case .refused(_, let status, _): status == 408 || status == 429 || status >= 500
    case .encryption, .unfit, .stopped: false
    }
  }

  /// One sentence that names the server and says what to do.
  package var description: String {
    switch self {
    case .unreachable(let server, let reason):
      "\(server): there is no connection (\(printable(reason))); start the server, or correct the address"
    case .encryption(let server, let reason):
      "\(server): the encrypted connection failed (\(printable(reason))); check the certificate, or give its authority "
        + "with ca=FILE"
    case .silent(let server, let wait, let seconds):
      "\(server): nothing came for \(quantity(seconds, "second")) while waiting for \(wait.rawValue); look into the "
        + "server's log, or allow more with timeout=SECONDS"
    case .brokenOff(let server, let bytes):
      "\(server): the connection ended in the middle of an answer, after \(quantity(bytes, "byte")); look into the "
        + "server's log"
    case .refused(let server, let status, let reason): "\(server): \(Self.refusal(status, reason))"
    case .notUnderstood(let server, let problem):
      "\(server): the answer is not understood: \(problem); check the dialect and the server's version"
    case .tooLong(let server, let limit):
      "\(server): the answer is longer than \(quantity(limit >> 20, "MiB", plural: "MiB")), which is the most that is read"
    case .unfit(let server, let problem): "\(server): \(problem)"
    case .stopped: "stopped"
    }
  }

  private static func refusal(_ status: Int, _ reason: String) -> String {
    let said = reason.isEmpty ? "" : " and says \(quoted(reason))"
    let advice =
      switch status {
      case 401, 403: "name the environment variable that holds the key with key-env=NAME"
      case 404: "check the address, the model's name and the dialect"
      case 408, 429: "it is busy: ask for fewer requests, or for more --retries"
      case 503: "it may still be loading its model: wait, or ask for more --retries"
      case 500...: "look into the server's log"
      default: "check what is sent against the server's version"
      }
    return "the server answers with status \(status)\(said); \(advice)"
  }
}

/// The text of an untrusted server made fit for a sentence.
private func printable(_ text: String) -> String { String(quoted(text).dropFirst().dropLast()) }

extension EngineFault: InputFailure {
  /// The fault of an answer that is not what it should be; the file is the server's address.
  package init(_ problem: InputProblem, file: String) {
    self = .notUnderstood(server: file, problem: "\(problem)")
  }
}

extension EngineFault {
  /// Does something that asks a server again as long as another try may go better.
  ///
  /// - Parameters:
  ///   - retries: how often, after the first time.
  ///   - body: what to do.
  /// - Returns: what `body` returns.
  /// - Throws: what the last try throws.
  package static func retrying<Result>(_ retries: Int, _ body: () throws -> Result) throws -> Result {
    var left = retries
    while true {
      do {
        return try body()
      } catch let fault as EngineFault where fault.mayPass && left > 0 {
        left -= 1
      }
    }
  }
}
