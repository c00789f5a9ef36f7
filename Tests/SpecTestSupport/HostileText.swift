/// Texts as only somebody who means harm would write them, for whatever shows a text that it has not made.
public enum HostileText {
  /// Signs and words that mean something to some reader, or that make one character with their neighbors.
  private static let parts: [String] =
    ["\u{0D4E}", "\u{0301}", "\u{20DD}", "\u{0903}", "\u{200D}", "\u{200C}", "\u{FE0F}", "\u{1F1E6}", "\u{1F1F3}"]
    + ["\u{202E}", "\u{2066}", "\u{2069}", "\u{200F}", "\u{061C}", "\u{0600}", "\u{E0041}", "\u{FEFF}", "\u{00AD}"]
    + ["\u{0}", "\u{1B}[31m", "\u{1B}]0;x\u{7}", "\u{9B}2J", "\u{85}", "\u{7F}", "\u{8}", "\u{B}", "\u{C}"]
    + ["\r\n", "\n", "\r", "\t", "\u{2028}", "\u{2029}", "\u{A0}", "\u{3000}", " ", "  "]
    + ["\u{FFFE}", "\u{FFFF}", "\u{1FFFE}", "\u{E000}", "\u{10FFFF}", "\u{FFFD}"]
    + ["\"", "'", "`", "``", "|", "\\", "\\\\", "&", "<", ">", "*", "**", "_", "#", "~", "~~", "[", "]", "(", ")", "!"]
    + ["$", "%", "^", "{", "}", ",", ";", ":", "=", "+", "-", "--", "@", "/", "../", ".", "..", "?`"]
    + [
      "<script>alert(1)</script>", "</text>", "]]>", "<!--", "-->", "&lt;", "&#60;", "<b x=\"y\">", "![x](y)", "[x](y)",
    ]
    + ["=cmd|' /C calc'!A0", "@SUM(1)", "-2+3", "\\input{x}", "\\end{tabular}", "$(id)", "`id`", "; id", "# x", "1. x"]
    + ["http://x", "www.x", "a@b", "- x", "> x", "```", "%0A", "\\u{1B}", "\u{1F468}\u{200D}\u{1F469}", "\u{1F600}"]
    + ["a", "b7", "é", "–", "×", "5 %", "世", "א", "ك", "mt_bench", "0.5"]

  /// A text of up to ten parts.
  public static func text(_ random: inout some RandomNumberGenerator) -> String {
    (0..<Int.random(in: 1...10, using: &random)).map { _ in parts.randomElement(using: &random) ?? "" }.joined()
  }

  /// Texts that follow from a seed; the parts alone are among them.
  public static func texts(_ count: Int, seed: UInt64) -> [String] {
    var random = SeededRandom(seed: seed)
    return parts + (0..<max(count - parts.count, 0)).map { _ in text(&random) }
  }
}
