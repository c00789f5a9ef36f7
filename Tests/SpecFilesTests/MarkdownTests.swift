import SpecFiles
import Testing

@Suite struct MarkdownTextTests {
  @Test(arguments: [
    ("mt_bench", "mt_bench"), ("int8_2", "int8_2"), ("_x_", #"\_x\_"#), ("a__b", #"a\_\_b"#), ("a|b", #"a\|b"#),
    ("a\\", #"a\\"#), ("a\nb\tc", "a b c"), ("a\u{2028}b", "a b"), ("a\u{0}b", #"a\\0b"#), ("", ""),
    ("é–世", "é–世"),
  ])
  func plainText(text: String, expected: String) {
    #expect(MarkdownText.escaped(text.onOneLine, in: .line) == expected)
  }

  @Test(arguments: [
    ("a b", "`a b`"), ("a`b", "``a`b``"), ("`a", "`` `a ``"), ("a``", "``` a`` ```"), (" a", "`  a `"), ("", "–"),
    ("  ", "–"), ("a\nb", #"`a\nb`"#), ("a\u{1B}b", #"`a\u{1B}b`"#),
  ])
  func codeSpans(text: String, expected: String) {
    #expect(MarkdownText.code(text) == expected)
  }
}
