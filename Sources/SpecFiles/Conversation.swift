/// Who speaks in a recorded conversation.
public enum Speaker: String, Sendable {
  /// Sets the scene.
  case system
  /// Asks.
  case user
  /// Answers.
  case assistant

  /// The names under which files know them.
  fileprivate static let names: [String: Speaker] = [
    "system": .system, "developer": .system, "user": .user, "human": .user, "assistant": .assistant,
    "gpt": .assistant, "chatgpt": .assistant, "bing": .assistant, "bard": .assistant, "model": .assistant,
  ]
}

/// What one side says in a recorded conversation.
public struct SpokenTurn: Equatable, Sendable {
  /// Who speaks.
  public let speaker: Speaker
  /// What is said.
  public let text: String

  /// A turn of a conversation.
  public init(_ speaker: Speaker, _ text: String) {
    self.speaker = speaker
    self.text = text
  }
}

/// Conversations as chat interfaces and ShareGPT write them.
extension JSONField {
  /// The conversation of a record: `messages` with `role` and `content`, or `conversations` with `from` and `value`; nil
  /// where the record has neither.
  ///
  /// - Throws: the module's error for a conversation that is not written so.
  public func conversation() throws(Failure) -> [SpokenTurn]? {
    if let field = try member("conversations").unlessNull { return try field.spokenTurns() }
    return try member("messages").unlessNull?.spokenTurns()
  }

  /// A list of turns, in either form.
  ///
  /// - Throws: the module's error for anything else.
  public func spokenTurns() throws(Failure) -> [SpokenTurn] {
    try elements().map { (turn) throws(Failure) in
      let isShareGPT = try turn.member("from").ifPresent != nil
      let name = try turn.member(isShareGPT ? "from" : "role")
      guard let speaker = Speaker.names[try name.string().lowercased()] else {
        throw name.mismatch(expected: "one of \(Speaker.names.keys.sorted().joined(separator: ", "))")
      }
      return SpokenTurn(speaker, try turn.member(isShareGPT ? "value" : "content").spokenText())
    }
  }

  /// A text, or the texts of a list of parts as interfaces for pictures and text take them.
  private func spokenText() throws(Failure) -> String {
    guard case .array = value else { return try string() }
    return try elements().map { (part) throws(Failure) in
      let type = try part.member("type")
      guard try type.string() == "text" else { throw type.mismatch(expected: "\"text\", the only kind that is read") }
      return try part.member("text").string()
    }.joined(separator: "\n")
  }
}

/// A text for a model, and which of it was written by somebody else than the template: what a user says, or what a model
/// has answered. There the text of a special token is but a text, and no user can end a turn or begin one.
public struct PromptText: Equatable, Sendable {
  /// The whole text.
  public private(set) var text = ""
  /// Where the text of others stands in the UTF-8 of the whole, by rising positions, none of them empty.
  public private(set) var quoted: [Range<Int>] = []

  /// An empty text.
  public init() {}

  /// A text of a user's.
  public init(quoting text: String) { quote(text) }

  /// Goes on with the template's own words, whose special tokens count.
  public mutating func write(_ text: String) { self.text += text }

  /// Goes on with the words of somebody else.
  public mutating func quote(_ text: String) {
    let start = self.text.utf8.count
    self.text += text
    if !text.isEmpty { quoted.append(start..<self.text.utf8.count) }
  }
}
