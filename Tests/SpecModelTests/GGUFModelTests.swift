import Foundation
import SpecFiles
import SpecKernels
import SpecModel
import SpecTestSupport
import Testing

/// A GGUF file gives the bits of a folder with the same numbers.
@Suite struct GGUFModelTests {
  private static let tokens: [Token] = [3, 17, 95, 0, 42, 42, 7, 64, 11, 80]
  private static let types = [.float32, .float16, .bfloat16] + BlockFormat.allCases.map { NumberType.blocks($0) }

  @Test(arguments: types) func logitsAreThoseOfTheFolder(_ type: NumberType) throws {
    let folder = try TemporaryFolder()
    let pair = GGUFModelPair(.llama, type, seed: 7)
    let (file, other) = (try pair.write(to: folder), try pair.writeFolder(to: folder))
    for weightType in [WeightType.float32, .bfloat16, .int8] {
      let found = try logitBits(file, Self.tokens, as: weightType)
      #expect(try found == logitBits(other, Self.tokens, as: weightType), "\(weightType)")
      #expect(found.allSatisfy { row in Set(row).count > 40 })
    }
  }

  @Test(arguments: GGUFModelPair.Family.allCases) func everyFamilyIsThatOfTheFolder(
    _ family: GGUFModelPair.Family
  ) throws {
    let folder = try TemporaryFolder()
    let pair = GGUFModelPair(family, .blocks(.q80), seed: 3)
    let (file, other) = (try pair.write(to: folder), try pair.writeFolder(to: folder))
    #expect(try logitBits(file, Self.tokens) == logitBits(other, Self.tokens))
    let (found, wanted) = (try Checkpoint(directory: file), try Checkpoint(directory: other))
    #expect(found.configuration.contextLength == wanted.configuration.contextLength)
    #expect(found.configuration.endTokens == [95])
    #expect(found.configuration.tiesEmbeddings == (family == .gemma2))
    #expect(found.configuration.parameterCount == wanted.configuration.parameterCount)
    #expect(found.naturalWeightType == .float32)
  }

  @Test func storedTypesAreTheDefault() throws {
    let folder = try TemporaryFolder()
    for (type, natural) in [
      (NumberType.float32, WeightType.float32), (.float16, .float16), (.bfloat16, .bfloat16), (.blocks(.q4k), .float32),
    ] {
      let path = try GGUFModelPair(.llama, type, seed: 1).write(to: folder)
      #expect(try Checkpoint(directory: path).naturalWeightType == natural)
    }
  }

  @Test func aFolderWithOneFileIsThatFile() throws {
    let folder = try TemporaryFolder()
    let pair = GGUFModelPair(.llama, .blocks(.q40), seed: 9)
    let path = try pair.write(to: folder, named: "tiny-Q4_0.gguf")
    let files = ModelFiles(path: folder.path)
    #expect(files.location == ModelLocation(path))
    #expect(files.location.name == "tiny-Q4_0")
    #expect(files.directory == folder.path)
    #expect(files.checkpoint != nil)
    #expect(files.inputs.map(\.path).contains { $0.hasSuffix("tiny-Q4_0.gguf") })
    let (_, tokenizer) = try files.usable()
    #expect(tokenizer.encode("ab<end>b") == [94, 95, 65])
    _ = try pair.write(to: folder, named: "other.gguf")
    #expect("\(try #require(ModelFiles(path: folder.path).obstacles.first))".contains("name one of them"))
  }

  @Test func partsAreOneModel() throws {
    let folder = try TemporaryFolder()
    var pair = GGUFModelPair(.llama, .blocks(.q6k), seed: 4)
    let whole = try pair.write(to: folder, named: "whole/model.gguf".replacingOccurrences(of: "/", with: "-"))
    let expected = try logitBits(whole, Self.tokens)
    let (all, metadata) = (pair.file.tensors, pair.file.metadata)
    func name(_ part: Int) -> String { "m-0000\(part)-of-00003.gguf" }
    for part in 0..<3 {
      pair.file.tensors = all.enumerated().filter { $0.offset % 3 == part }.map(\.element)
      pair.file.metadata =
        (part == 0 ? metadata : []) + [("split.no", .uint32(UInt32(part))), ("split.count", .uint32(3))]
      if part == 0 { pair.file.metadata.append(("split.tensors.count", .uint32(UInt32(all.count)))) }
      _ = try pair.write(to: folder, named: name(part + 1))
    }
    for part in 1...3 {
      #expect(try logitBits(folder.path(name(part)), Self.tokens) == expected)
      #expect(ModelLocation(folder.path(name(part))).path == folder.path(name(1)))
    }
    #expect(ModelLocation(folder.path(name(2))).name == "m")
    #expect(try Checkpoint(directory: folder.path(name(1))).weightFiles.count == 3)
    try FileManager.default.removeItem(atPath: folder.path(name(2)))
    let error = try #require(throws: ModelError.self) { try Checkpoint(directory: folder.path(name(3))) }
    #expect("\(error)".contains("\"\(name(2))\""))
  }
}

/// Files that cannot be used are refused with a sentence, and nothing in them is believed.
@Suite struct GGUFFaultTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func error(_ file: GGUFBuilder) throws -> String { try error([UInt8](file.data)) }

  private func error(_ bytes: [UInt8]) throws -> String {
    let path = try folder.write(bytes, to: "m.gguf")
    let problems = ModelFiles(path: path).obstacles.map { "\($0)" }
    #expect(problems.allSatisfy { $0.hasPrefix(path) && !$0.contains("\n") })
    return problems.joined(separator: "\n")
  }

  private func pair(_ type: NumberType = .blocks(.q80)) -> GGUFModelPair { GGUFModelPair(.llama, type, seed: 2) }

  @Test func cutOffAnywhere() throws {
    let bytes = [UInt8](pair().file.data)
    var random = SeededRandom(seed: 8)
    for _ in 0..<200 {
      let count = random.below(2) == 0 ? random.below(4000) : random.below(bytes.count - 32)
      #expect(try !error(Array(bytes.prefix(count))).isEmpty, "\(count) bytes")
    }
  }

  @Test func anyByteMayBeWrong() throws {
    let bytes = [UInt8](pair().file.data)
    var random = SeededRandom(seed: 21)
    for _ in 0..<300 {
      var damaged = bytes
      for _ in 0...random.below(3) { damaged[random.below(5000)] = UInt8(truncatingIfNeeded: random.next()) }
      // Some of them can still be read; none may end the process.
      _ = try error(damaged)
    }
  }

  @Test func versionsAndByteOrder() throws {
    var file = pair().file
    for (version, words) in [
      (UInt32(1), "version 1 of the GGUF format"), (4, "version 4"), (UInt32(3).byteSwapped, "big-endian"),
    ] {
      file.version = version
      #expect(try error(file).contains(words))
    }
    file.version = 2
    #expect(try error(file).isEmpty)
  }

  @Test func claimsAreComparedWithTheFile() throws {
    let bytes = [UInt8](pair().file.data)
    for place in [8, 16] {
      var claiming = bytes
      claiming.replaceSubrange(place..<place + 8, with: [255, 255, 255, 255, 255, 255, 255, 127])
      #expect(try error(claiming).contains("it claims 9223372036854775807"))
    }
    var file = pair().file
    file.tensors[0] = .init("token_embd.weight", [1 << 30, 1 << 30], type: 0, bytes: [])
    #expect(try error(file).contains("the tensor \"token_embd.weight\" claims"))
    file.tensors[0] = .init("token_embd.weight", [96, 250], type: 8, bytes: [])
    #expect(try error(file).contains("which blocks of 32 in Q8_0 do not fill"))
  }

  @Test func everythingThatIsNotReadIsNamed() throws {
    var file = pair().file
    file.tensors[1] = .init(file.tensors[1].name, file.tensors[1].shape, type: 17, bytes: [])
    file.tensors[2] = .init(file.tensors[2].name, file.tensors[2].shape, type: 39, bytes: [])
    file.tensors[4] = .init(file.tensors[4].name, file.tensors[4].shape, type: 17, bytes: [])
    file.tensors.append(.init("blk.0.attn_sinks.weight", [4], floats: [1, 2, 3, 4]))
    for index in file.metadata.indices where file.metadata[index].key == "tokenizer.ggml.pre" {
      file.metadata[index].value = .text("unheard-of")
    }
    let message = try error(file)
    for words in [
      "the quantization IQ2_XS (2 tensors), MXFP4 (1 tensor) is not supported", "Q4_K", "\"blk.0.attn_sinks.weight\"",
      "\"unheard-of\"",
    ] {
      #expect(message.contains(words), "\(words)")
    }
    file.metadata[0].value = .text("mamba")
    #expect(try error(file).contains("the architecture \"mamba\" is not supported"))
  }

  @Test func whatIsMissingIsNamed() throws {
    var file = pair().file
    file.metadata.removeAll { $0.key == "llama.block_count" || $0.key == "tokenizer.ggml.tokens" }
    let message = try error(file)
    #expect(message.contains("there is no 'llama.block_count' in its metadata"))
    #expect(message.contains("there is no tokenizer in its metadata"))
    file = pair().file
    file.tensors.removeAll { $0.name == "blk.1.attn_k.weight" }
    #expect(try error(file).contains("self_attn.k_proj.weight"))
  }
}

/// The real model of the fixture, where it has been made.
@Suite(
  .enabled(
    if: SmolLM2.folder != nil && Fixtures.root != nil,
    "SPECBENCH_SMOLLM2 names no folder that the fixture smollm2/make_checkpoint.py has written."
  )
)
struct SmolLM2Tests {
  @Test(arguments: [false, true]) func greedyTokensAreThoseOfTransformers(_ isFolder: Bool) throws {
    let root = try #require(SmolLM2.folder)
    let path = root + (isFolder ? "/hf" : "/SmolLM2-135M-Instruct.Q4_1.gguf")
    let model = try Transformer(
      checkpoint: Checkpoint(directory: path),
      weightType: .float32,
      context: ComputeContext(threads: 2)
    )
    #expect(model.configuration.endTokens == [2])
    for golden in try SmolLM2.goldens() {
      let expected = isFolder ? golden.outputIds : golden.ggufOutputIds
      #expect(try SmolLM2.greedy(model, golden.promptIds, count: expected.count) == expected, "\(golden.id)")
    }
  }
}

enum SmolLM2 {
  struct Golden: Decodable {
    let id: String
    let promptText: String
    let promptIds: [Token]
    let outputIds: [Token]
    let ggufOutputIds: [Token]
  }

  static let folder = ProcessInfo.processInfo.environment["SPECBENCH_SMOLLM2"]

  static func goldens() throws -> [Golden] {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    let file = try #require(Fixtures.root).appending(path: "smollm2/goldens.jsonl")
    return try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map {
      try decoder.decode(Golden.self, from: Data($0.utf8))
    }
  }

  static func greedy(_ model: Transformer, _ prompt: [Token], count: Int) throws -> [Token] {
    let cache = try model.makeCache(capacity: prompt.count + count)
    let states = try Activations(capacity: prompt.count, width: model.configuration.hiddenSize)
    var (tokens, next) = ([Token](), prompt)
    while tokens.count < count {
      let rows = states[rows: 0..<next.count]
      model.embed(next, into: rows)
      model.forward(rows, cache: cache)
      let last = rows[next.count - 1..<next.count]
      model.normalizeFinal(last, into: last)
      let token = model.context.choose(model.logits(of: last), withProbability: false)[0].index
      tokens.append(Token(token))
      next = [Token(token)]
    }
    return tokens
  }
}
