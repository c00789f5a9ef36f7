import Foundation
import SpecCore
import SpecModel
import SpecTestSupport
import Testing

@Suite(.enabled(if: Fixtures.miniLlama != nil, "The mini-llama fixture is not beside the package."))
struct TokenizerGoldenTests {
  private struct Golden: Decodable {
    let text: String
    let ids: [Token]
    let decoded: String
  }

  private let tokenizer: Tokenizer
  private let goldens: [Golden]

  init() throws {
    let folder = try #require(Fixtures.miniLlama)
    tokenizer = try Tokenizer(directory: folder.path)
    goldens = try Data(contentsOf: folder.appending(path: "tokenizer-goldens.jsonl"))
      .split(separator: UInt8(ascii: "\n"))
      .map { try JSONDecoder().decode(Golden.self, from: Data($0)) }
    #expect(goldens.count == 200)
  }

  @Test func encodesLikeHuggingFace() {
    for golden in goldens {
      #expect(tokenizer.encode(golden.text) == golden.ids, "\(golden.text.debugDescription)")
    }
  }

  @Test func decodesLikeHuggingFace() {
    for golden in goldens {
      #expect(tokenizer.decode(golden.ids).hasSameScalars(as: golden.decoded), "\(golden.ids)")
    }
  }

  @Test func streamsWhatItDecodes() {
    for golden in goldens {
      let pieces = tokenizer.stream(golden.ids)
      #expect(pieces.joined().hasSameScalars(as: golden.decoded), "\(golden.ids)")
      #expect(pieces.last?.isEmpty == true, "Text that encodes ends with a whole character.")
    }
  }

  @Test func knowsItsSpecialTokens() {
    #expect(tokenizer.vocabularySize == 2048)
    #expect(tokenizer.addsBeginToken == false)
    #expect(tokenizer.token(for: "</s>") == 2)
    #expect(tokenizer.decode([1, 67, 2], skippingSpecialTokens: true) == "a")
    #expect(tokenizer.decode([1, 67, 2]) == "<s>a</s>")
  }

  @Test func roundTripsRandomText() {
    var random = SplitMix64(seed: 20_240_607)
    for _ in 0..<2000 {
      let text = random.text(fragments: ["<s>", "</s>", "<unk>", "</s", "'ll", " don't", "The king"])
      let tokens = tokenizer.encode(text)
      #expect(tokenizer.decode(tokens).hasSameScalars(as: text), "\(text.debugDescription)")
      #expect(tokenizer.stream(tokens).joined().hasSameScalars(as: text), "\(text.debugDescription)")
    }
  }

  @Test func streamsRandomTokens() {
    var random = SplitMix64(seed: 7)
    for _ in 0..<2000 {
      // Mostly single bytes, so that broken UTF-8 of every kind comes about.
      let tokens = (0..<random.below(12)).map { _ in Token(random.below(random.below(4) == 0 ? 2050 : 259)) }
      for skips in [false, true] {
        let decoded = tokenizer.decode(tokens, skippingSpecialTokens: skips)
        #expect(tokenizer.stream(tokens, skippingSpecialTokens: skips).joined().hasSameScalars(as: decoded))
      }
    }
  }
}
