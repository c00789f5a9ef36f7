import SpecDecoding
import SpecKernels
import SpecModel

/// Tensors made from a seed, in memory: each name gives the same numbers for the same seed, whatever was asked before.
public final class RandomTensors: TensorSource {
  private let seed: UInt64
  private let scale: @Sendable (String) -> Float
  private var memory: [String: RawNumbers] = [:]

  /// - Parameters:
  ///   - seed: what the numbers follow from.
  ///   - scale: how large a tensor's numbers are, by name; normalization weights are around 1 whatever it says.
  public init(seed: UInt64, scale: @escaping @Sendable (String) -> Float) {
    self.seed = seed
    self.scale = scale
  }

  /// The numbers of a name; any shape is available.
  public func tensor(_ name: String, shape: [Int]) throws(ModelError) -> NumberSource {
    if let numbers = memory[name] { return numbers.source(.float32) }
    let numbers = RawNumbers(floats: numbers(name, shape: shape))
    memory[name] = numbers
    return numbers.source(.float32)
  }

  /// The numbers of a name, row after row.
  public func numbers(_ name: String, shape: [Int]) -> [Float] {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325 ^ seed
    for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    var random = SeededRandom(seed: hash)
    let isNorm = name.hasSuffix("norm.weight")
    return random.floats(shape.reduce(1, *), scale: isNorm ? 0.3 : scale(name)).map { isNorm ? 1 + $0 : $0 }
  }
}

/// A tiny target with an adapter, heads and a draft model, made from a seed.
public struct RandomModel {
  /// The target.
  public let target: Transformer
  /// Its adapter.
  public let adapter: KangarooAdapter
  /// Its heads.
  public let heads: MedusaHeads
  /// A model of the target's first two layers, embedding and head, with a shorter context.
  public let draft: Transformer
  private let tensors: RandomTensors

  /// The target as a folder of `config.json` and `model.safetensors`.
  ///
  /// - Returns: the folder, which is removed when it is let go.
  /// - Throws: what writing files throws.
  package func checkpoint() throws -> TemporaryFolder {
    let (folder, configuration) = (try TemporaryFolder(), target.configuration)
    let stored = configuration.tensorShapes.sorted { $0.key < $1.key }.map { name, shape in
      StoredTensor(name, shape, .float32, tensors.numbers(name, shape: shape))
    }
    _ = try folder.write(configuration.description(storedAs: "float32").document, to: "config.json")
    _ = try folder.write([UInt8](StoredTensor.file(stored)), to: "model.safetensors")
    return folder
  }

  /// - Parameters:
  ///   - seed: what all weights follow from.
  ///   - weightType: how weights are held.
  ///   - context: the kernels and threads.
  ///   - contextLength: positions.
  ///   - vocabulary: small, so that random drafts are right now and then.
  ///   - modelType: the family; the parts that its models may have follow from the seed.
  ///   - depth: how much the layers after the second say; a small number makes drafting from the second layer easy.
  /// - Throws: `KernelError`.
  public init(
    seed: UInt64,
    weightType: WeightType = .float32,
    context: ComputeContext,
    contextLength: Int = 96,
    vocabulary: Int = 13,
    modelType: String = "llama",
    depth: Float = 0.3
  ) throws {
    var configuration = ModelConfiguration(
      hiddenSize: 48,
      intermediateSize: 88,
      layers: 5,
      attentionHeads: 6,
      keyValueHeads: 2,
      headDimension: 8,
      vocabularySize: vocabulary,
      contextLength: contextLength,
      tiesEmbeddings: seed % 2 == 0
    )
    if modelType != "llama" { configuration.adoptFamily(modelType, seed: seed) }
    tensors = RandomTensors(seed: seed) { name in
      // An adapter that adds next to nothing predicts what the second layer already knows.
      if name == "layers.0.self_attn.o_proj.weight" { return 0.05 }
      if name.hasPrefix("model.embed") || name.hasPrefix("lm_head") { return 1 }
      let isDeep = ["2", "3", "4"].contains { name.hasPrefix("model.layers.\($0).") }
      return isDeep && (name.contains("o_proj") || name.contains("down_proj")) ? depth : 0.4
    }
    target = try Transformer(configuration, from: tensors, weightType: weightType, context: context)
    var short = configuration
    (short.layers, short.contextLength) = (2, contextLength * 3 / 4)
    draft = try Transformer(short, from: tensors, weightType: weightType, context: context)
    adapter = try KangarooAdapter(
      from: tensors,
      shape: AttentionShape(hiddenSize: 48, queryHeads: 6, keyValueHeads: 6, headDimension: 8),
      target: target
    )
    heads = try MedusaHeads(from: tensors, count: 4, target: target)
  }

  /// Companions of all registered methods for this target.
  ///
  /// - Parameter registry: the methods.
  /// - Returns: their folder.
  /// - Throws: what writing files throws.
  public func companions(of registry: MethodRegistry = .builtIn) throws -> CompanionFolder {
    try CompanionFolder(of: registry, for: target.configuration, tensors: tensors)
  }
}

extension ModelConfiguration {
  /// Becomes a model of a family, with what some of its models have drawn by the seed.
  fileprivate mutating func adoptFamily(_ modelType: String, seed: UInt64) {
    adoptFamily(modelType)
    var random = SeededRandom(seed: seed)
    let window = 3 + random.below(12)
    switch modelType {
    case "mistral": self.window = AttentionWindow(length: window)
    case "qwen2": self.window = AttentionWindow(length: window, layers: [2, 3, 4])
    case "phi3":
      self.window = AttentionWindow(length: window)
      rotary.share = 0.5
    case "qwen3":
      (parts.queryKeyValueBias, parts.attentionOutputBias) = (true, true)
      rotary.scaling = .linear(factor: 1.5 + Double(random.below(4)))
    case "gemma2":
      self.window = AttentionWindow(length: window, layers: [0, 2, 4])
      (parts.queryScalar, parts.scoreCap, parts.logitCap) = (12, 3, 2.5)
    case "gemma3_text":
      self.window = AttentionWindow(length: window, layers: [0, 1, 3, 4])
      (parts.queryScalar, windowRotary) = (16, RotaryEmbedding(theta: 500))
    default: break
    }
  }
}
