import SpecModel
import Testing

/// The expected tokens are what Hugging Face tokenizers make of the same files.
@Suite struct TokenizerAddedTokenTests {
  private func tokenizer(_ addedTokens: String...) throws -> Tokenizer {
    var small = SmallTokenizer()
    let entries = addedTokens.enumerated().map { "{\"id\": \(300 + $0.offset), \($0.element)}" }
    small.sections["added_tokens"] = "[\(entries.joined(separator: ", "))]"
    return try small.load()
  }

  private func bytes(_ text: String) -> [Token] {
    text.utf8.map { Token($0) }
  }

  @Test func takesTheLongestAtTheLeftmostPlace() throws {
    let tokenizer = try tokenizer(
      #""content": "ab", "special": true"#,
      #""content": "abcd", "special": false, "normalized": false"#,
      #""content": "bcde", "special": true"#
    )
    #expect(tokenizer.encode("abcde") == [301] + bytes("e"))
    #expect(tokenizer.encode("abce") == [300] + bytes("ce"))
    #expect(tokenizer.encode("xbcde") == bytes("x") + [302])
    #expect(tokenizer.encode("abab") == [300, 300])
  }

  @Test func looksForNormalizedTokensLast() throws {
    let tokenizer = try tokenizer(
      #""content": "ab", "normalized": true"#,
      #""content": "bc", "normalized": false"#
    )
    #expect(tokenizer.encode("abc") == bytes("a") + [301])
    #expect(tokenizer.encode("abx") == [300] + bytes("x"))
  }

  @Test func stripsWhiteSpaceOnRequest() throws {
    let tokenizer = try tokenizer(
      #""content": "<l>", "lstrip": true, "special": true"#,
      #""content": "<r>", "rstrip": true, "special": true"#,
      #""content": "<n>", "special": true"#
    )
    #expect(tokenizer.encode("a \u{A0}\n<l> b") == bytes("a") + [300] + bytes(" b"))
    #expect(tokenizer.encode("a <r> \u{3000}b") == bytes("a ") + [301] + bytes("b"))
    #expect(tokenizer.encode("a <n> b") == bytes("a ") + [302] + bytes(" b"))
    #expect(tokenizer.encode("<r>  <l>") == [301, 300])
    #expect(tokenizer.encode("<n>  <l>") == [302, 300])
  }

  @Test func respectsWordsOnRequest() throws {
    let tokenizer = try tokenizer(#""content": "word", "single_word": true"#)
    #expect(tokenizer.encode("word") == [300])
    #expect(tokenizer.encode("a word.") == bytes("a ") + [300] + bytes("."))
    for text in ["words", "sword", "_word", "wordé", "word\u{301}", "٣word", "word\u{200D}"] {
      #expect(tokenizer.encode(text) == bytes(text), "\(text)")
    }
  }

  @Test func skipsOnlySpecialTokens() throws {
    let tokenizer = try tokenizer(#""content": "<s>", "special": true"#, #""content": "<tool>", "special": false"#)
    #expect(tokenizer.decode([300, 301, 97]) == "<s><tool>a")
    #expect(tokenizer.decode([300, 301, 97], skippingSpecialTokens: true) == "<tool>a")
    #expect(tokenizer.stream([300, 301, 97], skippingSpecialTokens: true).joined() == "<tool>a")
  }

  @Test func skippedTokensDoNotCutCharacters() throws {
    let tokenizer = try tokenizer(#""content": "<s>", "special": true"#)
    #expect(tokenizer.decode([0xC3, 300, 0xA9], skippingSpecialTokens: true) == "é")
    #expect(tokenizer.stream([0xC3, 300, 0xA9], skippingSpecialTokens: true) == ["", "", "é", ""])
    #expect(tokenizer.stream([0xC3, 300, 0xA9]).joined() == "\u{FFFD}<s>\u{FFFD}")
  }
}
