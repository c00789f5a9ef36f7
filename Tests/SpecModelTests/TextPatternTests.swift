import SpecModel
import Testing

/// A pattern and texts in the pieces that Oniguruma's matches and the stretches between them cut them into.
struct PatternAnswers: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let pattern: String
  let cuts: [[String]]

  init(_ name: String, _ pattern: String, _ cuts: [[String]]) {
    (testDescription, self.pattern, self.cuts) = (name, pattern, cuts)
  }
}

@Suite struct TextPatternTests {
  /// Each match and each stretch between two matches.
  private func pieces(_ pattern: TextPattern, _ text: String) -> [String] {
    let bytes = Array(text.utf8)
    var (ends, done): ([Int], Int) = ([], 0)
    pattern.forEachMatch(in: bytes, 0..<bytes.count) { match in
      if match.lowerBound > done { ends.append(match.lowerBound) }
      if !match.isEmpty { ends.append(match.upperBound) }
      done = match.upperBound
    }
    if done < bytes.count { ends.append(bytes.count) }
    var start = 0
    return ends.map { end in
      defer { start = end }
      return String(decoding: bytes[start..<end], as: UTF8.self)
    }
  }

  @Test(arguments: answers)
  func cutsLikeOniguruma(answers: PatternAnswers) throws {
    let pattern = try TextPattern(expression: answers.pattern)
    for cut in answers.cuts {
      let found = pieces(pattern, cut.joined())
      #expect(found.count == cut.count && zip(found, cut).allSatisfy { $0.hasSameScalars(as: $1) }, "\(found) \(cut)")
    }
  }

  @Test(arguments: [
    ("(", "not closed"), ("a)", "too many"), ("[a", "not closed"), ("*a", "quantifier"), ("a**b(", "not closed"),
    (#"\p{Klingon}"#, "Klingon"), (#"(a)\1"#, #"\1"#), (#"\"#, "backslash"), ("[z-a]", "empty"), ("a{3,2}", "interval"),
    ("(?<=a+)b", "look behind"), ("((((a{99}){99}){99}){99})", "steps"), (String(repeating: "(", count: 500), "nested"),
    (String(repeating: "[", count: 500), "nested"), (String(repeating: "a", count: 30_000), "30000 characters"),
    (#"\x{110000}"#, "none"), ("(?<name", "name"), ("(?z)", "(?z"), (#"\G"#, #"\G"#),
  ])
  func saysWhatItDoesNotKnow(pattern: String, words: String) throws {
    let error = try #require(throws: PatternError.self) { try TextPattern(expression: pattern) }
    #expect(error.problem.contains(words), "\(error)")
  }

  /// Patterns that take exponential or quadratic time where every way is tried.
  @Test(arguments: [
    "(a*)*b", "(a+)+b", "(a|a)*b", "(a|ab|b)*c", "a*a*a*a*a*b", "(?:a?){20}a{20}b", "((a*)*)*b", #"\s*[\r\n]+|a*c"#,
    "a*b", "(?=(a*)*b)a",
    "a+?b", "(a+?)+?b",
  ])
  func takesNoLongTimeForAnyPattern(pattern: String) throws {
    let bytes = [UInt8](repeating: UInt8(ascii: "a"), count: 400)
    var matches = 0
    let time = try ContinuousClock().measure {
      try TextPattern(expression: pattern).forEachMatch(in: bytes, 0..<bytes.count) { _ in matches += 1 }
    }
    #expect(matches == 0)
    #expect(time < .seconds(60))
  }

  @Test func seesNothingOutsideOfItsBounds() throws {
    let bytes = Array("xab ab".utf8)
    var found: [Range<Int>] = []
    try TextPattern(expression: #"(?<!x)ab(?!\s)"#).forEachMatch(in: bytes, 1..<3) { found.append($0) }
    #expect(found == [1..<3])
  }

  static let answers: [PatternAnswers] = [
    PatternAnswers(
      "gpt2",
      ##"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"##,
      [
        [
          "Hello", " world", ",", " it", "'s", " 1234567", " o", "'", "clock", "!!", "  \u{A}\u{A} ", " DON", "'",
          "T", " we", "'", "LL", " '", "\u{17F}o",
        ],
        ["aab", " aaab", " abab", " cab", " ccx", " bx", " a"],
        ["camelCaseWORDs", " HTTPServer", "'s", " \u{C0}\u{C9}x", " e", "\u{301}", " \u{F1}"],
        [
          "\u{6F22}\u{5B57}\u{304B}\u{306A}\u{30AB}\u{30CA}", " mix\u{4E2D}\u{6587}", ",", " ok", "\u{3002}",
          " \u{395}\u{3BB}\u{3BB}\u{3B7}\u{3BD}\u{3B9}\u{3BA}\u{3AC}", " \u{43C}\u{438}\u{440}",
        ],
        ["12", " 345", " 6789012", " a", "1", "b", "2", " x", "9"],
      ]
    ),
    PatternAnswers(
      "llama3",
      ##"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\"##
        + ##"r\n]+|\s+(?!\S)|\s+"##,
      [
        [
          "Hello", " world", ",", " it", "'s", " ", "123", "456", "7", " o", "'clock", "!!", "  \u{A}\u{A}", " ",
          " DON", "'T", " we", "'LL", " '", "\u{17F}o",
        ],
        ["aab", " aaab", " abab", " cab", " ccx", " bx", " a"],
        ["camelCaseWORDs", " HTTPServer", "'s", " \u{C0}\u{C9}x", " e", "\u{301}", " \u{F1}"],
        [
          "\u{6F22}\u{5B57}\u{304B}\u{306A}\u{30AB}\u{30CA}", " mix\u{4E2D}\u{6587}", ",", " ok", "\u{3002}",
          " \u{395}\u{3BB}\u{3BB}\u{3B7}\u{3BD}\u{3B9}\u{3BA}\u{3AC}", " \u{43C}\u{438}\u{440}",
        ],
        ["12", " ", "345", " ", "678", "901", "2", " a", "1", "b", "2", " x", "9"],
      ]
    ),
    PatternAnswers(
      "gpt4o",
      ##"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m"##
        + ##"|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|"##
        + ##"'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"##,
      [
        [
          "Hello", " world", ",", " it's", " ", "123", "456", "7", " o", "'clock", "!!", "  \u{A}\u{A}", " ",
          " DON'T", " we'LL", " '", "\u{17F}o",
        ],
        ["aab", " aaab", " abab", " cab", " ccx", " bx", " a"],
        ["camel", "Case", "WORDs", " HTTPServer's", " \u{C0}\u{C9}x", " e\u{301}", " \u{F1}"],
        [
          "\u{6F22}\u{5B57}\u{304B}\u{306A}\u{30AB}\u{30CA}", " mix\u{4E2D}\u{6587}", ",", " ok", "\u{3002}",
          " \u{395}\u{3BB}\u{3BB}\u{3B7}\u{3BD}\u{3B9}\u{3BA}\u{3AC}", " \u{43C}\u{438}\u{440}",
        ],
        ["12", " ", "345", " ", "678", "901", "2", " a", "1", "b", "2", " x", "9"],
      ]
    ),
    PatternAnswers(
      "cl100k",
      ##"(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\"##
        + ##"s+(?!\S)|\s+"##,
      [
        [
          "Hello", " world", ",", " it", "'s", " ", "123", "456", "7", " o", "'clock", "!!", "  \u{A}\u{A}", " ",
          " DON", "'T", " we", "'LL", " '", "\u{17F}", "o",
        ],
        ["aab", " aaab", " abab", " cab", " ccx", " bx", " a"],
        ["camelCaseWORDs", " HTTPServer", "'s", " \u{C0}\u{C9}x", " e", "\u{301}", " \u{F1}"],
        [
          "\u{6F22}\u{5B57}\u{304B}\u{306A}\u{30AB}\u{30CA}", " mix\u{4E2D}\u{6587}", ",", " ok", "\u{3002}",
          " \u{395}\u{3BB}\u{3BB}\u{3B7}\u{3BD}\u{3B9}\u{3BA}\u{3AC}", " \u{43C}\u{438}\u{440}",
        ],
        ["12", " ", "345", " ", "678", "901", "2", " a", "1", "b", "2", " x", "9"],
      ]
    ),
    PatternAnswers(
      "bloom",
      ##" ?[^(\s|[.,!?…。，、।۔،])]+"##,
      [
        [
          "Hello", " world", ",", " it's", " 1234567", " o'clock", "!!  \u{A}\u{A} ", " DON'T", " we'LL",
          " '\u{17F}o",
        ],
        ["aab", " aaab", " abab", " cab", " ccx", " bx", " a"],
        ["camelCaseWORDs", " HTTPServer's", " \u{C0}\u{C9}x", " e\u{301}", " \u{F1}"],
        [
          "\u{6F22}\u{5B57}\u{304B}\u{306A}\u{30AB}\u{30CA}", " mix\u{4E2D}\u{6587}", ",", " ok", "\u{3002}",
          " \u{395}\u{3BB}\u{3BB}\u{3B7}\u{3BD}\u{3B9}\u{3BA}\u{3AC}", " \u{43C}\u{438}\u{440}",
        ],
        ["12", " 345", " 6789012", " a1b2", " x9"],
      ]
    ),
    PatternAnswers(
      "kimi",
      ##"[\p{Han}]+|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]*[\p{Ll}\p{Lm}\p{Lo}\p{M"##
        + ##"}&&[^\p{Han}]]+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"##,
      [
        [
          "Hello", " world", ",", " it", "'s", " ", "123", "456", "7", " o", "'clock", "!!", "  \u{A}\u{A}", " ",
          " ", "DON", "'", "T", " we", "'", "LL", " '", "\u{17F}o",
        ],
        ["aab", " aaab", " abab", " cab", " ccx", " bx", " a"],
        ["camel", "Case", "WORDs", " HTTPServer", "'s", " \u{C0}\u{C9}x", " e\u{301}", " \u{F1}"],
        [
          "\u{6F22}\u{5B57}", "\u{304B}\u{306A}\u{30AB}\u{30CA}", " mix", "\u{4E2D}\u{6587}", ",", " ok",
          "\u{3002}", " \u{395}\u{3BB}\u{3BB}\u{3B7}\u{3BD}\u{3B9}\u{3BA}\u{3AC}", " \u{43C}\u{438}\u{440}",
        ],
        ["12", " ", "345", " ", "678", "901", "2", " a", "1", "b", "2", " x", "9"],
      ]
    ),
    PatternAnswers(
      "rtl digits",
      ##"\d{1,3}(?=(?:\d{3})*\b)"##,
      [
        ["Hello world, it's ", "1", "234", "567", " o'clock!!  \u{A}\u{A}  DON'T we'LL '\u{17F}o"],
        ["12", " ", "345", " ", "6", "789", "012", " a1b", "2", " x", "9"],
        ["\u{B2}\u{BD} ", "\u{663}\u{664}\u{665}", " \u{2167} \u{1F44D}\u{1F3FD} _a_ --"],
      ]
    ),
    PatternAnswers(
      "lookbehind",
      ##"(?<!\S)a|(?<=b|cc)x"##,
      [
        ["a", "ab ", "a", "aab ", "a", "bab cab cc", "x", " b", "x", " ", "a"],
        ["12 345 6789012 ", "a", "1b2 x9"],
        ["bbbb ccc ddd e{x} ", "a", "aaa b"],
        ["]d- x-y ABC ", "a", "bcd ABd AbC"],
        ["\u{9}\u{D}\u{A} ", "a", "\u{A0}b\u{3000} \u{2028}"],
      ]
    ),
    PatternAnswers(
      "digits lazy",
      ##"\d+?(?=\D|$)|[a-z]{2,3}?"##,
      [
        [
          "H", "el", "lo", " ", "wo", "rl", "d, ", "it", "'s ", "1234567", " o'", "cl", "oc",
          "k!!  \u{A}\u{A}  DON'T ", "we", "'LL '\u{17F}o",
        ],
        ["aa", "b ", "aa", "ab", " ", "ab", "ab", " ", "ca", "b ", "cc", "x ", "bx", " a"],
        ["ca", "me", "lC", "as", "eWORDs HTTPS", "er", "ve", "r's \u{C0}\u{C9}x e\u{301} \u{F1}"],
        [
          "\u{6F22}\u{5B57}\u{304B}\u{306A}\u{30AB}\u{30CA} ", "mi", "x\u{4E2D}\u{6587}, ", "ok",
          "\u{3002} \u{395}\u{3BB}\u{3BB}\u{3B7}\u{3BD}\u{3B9}\u{3BA}\u{3AC} \u{43C}\u{438}\u{440}",
        ],
        ["12", " ", "345", " ", "6789012", " a", "1", "b", "2", " x", "9"],
      ]
    ),
    PatternAnswers(
      "intervals",
      ##"a{2}?|b{1,2}+|c{,2}|d{2,}|e{x}"##,
      [
        [
          "H", "e", "l", "l", "o", " ", "w", "o", "r", "l", "d", ",", " ", "i", "t", "'", "s", " ", "1", "2", "3",
          "4", "5", "6", "7", " ", "o", "'", "c", "l", "o", "c", "k", "!", "!", " ", " ", "\u{A}", "\u{A}", " ",
          " ", "D", "O", "N", "'", "T", " ", "w", "e", "'", "L", "L", " ", "'", "\u{17F}", "o",
        ],
        [
          "aa", "b", " ", "aa", "a", "b", " ", "a", "b", "a", "b", " ", "c", "a", "b", " ", "c", "c", "x", " ",
          "b", "x", " ", "a",
        ],
        [
          "c", "a", "m", "e", "l", "C", "a", "s", "e", "W", "O", "R", "D", "s", " ", "H", "T", "T", "P", "S", "e",
          "r", "v", "e", "r", "'", "s", " ", "\u{C0}", "\u{C9}", "x", " ", "e", "\u{301}", " ", "\u{F1}",
        ],
        [
          "\u{6F22}", "\u{5B57}", "\u{304B}", "\u{306A}", "\u{30AB}", "\u{30CA}", " ", "m", "i", "x", "\u{4E2D}",
          "\u{6587}", ",", " ", "o", "k", "\u{3002}", " ", "\u{395}", "\u{3BB}", "\u{3BB}", "\u{3B7}", "\u{3BD}",
          "\u{3B9}", "\u{3BA}", "\u{3AC}", " ", "\u{43C}", "\u{438}", "\u{440}",
        ],
        [
          "1", "2", " ", "3", "4", "5", " ", "6", "7", "8", "9", "0", "1", "2", " ", "a", "1", "b", "2", " ", "x",
          "9",
        ],
      ]
    ),
    PatternAnswers(
      "atomic",
      ##"(?>a+)ab|a|b"##,
      [
        ["a", "a", "b", " ", "a", "a", "a", "b", " ", "a", "b", "a", "b", " c", "a", "b", " ccx ", "b", "x ", "a"],
        ["c", "a", "melC", "a", "seWORDs HTTPServer's \u{C0}\u{C9}x e\u{301} \u{F1}"],
        ["12 345 6789012 ", "a", "1", "b", "2 x9"],
        ["  le", "a", "d\u{D}\u{A}tr", "a", "il  "],
        ["b", "b", "b", "b", " ccc ddd e{x} ", "a", "a", "a", "a", " ", "b"],
      ]
    ),
    PatternAnswers(
      "lines",
      ##"^.|.$"##,
      [
        ["H", "ello world, it's 1234567 o'clock!! ", " ", "\u{A}\u{A}", " ", " DON'T we'LL '\u{17F}", "o"],
        ["a", "ab aaab abab cab ccx bx ", "a"],
        ["c", "amelCaseWORDs HTTPServer's \u{C0}\u{C9}x e\u{301} ", "\u{F1}"],
        [
          "\u{6F22}",
          "\u{5B57}\u{304B}\u{306A}\u{30AB}\u{30CA} mix\u{4E2D}\u{6587}, ok\u{3002} \u{395}\u{3BB}\u{3BB}\u{3B7}\u{3BD}\u{3B9}\u{3BA}\u{3AC} \u{43C}\u{438}",
          "\u{440}",
        ],
        ["1", "2 345 6789012 a1b2 x", "9"],
      ]
    ),
    PatternAnswers(
      "sets",
      ##"[^a-c\-\]x-z&&[\p{Ll}-]]|[]d]|[[:upper:]]+|[\x41-\x43\u4e2d]"##,
      [
        [
          "H", "e", "l", "l", "o", " ", "w", "o", "r", "l", "d", ",", " ", "i", "t", "'", "s", " ", "1", "2", "3",
          "4", "5", "6", "7", " ", "o", "'", "c", "l", "o", "c", "k", "!", "!", " ", " ", "\u{A}", "\u{A}", " ",
          " ", "D", "O", "N", "'", "T", " ", "w", "e", "'", "L", "L", " ", "'", "\u{17F}", "o",
        ],
        ["aab", " ", "aaab", " ", "abab", " ", "cab", " ", "ccx", " ", "bx", " ", "a"],
        [
          "ca", "m", "e", "l", "C", "a", "s", "e", "W", "O", "R", "D", "s", " ", "H", "T", "T", "P", "S", "e", "r",
          "v", "e", "r", "'", "s", " ", "\u{C0}", "\u{C9}", "x", " ", "e", "\u{301}", " ", "\u{F1}",
        ],
        [
          "\u{6F22}", "\u{5B57}", "\u{304B}", "\u{306A}", "\u{30AB}", "\u{30CA}", " ", "m", "i", "x", "\u{4E2D}",
          "\u{6587}", ",", " ", "o", "k", "\u{3002}", " ", "\u{395}", "\u{3BB}", "\u{3BB}", "\u{3B7}", "\u{3BD}",
          "\u{3B9}", "\u{3BA}", "\u{3AC}", " ", "\u{43C}", "\u{438}", "\u{440}",
        ],
        [
          "1", "2", " ", "3", "4", "5", " ", "6", "7", "8", "9", "0", "1", "2", " ", "a", "1", "b", "2", " ", "x",
          "9",
        ],
      ]
    ),
    PatternAnswers(
      "boundary",
      ##"\bfoo\b|\Bo"##,
      [
        ["Hell", "o", " w", "o", "rld, it's 1234567 o'cl", "o", "ck!!  \u{A}\u{A}  DON'T we'LL '\u{17F}", "o"],
        ["foo", " f", "o", "o", "d of", "o", "o", " o"],
      ]
    ),
    PatternAnswers(
      "option",
      ##"a(?i)b|c"##,
      [
        ["a", "ab", " aa", "ab", " ", "ab", "ab", " c", "ab", " ccx bx a"],
        ["]d- x-y ABC ", "ab", "cd ABd AbC"],
        ["ab", "ab", "cd ", "ab", "cd ", "ab", "ab", "ab", " d DEADbeef"],
      ]
    ),
    PatternAnswers(
      "ends",
      ##"\A\s+|\s+\z"##,
      [
        ["  ", "lead\u{D}\u{A}trail", "  "],
        ["\u{9}\u{D}\u{A} ", "a\u{A0}b", "\u{3000} \u{2028}"],
      ]
    ),
    PatternAnswers(
      "props",
      ##"\p{^L}+|\P{Lu}"##,
      [
        [
          "H", "e", "l", "l", "o", " ", "w", "o", "r", "l", "d", ", ", "i", "t", "'", "s", " 1234567 ", "o", "'",
          "c", "l", "o", "c", "k", "!!  \u{A}\u{A}  ", "DON", "'", "T", " ", "w", "e", "'", "LL", " '", "\u{17F}",
          "o",
        ],
        [
          "a", "a", "b", " ", "a", "a", "a", "b", " ", "a", "b", "a", "b", " ", "c", "a", "b", " ", "c", "c", "x",
          " ", "b", "x", " ", "a",
        ],
        [
          "c", "a", "m", "e", "l", "C", "a", "s", "e", "WORD", "s", " ", "HTTPS", "e", "r", "v", "e", "r", "'",
          "s", " ", "\u{C0}\u{C9}", "x", " ", "e", "\u{301} ", "\u{F1}",
        ],
        [
          "\u{6F22}", "\u{5B57}", "\u{304B}", "\u{306A}", "\u{30AB}", "\u{30CA}", " ", "m", "i", "x", "\u{4E2D}",
          "\u{6587}", ", ", "o", "k", "\u{3002} ", "\u{395}", "\u{3BB}", "\u{3BB}", "\u{3B7}", "\u{3BD}",
          "\u{3B9}", "\u{3BA}", "\u{3AC}", " ", "\u{43C}", "\u{438}", "\u{440}",
        ],
        ["12 345 6789012 ", "a", "1", "b", "2 ", "x", "9"],
      ]
    ),
    PatternAnswers(
      "scripts",
      ##"\p{Hiragana}+|\p{Katakana}+|[\p{Greek}\p{Cyrillic}]+"##,
      [
        [
          "\u{6F22}\u{5B57}", "\u{304B}\u{306A}", "\u{30AB}\u{30CA}", " mix\u{4E2D}\u{6587}, ok\u{3002} ",
          "\u{395}\u{3BB}\u{3BB}\u{3B7}\u{3BD}\u{3B9}\u{3BA}\u{3AC}", " ", "\u{43C}\u{438}\u{440}",
        ],
        ["kKK ss\u{DF}S \u{B5}", "\u{3BC}\u{39C}", " ", "\u{3C3}\u{3C2}\u{3A3}", " \u{17F}x"],
      ]
    ),
    PatternAnswers(
      "empty",
      ##"x*"##,
      [
        [
          "H", "e", "l", "l", "o", " ", "w", "o", "r", "l", "d", ",", " ", "i", "t", "'", "s", " ", "1", "2", "3",
          "4", "5", "6", "7", " ", "o", "'", "c", "l", "o", "c", "k", "!", "!", " ", " ", "\u{A}", "\u{A}", " ",
          " ", "D", "O", "N", "'", "T", " ", "w", "e", "'", "L", "L", " ", "'", "\u{17F}", "o",
        ],
        [
          "a", "a", "b", " ", "a", "a", "a", "b", " ", "a", "b", "a", "b", " ", "c", "a", "b", " ", "c", "c", "x",
          " ", "b", "x", " ", "a",
        ],
        [
          "c", "a", "m", "e", "l", "C", "a", "s", "e", "W", "O", "R", "D", "s", " ", "H", "T", "T", "P", "S", "e",
          "r", "v", "e", "r", "'", "s", " ", "\u{C0}", "\u{C9}", "x", " ", "e", "\u{301}", " ", "\u{F1}",
        ],
        [
          "\u{6F22}", "\u{5B57}", "\u{304B}", "\u{306A}", "\u{30AB}", "\u{30CA}", " ", "m", "i", "x", "\u{4E2D}",
          "\u{6587}", ",", " ", "o", "k", "\u{3002}", " ", "\u{395}", "\u{3BB}", "\u{3BB}", "\u{3B7}", "\u{3BD}",
          "\u{3B9}", "\u{3BA}", "\u{3AC}", " ", "\u{43C}", "\u{438}", "\u{440}",
        ],
        [
          "1", "2", " ", "3", "4", "5", " ", "6", "7", "8", "9", "0", "1", "2", " ", "a", "1", "b", "2", " ", "x",
          "9",
        ],
      ]
    ),
    PatternAnswers(
      "hex",
      ##"\h+|\R"##,
      [
        [
          "H", "e", "llo worl", "d", ", it's ", "1234567", " o'", "c", "lo", "c", "k!!  ", "\u{A}", "\u{A}", "  ",
          "D", "ON'T w", "e", "'LL '\u{17F}o",
        ],
        ["aab", " ", "aaab", " ", "abab", " ", "cab", " ", "cc", "x ", "b", "x ", "a"],
        [
          "ca", "m", "e", "l", "Ca", "s", "e", "WOR", "D", "s HTTPS", "e", "rv", "e", "r's \u{C0}\u{C9}x ", "e",
          "\u{301} \u{F1}",
        ],
        ["12", " ", "345", " ", "6789012", " ", "a1b2", " x", "9"],
        ["f", "oo ", "f", "oo", "d", " o", "f", "oo o"],
      ]
    ),
    PatternAnswers(
      "nested",
      ##"(?:(?:ab)+c?)*d|(?:a|ab)(?:c|bcd)"##,
      [
        ["Hello worl", "d", ", it's 1234567 o'clock!!  \u{A}\u{A}  DON'T we'LL '\u{17F}o"],
        ["foo foo", "d", " ofoo o"],
        ["  lea", "d", "\u{D}\u{A}trail  "],
        ["bbbb ccc ", "d", "d", "d", " e{x} aaaa b"],
        ["]", "d", "- x-y ABC ", "abcd", " AB", "d", " AbC"],
      ]
    ),
    PatternAnswers(
      "folding",
      ##"(?i:k|s|µ|σ|[a-z]x)+"##,
      [
        ["Hello world, it'", "s", " 1234567 o'cloc", "k", "!!  \u{A}\u{A}  DON'T we'LL '", "\u{17F}", "o"],
        ["aab aaab abab cab c", "cx", " ", "bx", " a"],
        ["camelCa", "s", "eWORD", "s", " HTTP", "S", "erver'", "s", " \u{C0}\u{C9}x e\u{301} \u{F1}"],
        [
          "\u{6F22}\u{5B57}\u{304B}\u{306A}\u{30AB}\u{30CA} m", "ix", "\u{4E2D}\u{6587}, o", "k",
          "\u{3002} \u{395}\u{3BB}\u{3BB}\u{3B7}\u{3BD}\u{3B9}\u{3BA}\u{3AC} \u{43C}\u{438}\u{440}",
        ],
        [
          "kKK", " ", "ss", "\u{DF}", "S", " ", "\u{B5}\u{3BC}\u{39C}", " ", "\u{3C3}\u{3C2}\u{3A3}", " ",
          "\u{17F}", "x",
        ],
      ]
    ),
  ]
}
