/// Where the texts of tokens that came before lie in a text that is being decoded. Long texts are mostly of such tokens, and
/// are decoded several times faster by copying.
struct DecodedTexts {
  private struct Entry {
    var token: Token
    var text: Range<Int>
  }

  /// A token has its place by its lowest bits; the last one there wins. Empty for a text that is too short to repay it.
  private var entries: [Entry] = []

  /// - Parameter tokenCount: how many tokens the text has, at least.
  init(tokenCount: Int) {
    if tokenCount < 256 { return }
    var size = 256
    while size < tokenCount / 8, size < 1 << 13 { size *= 2 }
    entries = Array(repeating: Entry(token: -1, text: 0..<0), count: size)
  }

  /// The place of a token's text; nil if it has not come before.
  func text(of token: Token) -> Range<Int>? {
    guard token >= 0, !entries.isEmpty else { return nil }
    let entry = entries[Int(token) & (entries.count - 1)]
    return entry.token == token ? entry.text : nil
  }

  /// Keeps the place of a token's text.
  mutating func note(_ text: Range<Int>, of token: Token) {
    guard token >= 0, !entries.isEmpty else { return }
    entries[Int(token) & (entries.count - 1)] = Entry(token: token, text: text)
  }
}
