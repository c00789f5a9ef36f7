import SpecFiles

/// A server that can be asked, with what the user said of it.
package struct Server: Sendable {
  /// The connection.
  package let client: ServerClient
  /// The model's name that is sent; nil where there is but one.
  package var model: String?
  /// Whether it is known to draft nothing, so that each token is a pass.
  package var isVanilla: Bool
  /// Whether conversations are sent as messages to a chat interface.
  package var usesChat: Bool

  /// Makes a server; the properties say what each value means.
  package init(client: ServerClient, model: String? = nil, isVanilla: Bool = false, usesChat: Bool = false) {
    self.client = client
    self.model = model
    self.isVanilla = isVanilla
    self.usesChat = usesChat
  }

  /// What it is called in a sentence.
  package var name: String { client.name }

  /// Asks for a document.
  ///
  /// - Parameter path: the path.
  /// - Returns: the document; nil where the server has none there, or does not give it.
  /// - Throws: ``EngineFault`` if it cannot be reached or refuses the key.
  func document(_ path: String) throws(EngineFault) -> JSONField<EngineFault>? {
    let response = try client.send(.get(path))
    if [401, 403].contains(response.status) { throw refusal(response) }
    return response.status == 200 ? try? field(response.body) : nil
  }

  /// Asks for a text.
  ///
  /// - Parameter path: the path.
  /// - Returns: the text; nil where the server has none there.
  /// - Throws: ``EngineFault`` if it cannot be reached.
  func text(_ path: String) throws(EngineFault) -> String? {
    let response = try client.send(.get(path))
    return response.status == 200 ? String(decoding: response.body, as: UTF8.self) : nil
  }

  /// Sends a document and reads the one that comes back.
  ///
  /// - Parameters:
  ///   - path: the path.
  ///   - body: the document.
  ///   - shouldStop: asked ten times a second.
  /// - Returns: the answer.
  /// - Throws: ``EngineFault``, also for a status that is no success.
  func post(
    _ path: String,
    _ body: JSONValue,
    shouldStop: () -> Bool = { false }
  ) throws(EngineFault) -> JSONField<EngineFault> {
    try field(whole(path, body, shouldStop).body)
  }

  /// Sends a document and reads the stream of documents that comes back.
  ///
  /// - Parameters:
  ///   - path: the path.
  ///   - body: the document.
  ///   - shouldStop: asked ten times a second.
  /// - Returns: the messages, each with its arrival; `[DONE]` is not among them.
  /// - Throws: ``EngineFault``, also for a message that is an error.
  func stream(
    _ path: String,
    _ body: JSONValue,
    shouldStop: () -> Bool
  ) throws(EngineFault) -> [(arrived: UInt64, message: JSONField<EngineFault>)] {
    let response = try whole(path, body, shouldStop)
    let (events, isCut) = EventStream.events(response.parts)
    guard !isCut else { throw .brokenOff(server: name, bytes: response.body.count) }
    guard !events.isEmpty || response.body.isEmpty else {
      throw .notUnderstood(server: name, problem: "it is no event stream but \(quoted(response.body))")
    }
    var messages: [(arrived: UInt64, message: JSONField<EngineFault>)] = []
    for event in events where !event.data.elementsEqual("[DONE]".utf8) {
      let message = try field(event.data)
      if let error = try message.member("error").unlessNull {
        throw .refused(server: name, status: 500, reason: Self.reason(error))
      }
      messages.append((event.arrived, message))
    }
    return messages
  }

  private func whole(
    _ path: String,
    _ body: JSONValue,
    _ shouldStop: () -> Bool
  ) throws(EngineFault) -> ServerResponse {
    let response = try client.send(.post(path, Array(body.line.utf8)), shouldStop: shouldStop)
    guard response.status == 200 else { throw refusal(response) }
    return response
  }

  private func field(_ bytes: [UInt8]) throws(EngineFault) -> JSONField<EngineFault> {
    try JSONField(parsing: bytes[...], file: name, lenient: true)
  }

  /// What a server says of why it gives no answer.
  private func refusal(_ response: ServerResponse) -> EngineFault {
    let document = try? field(response.body)
    let error = (try? document?.member("error").unlessNull) ?? (try? document?.member("detail").unlessNull)
    let reason = error.map(Self.reason) ?? String(decoding: response.body.prefix(200), as: UTF8.self)
    return .refused(server: name, status: response.status, reason: reason)
  }

  /// The text of an error, which is an object with a message or a text alone.
  private static func reason(_ error: JSONField<EngineFault>) -> String {
    if let text = error.value?.text { return text }
    return (try? error.member("message").string()) ?? error.value?.line ?? ""
  }
}

extension JSONField<EngineFault> {
  /// A member, nil where the value is no object, or the member null or absent: for what a server need not tell.
  func known(_ name: String) -> JSONField<EngineFault>? { try? member(name).unlessNull }
  /// A text that need not be told.
  func text(_ name: String) -> String? { known(name)?.value?.text }
  /// An integer that need not be told.
  func count(_ name: String) -> Int? { try? known(name)?.integer() }
  /// A time in milliseconds that need not be told, in nanoseconds.
  func milliseconds(_ name: String) -> UInt64? {
    guard let time = try? known(name)?.number(), time >= 0, time < 1e12 else { return nil }
    return UInt64(time * 1e6)
  }
}
