import Foundation
import SpecModel
import SpecTestSupport
import SpecTraining
import Testing

struct TokenizerTrainingTests {
  /// Texts with the ids that Hugging Face's `tokenizers` gives them with the files that this package writes.
  private struct Goldens: Decodable {
    struct Case: Decodable {
      let text: String
      let ids: [Token]
    }

    let training: [String]
    let vocabularySize: Int
    let markers: [String]
    let splitsDigits: Bool
    let cases: [Case]
  }

  private func goldens() throws -> Goldens {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "tokenizer-goldens.json")
    return try JSONDecoder().decode(Goldens.self, from: Data(contentsOf: file))
  }

  private func train(
    _ texts: [String],
    size: Int,
    markers: [String] = [],
    splitsDigits: Bool = true,
    minimumCount: Int = 2
  ) throws -> TrainedTokenizer {
    var trainer = try BytePairTrainer(
      vocabularySize: size,
      specialTokens: SpecialTokens(others: markers),
      splitsDigits: splitsDigits,
      minimumCount: minimumCount
    )
    for text in texts { trainer.add(text) }
    return trainer.train()
  }

  private func load(_ trained: TrainedTokenizer) throws -> Tokenizer {
    let folder = try TemporaryFolder()
    try trained.write(to: folder.path, contextLength: 512)
    return try Tokenizer(directory: folder.path)
  }

  @Test func idsEqualHuggingFace() throws {
    let goldens = try goldens()
    let trained = try train(
      goldens.training,
      size: goldens.vocabularySize,
      markers: goldens.markers,
      splitsDigits: goldens.splitsDigits
    )
    let tokenizer = try load(trained)
    #expect(tokenizer.vocabularySize == goldens.vocabularySize)
    for golden in goldens.cases {
      #expect(tokenizer.encode(golden.text) == golden.ids, "\(golden.text.debugDescription)")
      #expect(tokenizer.decode(golden.ids).unicodeScalars.elementsEqual(golden.text.unicodeScalars))
    }
  }

  @Test func anyTextComesBack() throws {
    let tokenizer = try load(try train(try goldens().training, size: 500, markers: ["<|user|>"]))
    var random = SeededRandom(seed: 3)
    for _ in 0..<500 {
      var text = String.UnicodeScalarView()
      for _ in 0..<random.below(30) {
        let bound = [0x80, 0x800, 0x1_0000, 0x11_0000][random.below(4)]
        text.append(Unicode.Scalar(UInt32(random.below(bound))) ?? "\u{FFFD}")
      }
      let decoded = tokenizer.decode(tokenizer.encode(String(text)))
      #expect(decoded.unicodeScalars.elementsEqual(text), "\(String(text).debugDescription)")
    }
  }

  @Test func sameTextGivesTheSameBytes() throws {
    let texts = try goldens().training
    let folders = try (0..<2).map { _ in try TemporaryFolder() }
    for folder in folders {
      try train(texts, size: 600).write(to: folder.path, contextLength: 512, chatTemplate: "{{ \"a\nb\" }}")
    }
    let names = try folders[0].names
    #expect(names == ["special_tokens_map.json", "tokenizer.json", "tokenizer_config.json"])
    for name in names { #expect(try folders[0].read(name) == folders[1].read(name)) }
  }

  /// The definition, counted anew for every merge.
  private func mergesByDefinition(_ words: [String], count: Int, firstByte: Int) -> [[[UInt8]]] {
    var entries = (UInt8.min...UInt8.max).map { [$0] }
    var words = words.map { word in word.utf8.map { Int($0) } }
    var merges: [[[UInt8]]] = []
    while merges.count < count {
      var counts: [[Int]: Int] = [:]
      for word in words { for pair in zip(word, word.dropFirst()) { counts[[pair.0, pair.1], default: 0] += 1 } }
      let best = counts.max { ($0.value, $1.key[0], $1.key[1]) < ($1.value, $0.key[0], $0.key[1]) }
      guard let best, best.value >= 2 else { break }
      let joined = entries[best.key[0]] + entries[best.key[1]]
      merges.append([entries[best.key[0]], entries[best.key[1]]])
      let token = entries.firstIndex(of: joined) ?? entries.count
      if token == entries.count { entries.append(joined) }
      words = words.map { word in
        var result: [Int] = []
        var index = 0
        while index < word.count {
          let isPair = index + 1 < word.count && word[index] == best.key[0] && word[index + 1] == best.key[1]
          result.append(isPair ? token : word[index])
          index += isPair ? 2 : 1
        }
        return result
      }
    }
    return merges
  }

  @Test(arguments: 1...20) func mergesFollowTheDefinition(seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    let letters = ["a", "b", "c", "d"].prefix(1 + Int(seed % 4))
    let words = (0..<40).map { _ in
      (0..<1 + random.below(9)).map { _ in letters[random.below(letters.count)] }.joined()
    }
    // Newlines stand alone between letters, so they take part in no pair.
    let trained = try train([words.joined(separator: "\n")], size: 300)
    let expected = mergesByDefinition(words, count: trained.merges.count, firstByte: 3)
    let entries = trained.entries
    #expect(trained.merges.map { [entries[Int($0.left) - 3], entries[Int($0.right) - 3]] } == expected)
    #expect(expected.count > 1)
  }

  @Test func digitsStayAlone() throws {
    let text = String(repeating: "In 2024 and 2024, 1000 of 1000. a1000 ", count: 20)
    let alone = try load(try train([text], size: 400))
    #expect(alone.encode("1000 2024").map { alone.bytes(of: $0).count } == [Int](repeating: 1, count: 9))
    #expect(alone.encode(" and").count == 1)
    let joined = try load(try train([text], size: 400, splitsDigits: false))
    #expect(joined.encode("1000").count == 1)
  }

  @Test func specialTokensComeFirstAndEndWords() throws {
    let marker = "<|user|>"
    let trained = try train([String(repeating: "\(marker)user</s>", count: 50)], size: 400, markers: [marker])
    let tokenizer = try load(trained)
    #expect(tokenizer.encode("<unk><s></s>\(marker)user") == [0, 1, 2, 3] + tokenizer.encode("user"))
    #expect(tokenizer.encode("user").count == 1)
    #expect(trained.token(ofSpecial: marker) == 3)
    // Nothing was learnt from the markers themselves.
    #expect(trained.vocabularySize == 4 + 256 + 3)
    #expect(tokenizer.decode([3, 2], skippingSpecialTokens: true) == "")
  }

  @Test func aSpecialTokenKeepsItsNameInTheVocabulary() throws {
    // In the byte alphabet, this is " x".
    let trained = try train([String(repeating: "y x", count: 9)], size: 300, markers: ["\u{120}x"])
    #expect(!trained.entries.contains(Array(" x".utf8)))
    #expect(try load(trained).encode("\u{120}x") == [3])
  }

  @Test func littleTextGivesASmallVocabulary() throws {
    #expect(try train([], size: 1000).vocabularySize == 259)
    #expect(try train(["", "ab"], size: 1000).vocabularySize == 259)
    #expect(try train(["ab ab"], size: 1000, minimumCount: 1).entries.last == Array(" ab".utf8))
  }

  @Test func impossibleVocabulariesAreRefused() throws {
    #expect(throws: TokenizerTrainingError.vocabularyTooSmall(size: 100, least: 259)) { try train([], size: 100) }
    for marker in ["", "</s>", "A", "\u{120}"] {
      #expect(throws: TokenizerTrainingError.self) { try train([], size: 1000, markers: [marker]) }
    }
  }
}
