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
