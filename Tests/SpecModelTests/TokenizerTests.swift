import Foundation
import SpecModel
import Testing

@Suite struct TokenizerTests {
  @Test(arguments: [
    "": [],
    "Hello world": ["Hello", " world"],
    "don't we'll I'd you've they're I'm it's 'tis": [
      "don", "'t", " we", "'ll", " I", "'d", " you", "'ve", " they", "'re", " I", "'m", " it", "'s", " '", "tis",
    ],
    "DON'T!'s": ["DON", "'", "T", "!'", "s"],
    "'": ["'"],
    "'r 'l": ["'", "r", " '", "l"],
    "a1b22 3": ["a", "1", "b", "22", " 3"],
    "x²½Ⅷ٣": ["x", "²½Ⅷ٣"],
    "a  b": ["a", " ", " b"],
    "a \n\tb": ["a", " \n", "\t", "b"],
    "a \n b": ["a", " \n", " b"],
    "end \n ": ["end", " \n "],
    "\u{A0}\u{3000}x": ["\u{A0}", "\u{3000}", "x"],
    " \u{85}!": [" ", "\u{85}", "!"],
    "a\u{200B}b": ["a", "\u{200B}", "b"],
    "e\u{301}é": ["e", "\u{301}", "é"],
    "日本語、漢字": ["日本語", "、", "漢字"],
    " 👍🏽 ok": [" 👍🏽", " ok"],
  ])
  func splitsWhereTheGPT2PatternDoes(text: String, words: [String]) throws {
    // With ignore_merges a word is one token exactly if the splitter cuts it out whole.
    var small = SmallTokenizer()
    small.model["ignore_merges"] = "true"
    var tokens: [Token] = []
    for word in words {
      if word.utf8.count == 1 {
        tokens.append(contentsOf: word.utf8.map { Token($0) })
      } else if let known = small.vocabulary.firstIndex(where: { $0.key == ByteLetters.key(of: word.utf8) }) {
        tokens.append(Token(known))
      } else {
        tokens.append(Token(small.vocabulary.count))
        small.add(word)
      }
    }
    #expect(try small.load().encode(text) == tokens)
  }

  @Test func mergesTheLowestRankFirstAndTheLeftmostAmongEquals() throws {
    var small = SmallTokenizer()
    small.addMerges([("b", "c"), ("a", "a"), ("a", "b"), ("ab", "c")])
    let tokenizer = try small.load()
    #expect(tokenizer.encode("abc") == [97, 256])
    #expect(tokenizer.encode("aaa") == [257, 97])
    #expect(tokenizer.encode("aaab") == [257, 258])
    #expect(tokenizer.encode("ab") == [258])
  }

  @Test func takesMergesAsPairsToo() throws {
    var small = SmallTokenizer()
    small.add("th")
    small.add("the")
    small.model["merges"] = #"[["t", "h"], ["th", "e"]]"#
    #expect(try small.load().encode("the th") == [257, 32, 256])
  }

  @Test func putsASpaceInFrontIfAsked() throws {
    var small = SmallTokenizer()
    small.addMerges([(" ", "a")])
    small.sections["added_tokens"] = #"[{"id": 300, "content": "<s>", "special": true}]"#
    small.sections["pre_tokenizer"] =
      #"{"type": "Sequence", "pretokenizers": [{"type": "ByteLevel", "add_prefix_space": true}]}"#
    let tokenizer = try small.load()
    #expect(tokenizer.encode("") == [])
    #expect(tokenizer.encode("a") == [256])
    #expect(tokenizer.encode(" a") == [256])
    #expect(tokenizer.encode("a<s>a") == [256, 300, 256])
  }

  @Test func leavesTextWholeWithoutThePattern() throws {
    var small = SmallTokenizer()
    small.addMerges([("a", " ")])
    small.sections["pre_tokenizer"] = #"{"type": "ByteLevel", "add_prefix_space": false, "use_regex": false}"#
    #expect(try small.load().encode("a a") == [256, 97])
  }

  @Test func keepsCanonicallyEquivalentTextApart() throws {
    var small = SmallTokenizer()
    small.model["ignore_merges"] = "true"
    small.add("é")
    small.sections["added_tokens"] = """
      [{"id": 300, "content": "<é>", "special": true}, {"id": 301, "content": "<e\u{301}>", "special": true},
       {"id": 302, "content": "\u{212B}"}]
      """
    let tokenizer = try small.load()
    #expect(tokenizer.encode("é") == [256])
    #expect(tokenizer.encode("e\u{301}") == [101, 0xCC, 0x81])
    #expect(tokenizer.encode("<é><e\u{301}>") == [300, 301])
    #expect(tokenizer.encode("\u{212B}\u{C5}A\u{30A}") == [302, 0xC3, 0x85, 65, 0xCC, 0x8A])
    #expect(tokenizer.token(for: "<e\u{301}>") == 301)
    // As in the library, an added token in letters of the byte alphabet stands for their bytes.
    #expect(tokenizer.decode([300]).hasSameScalars(as: "<\u{FFFD}>"))
    for text in ["é", "e\u{301}", "<e\u{301}>", "\u{212B}", "\u{C5}", "A\u{30A}"] {
      #expect(tokenizer.decode(tokenizer.encode(text)).hasSameScalars(as: text))
    }
  }

  @Test func encodesAVeryLongWord() throws {
    var small = SmallTokenizer()
    small.addMerges([("a", "a"), ("aa", "aa"), ("b", "a"), ("aaaa", "aaaa")])
    let tokenizer = try small.load()
    for text in [String(repeating: "a", count: 100_001), String(repeating: "aab", count: 33_333)] {
      let tokens = tokenizer.encode(text)
      #expect(tokens.count < text.utf8.count)
      #expect(tokenizer.decode(tokens) == text)
    }
    #expect(tokenizer.encode(String(repeating: "a", count: 80)) == Array(repeating: 259, count: 10))
  }

  @Test(arguments: [
    // By the Unicode standard, one U+FFFD for each maximal part that could have begun a character.
    [0x61, 0xFF, 0x62]: "a\u{FFFD}b",
    [0xC0, 0x80]: "\u{FFFD}\u{FFFD}",
    [0xE2, 0x82]: "\u{FFFD}",
    [0xE2, 0x82, 0x41]: "\u{FFFD}A",
    [0xF0, 0x9F, 0x98]: "\u{FFFD}",
    [0xF0, 0x80, 0x80]: "\u{FFFD}\u{FFFD}\u{FFFD}",
    [0xED, 0xA0, 0x80]: "\u{FFFD}\u{FFFD}\u{FFFD}",
    [0xF4, 0x90, 0x80]: "\u{FFFD}\u{FFFD}\u{FFFD}",
    [0x80, 0xBF]: "\u{FFFD}\u{FFFD}",
    [0xF1, 0x80, 0xE1, 0x80, 0xC2, 0x62]: "\u{FFFD}\u{FFFD}\u{FFFD}b",
  ])
  func replacesWhatIsNotText(bytes: [Token], text: String) throws {
    let tokenizer = try SmallTokenizer().load()
    #expect(tokenizer.decode(bytes).hasSameScalars(as: text))
    #expect(tokenizer.stream(bytes).joined().hasSameScalars(as: text))
  }

  @Test func streamsOnlyWholeCharacters() throws {
    let tokenizer = try SmallTokenizer().load()
    #expect(tokenizer.stream([0x61, 0xF0, 0x9F, 0x98, 0x80, 0x62]) == ["a", "", "", "", "😀", "b", ""])
    #expect(tokenizer.stream([0xE4, 0xB8, 0x61]) == ["", "", "\u{FFFD}a", ""])
    #expect(tokenizer.stream([0x61, 0xE4, 0xB8]) == ["a", "", "", "\u{FFFD}"])
  }

  @Test func startsAnewAfterFinish() throws {
    var stream = TextStream(try SmallTokenizer().load())
    #expect(stream.append(0xC3).isEmpty)
    #expect(stream.finish() == "\u{FFFD}")
    #expect(stream.finish().isEmpty)
    #expect(stream.append(0x62) == "b")
  }

  @Test func ignoresTokensItDoesNotHave() throws {
    var small = SmallTokenizer()
    small.sections["added_tokens"] = #"[{"id": 260, "content": "<s>", "special": true}]"#
    let tokenizer = try small.load()
    #expect(tokenizer.vocabularySize == 261)
    #expect(tokenizer.decode([-1, 97, 258, 260, 261, Token.max, Token.min]) == "a<s>")
    #expect(tokenizer.bytes(of: 260) == Array("<s>".utf8))
    #expect(tokenizer.bytes(of: 0xE9) == [0xE9])
    #expect(tokenizer.bytes(of: 261) == [])
    #expect(tokenizer.bytes(of: -1) == [])
    #expect(tokenizer.token(for: "a") == 97)
    #expect(tokenizer.token(for: "</s>") == nil)
    #expect(tokenizer.token(for: "") == nil)
  }
}
