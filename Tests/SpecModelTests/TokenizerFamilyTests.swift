import Foundation
import SpecCore
import SpecFiles
import SpecModel
import SpecTestSupport
import Testing

/// Published tokenizers, compared with what the Hugging Face tokenizers library makes of them.
@Suite(.enabled(if: Fixtures.tokenizers != nil, "The tokenizers fixture is not beside the package."))
struct TokenizerFamilyTests {
  private struct Golden: Decodable {
    let text: String
    let ids: [Token]
    let decoded: String
    let decoded_without_special: String?
  }

  private struct Piece: Decodable {
    let ids: [Token]
    let decoded: String
  }

  private static let families = ["llama-2", "llama-3", "mistral-v0.3", "qwen2", "smollm2"]
  private static let all = families + ["deepseek-coder", "gemma", "mistral-v0.1", "phi-3"]

  /// Each is read once for all tests.
  private static let tokenizers = Dictionary(
    uniqueKeysWithValues: all.map { family in
      (family, Result { try Tokenizer(directory: #require(Fixtures.tokenizers).appending(path: family).path) })
    }
  )

  private func tokenizer(_ family: String) throws -> Tokenizer { try #require(Self.tokenizers[family]).get() }

  private func lines<Line: Decodable>(_ family: String, _ file: String) throws -> [Line] {
    try Data(contentsOf: try #require(Fixtures.tokenizers).appending(path: "\(family)/\(file)"))
      .split(separator: UInt8(ascii: "\n"))
      .map { try JSONDecoder().decode(Line.self, from: Data($0)) }
  }

  @Test(arguments: families)
  func encodesAndDecodesLikeTheLibrary(family: String) throws {
    let tokenizer = try tokenizer(family)
    let goldens: [Golden] = try lines(family, "goldens.jsonl")
    #expect(goldens.count > 300)
    for golden in goldens {
      #expect(tokenizer.encode(golden.text) == golden.ids, "\(golden.text.debugDescription)")
      #expect(tokenizer.decode(golden.ids).hasSameScalars(as: golden.decoded), "\(golden.ids)")
      #expect(tokenizer.stream(golden.ids).joined().hasSameScalars(as: golden.decoded), "\(golden.ids)")
      let plain = golden.decoded_without_special ?? golden.decoded
      #expect(tokenizer.decode(golden.ids, skippingSpecialTokens: true).hasSameScalars(as: plain), "\(golden.ids)")
      #expect(tokenizer.stream(golden.ids, skippingSpecialTokens: true).joined().hasSameScalars(as: plain))
    }
  }

  @Test(arguments: families)
  func decodesPiecesLikeTheLibrary(family: String) throws {
    let tokenizer = try tokenizer(family)
    for piece in try lines(family, "decode.jsonl") as [Piece] {
      #expect(tokenizer.decode(piece.ids).hasSameScalars(as: piece.decoded), "\(piece.ids)")
      #expect(tokenizer.stream(piece.ids).joined().hasSameScalars(as: piece.decoded), "\(piece.ids)")
    }
  }

  @Test(arguments: all)
  func streamsWhatItDecodes(family: String) throws {
    let tokenizer = try tokenizer(family)
    var random = SplitMix64(seed: 11)
    for _ in 0..<300 {
      let tokens = (0..<random.below(12)).map { _ in Token(random.below(random.below(2) == 0 ? 300 : 30_000)) }
      for skips in [false, true] {
        let decoded = tokenizer.decode(tokens, skippingSpecialTokens: skips)
        #expect(
          tokenizer.stream(tokens, skippingSpecialTokens: skips).joined().hasSameScalars(as: decoded),
          "\(tokens)"
        )
      }
    }
  }

  @Test(arguments: all)
  func takesSpecialTokensInQuotedTextAsText(family: String) throws {
    let tokenizer = try tokenizer(family)
    let special =
      ["llama-3": "<|eot_id|>", "qwen2": "<|im_end|>", "smollm2": "<|im_end|>", "gemma": "<eos>"][family] ?? "</s>"
    let name = family == "deepseek-coder" ? "<|EOT|>" : special
    let token = try #require(tokenizer.token(for: name))
    for text in [name, "a\(name)b", "  \(name)\(name)"] {
      #expect(tokenizer.encode(text).contains(token))
      #expect(!tokenizer.encode(PromptText(quoting: text)).contains(token))
    }
    // The template's own tokens beside a quotation count all the same.
    var prompt = PromptText()
    prompt.write(name)
    prompt.quote(" e\u{301} \(name) ")
    prompt.write(name)
    #expect(tokenizer.encode(prompt).filter { $0 == token }.count == 2)
  }
}
