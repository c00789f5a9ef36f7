import Foundation
import SpecFiles
import SpecModel
import SpecTestSupport
import Testing

/// The vocabulary of a real `tokenizer.json` in a GGUF file makes the ids of the file itself.
@Suite(.enabled(if: Fixtures.root != nil, "The fixtures are not beside the package."))
struct GGUFTokenizerGoldenTests {
  private struct Golden: Decodable {
    let text: String
    let ids: [Token]
    let decoded: String
  }

  @Test(arguments: [("smollm2", "smollm"), ("qwen2", "qwen2"), ("llama-3", "llama-bpe"), ("llama-2", nil)])
  func idsAreThoseOfTheLibrary(_ family: String, _ pre: String?) throws {
    let source = try #require(Fixtures.root).appending(path: "tokenizers/\(family)")
    let folder = try TemporaryFolder()
    let file = try Self.file(source.appending(path: "tokenizer.json").path, pre: pre)
    let path = try folder.write([UInt8](file.data), to: "\(family).gguf")
    let tokenizer = try Tokenizer(ModelLocation(path))
    let goldens = try Data(contentsOf: source.appending(path: "goldens.jsonl"))
      .split(separator: UInt8(ascii: "\n"))
      .map { try JSONDecoder().decode(Golden.self, from: Data($0)) }
    #expect(goldens.count > 50)
    for golden in goldens {
      #expect(tokenizer.encode(golden.text) == golden.ids, "\(golden.text.debugDescription)")
      #expect(tokenizer.decode(golden.ids).hasSameScalars(as: golden.decoded), "\(golden.ids)")
    }
    #expect(tokenizer.addsBeginToken == (family == "llama-2"))
  }

  private struct WordGolden: Decodable {
    let pre: String
    let text: String
    let ids: [Token]

    static func all() throws -> [WordGolden] {
      let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "GGUFWordGoldens.jsonl")
      return try Data(contentsOf: file).split(separator: UInt8(ascii: "\n"))
        .map { try JSONDecoder().decode(WordGolden.self, from: Data($0)) }
    }
  }

  /// The library's ids for the vocabulary of Qwen2 and the pre-tokenizer that a name stands for.
  @Test(arguments: ["deepseek-llm", "falcon", "qwen35"])
  func wordsAreCutAsTheNameSays(_ pre: String) throws {
    let source = try #require(Fixtures.root).appending(path: "tokenizers/qwen2/tokenizer.json")
    let folder = try TemporaryFolder()
    let path = try folder.write([UInt8](Self.file(source.path, pre: pre).data), to: "model.gguf")
    let tokenizer = try Tokenizer(ModelLocation(path))
    let goldens = try WordGolden.all().filter { $0.pre == pre }
    #expect(goldens.count == 5)
    for golden in goldens {
      #expect(tokenizer.encode(golden.text) == golden.ids, "\(golden.text.debugDescription)")
    }
  }

  /// The metadata as converters write it. The merges of SentencePiece come in the order of the scores of what they make.
  private static func file(_ path: String, pre: String?) throws -> GGUFBuilder {
    let root = try JSONField<TokenizerError>(parsing: InputFile<TokenizerError>.bytes(of: path)[...], file: path)
    let model = try root.member("model")
    var tokens: [Int: [UInt8]] = [:]
    var kinds: [Int: Int32] = [:]
    guard case .object(let vocabulary)? = try model.member("vocab").value else { return GGUFBuilder(metadata: []) }
    for member in vocabulary {
      guard case .integer(let id) = member.value else { continue }
      tokens[id] = Array(member.key)
      let isByte = pre == nil && member.key.count == 6 && member.key.starts(with: "<0x".utf8)
      kinds[id] = isByte ? 6 : 1
    }
    for added in try root.member("added_tokens").elements() {
      let id = try added.member("id").integer()
      tokens[id] = Array(try added.member("content").bytes())
      let isSpecial = try added.member("special").boolean()
      kinds[id] = pre == nil && id == 0 ? 2 : isSpecial ? 3 : 4
    }
    let count = (tokens.keys.max() ?? -1) + 1
    var metadata: [(key: String, value: GGUFBuilder.Value)] = [
      ("general.architecture", .text("llama")), ("tokenizer.ggml.model", .text(pre == nil ? "llama" : "gpt2")),
      ("tokenizer.ggml.tokens", .bytes((0..<count + 2).map { tokens[$0] ?? Array("[PAD\($0)]".utf8) })),
      ("tokenizer.ggml.token_type", .int32s((0..<count + 2).map { kinds[$0] ?? 5 })),
    ]
    if let pre {
      let merges = try model.member("merges").elements().map { Array(try $0.bytes()) }
      metadata += [("tokenizer.ggml.pre", .text(pre)), ("tokenizer.ggml.merges", .bytes(merges))]
    } else {
      var ranks: [[UInt8]: Int] = [:]
      for (rank, merge) in try model.member("merges").elements().enumerated() {
        let made = try merge.bytes().split(separator: 0x20).flatMap { Array($0) }
        ranks[made] = ranks[made] ?? rank
      }
      let scores = (0..<count + 2).map { id in ranks[tokens[id] ?? []].map { -Float($0) } ?? -1e9 }
      metadata += [
        ("tokenizer.ggml.scores", .float32s(scores)),
        ("tokenizer.ggml.bos_token_id", .uint32(1)), ("tokenizer.ggml.unknown_token_id", .uint32(0)),
      ]
    }
    return GGUFBuilder(metadata: metadata)
  }
}

/// What a small file says of its tokenizer and its conversations.
@Suite struct GGUFTokenizerTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func write(_ changes: [(key: String, value: GGUFBuilder.Value)]) throws -> ModelLocation {
    var metadata: [(key: String, value: GGUFBuilder.Value)] = [("general.architecture", .text("llama"))]
    metadata += GGUFModelPair.tokenizer.filter { old in !changes.contains { $0.key == old.key } } + changes
    return ModelLocation(try folder.write([UInt8](GGUFBuilder(metadata: metadata).data), to: "t.gguf"))
  }

  @Test func userDefinedTokensAreFoundAndNotSpecial() throws {
    let kinds = [Int32](repeating: 1, count: 94) + [4, 3]
    let tokenizer = try Tokenizer(write([("tokenizer.ggml.token_type", .int32s(kinds))]))
    #expect(tokenizer.encode("cab<end>") == [66, 94, 95])
    #expect(tokenizer.decode([94, 95], skippingSpecialTokens: true) == "ab")
  }

  @Test func theBeginTokenIsAskedFor() throws {
    #expect(try Tokenizer(write([])).addsBeginToken == false)
    let asked: [(key: String, value: GGUFBuilder.Value)] = [
      ("tokenizer.ggml.add_bos_token", .boolean(true)), ("tokenizer.ggml.bos_token_id", .uint32(95)),
    ]
    #expect(try Tokenizer(write(asked)).addsBeginToken == true)
  }

  @Test func theTemplateComesWithItsTokens() throws {
    #expect(try write([]).embeddedTemplate()?.source == nil)
    let location = try write([
      ("tokenizer.chat_template", .text("{{ bos_token }}")), ("tokenizer.ggml.bos_token_id", .uint32(94)),
    ])
    let template = try #require(try location.embeddedTemplate())
    #expect(template.source == "{{ bos_token }}")
    #expect(template.specialTokens == ["bos_token": "ab", "eos_token": "<end>"])
  }

  @Test func tokenizersThatAreNotReadAreRefused() throws {
    for (key, value, words) in [
      ("tokenizer.ggml.model", GGUFBuilder.Value.text("bert"), "the tokenizer \"bert\""),
      ("tokenizer.ggml.pre", .text("other"), "\"other\""),
      ("tokenizer.ggml.token_type", .int32s([1, 1]), "a list of 96 numbers"),
      ("tokenizer.ggml.tokens", .uint32(5), "'tokenizer.ggml.tokens' is not a list of texts"),
      ("tokenizer.ggml.model", .text("llama"), "tokenizer.ggml.scores"),
    ] {
      let location = try write([(key, value)])
      let error = try #require(throws: (any Error).self) { try Tokenizer(location) }
      #expect("\(error)".contains(words), "\(error)")
    }
  }
}
