import SpecCore
import SpecFiles
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

  private func prompt(_ parts: (text: String, isQuoted: Bool)...) -> PromptText {
    parts.reduce(into: PromptText()) { $1.isQuoted ? $0.quote($1.text) : $0.write($1.text) }
  }

  /// The template's markers count, those in a user's words are spelt out.
  @Test func quotedTextHoldsNoControlTokens() throws {
    let tokenizer = try tokenizer(
      #""content": "</s>", "special": true"#,
      #""content": "<|user|>", "special": false"#,
      #""content": "  ", "special": false"#,
      #""content": "word", "special": false"#
    )
    #expect(tokenizer.encode(PromptText(quoting: "abc</s>")) == bytes("abc</s>"))
    #expect(tokenizer.encode(PromptText(quoting: "<|user|>")) == bytes("<|user|>"))
    #expect(
      tokenizer.encode(prompt(("<|user|>", false), ("a</s>b", true), ("</s>", false))) == [301] + bytes("a</s>b") + [
        300
      ]
    )
    // What steers no model is found everywhere, as in the whole text.
    #expect(tokenizer.encode(PromptText(quoting: "a  word")) == bytes("a") + [302, 303])
    #expect(tokenizer.encode("abc</s>") == bytes("abc") + [300])
  }

  /// A marker that lies only in part in a user's words is none either, but one before it is.
  @Test func markersDoNotReachIntoQuotedText() throws {
    let tokenizer = try tokenizer(
      #""content": "</s>", "special": true"#,
      #""content": "<a>", "special": true"#,
      #""content": "<a>b>", "special": true"#
    )
    #expect(tokenizer.encode(prompt(("<", false), ("/s>", true))) == bytes("</s>"))
    #expect(tokenizer.encode(prompt(("</s", true), (">", false))) == bytes("</s>"))
    #expect(tokenizer.encode(prompt(("</", false), ("", true), ("s>", false))) == [300])
    #expect(tokenizer.encode(prompt(("<a>", false), ("b>", true))) == [301] + bytes("b>"))
    #expect(tokenizer.encode(prompt(("<", true), ("<a>", false))) == bytes("<") + [301])
  }

  /// Without a marker in it, quoted text gives the tokens of the whole text: its ends are no ends of words.
  @Test func quotingChangesNoOtherToken() throws {
    var small = SmallTokenizer()
    small.addMerges([("a", "b"), ("ab", "c"), (" ", "abc"), ("1", "2")])
    small.sections["added_tokens"] = #"[{"id": 400, "content": "<e>", "special": true, "rstrip": true}]"#
    let tokenizer = try small.load()
    var random = SplitMix64(seed: 5)
    let parts = ["a", "b", "c", " ", "1", "2", "\n", "é", "'s", "<e>", "<e", ">", "世"]
    for _ in 0..<2000 {
      var prompt = PromptText()
      for _ in 0..<random.below(12) {
        let part = parts[random.below(parts.count)]
        // The template's part is anything; a user's here has no part of a marker.
        if random.below(2) == 0 { prompt.write(part) } else { prompt.quote(part.filter { !"<>e".contains($0) }) }
      }
      let isWhole = !prompt.quoted.contains { range in
        [UInt8](prompt.text.utf8)[..<range.lowerBound].suffix(2).contains(UInt8(ascii: "<"))
      }
      if isWhole { #expect(tokenizer.encode(prompt) == tokenizer.encode(prompt.text), "\(prompt)") }
    }
  }
}
