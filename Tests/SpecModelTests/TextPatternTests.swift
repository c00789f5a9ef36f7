import Foundation
import SpecModel
import SpecTestSupport
import Testing

/// A pattern and texts in the pieces that Oniguruma's matches and the stretches between them cut them into: a line of
/// `PatternAnswers.jsonl`.
private struct PatternAnswers: Decodable {
  let name: String
  let pattern: String
  let cuts: [[String]]

  static func all() throws -> [PatternAnswers] {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "PatternAnswers.jsonl")
    return try Data(contentsOf: file).split(separator: 0x0A).map { try JSONDecoder().decode(Self.self, from: $0) }
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

  @Test func cutsLikeOniguruma() throws {
    let all = try PatternAnswers.all()
    #expect(all.count == 22)
    for answers in all {
      let pattern = try TextPattern(expression: answers.pattern)
      for cut in answers.cuts {
        let found = pieces(pattern, cut.joined())
        let isEqual = found.count == cut.count && zip(found, cut).allSatisfy { $0.hasSameScalars(as: $1) }
        #expect(isEqual, "\(answers.name) \(found) \(cut)")
      }
    }
  }

  /// The splitter that is written by hand cuts where the pattern does that it stands for.
  @Test func theSplitterOfGPT2CutsLikeItsPattern() throws {
    let answers = try #require(PatternAnswers.all().first { $0.name == "gpt2" })
    let pattern = try TextPattern(expression: answers.pattern)
    let letters = [
      "a", "Z", "s", "'", "'ll", "'RE", "\u{2019}", "\u{17F}", "1", "\u{663}", "\u{BD}", " ", "  ", "\n", "\t",
      "\u{A0}",
      "\u{3000}", "\u{85}", "!", "_", "\u{301}", "\u{6F22}", "\u{1F600}", "\u{200D}", "\u{0}", "\u{FFFF}",
    ]
    var random = SeededRandom(seed: 11)
    for _ in 0..<2000 {
      let text = (0..<random.below(24)).map { _ in letters[random.below(letters.count)] }.joined()
      let bytes = Array(text.utf8)
      let words = GPT2Splitter(ScalarText(text), range: 0..<bytes.count).map {
        String(decoding: bytes[$0], as: UTF8.self)
      }
      let found = pieces(pattern, text)
      #expect(
        words.count == found.count && zip(words, found).allSatisfy { $0.hasSameScalars(as: $1) },
        "\(words) \(found)"
      )
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
}
