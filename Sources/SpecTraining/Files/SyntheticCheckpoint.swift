import SpecFiles
import SpecModel

/// Writes checkpoints of random weights in a known shape, part by part: for measuring loading, memory and speed with files
/// of real size, not for text. What is written follows from the shape and the seed, on every machine.
package struct SyntheticCheckpoint {
  /// The model's shape.
  private let configuration: ModelConfiguration
  private let seed: UInt64
  private let writer = CheckpointWriter(type: .bfloat16)

  /// Bytes of tensors in one file, as published checkpoints have them.
  package static let shardBytes = 2_000_000_000

  /// The largest magnitude of a weight: its standard deviation is the usual 0.02.
  private static let scale: Float = 0.035

  /// - Parameters:
  ///   - shape: the model's shape; its begin and end tokens become those of the tokenizer that is written.
  ///   - seed: what the weights follow from.
  package init(_ shape: ModelConfiguration, seed: UInt64) {
    var configuration = shape
    let special = SpecialTokens()
    configuration.beginToken = special.contents.firstIndex(of: special.begin).map { Token($0) }
    configuration.endTokens = special.contents.firstIndex(of: special.end).map { [Token($0)] } ?? []
    (self.configuration, self.seed) = (configuration, seed)
  }

  /// Writes the model in bf16, sharded with an index where it is large, and its tokenizer.
  ///
  /// - Parameters:
  ///   - directory: the folder, which is made if it is not there.
  ///   - shardBytes: most bytes of tensors in one file.
  ///   - progress: called before each file with how many are written and how many there are; what it throws ends the
  ///     writing.
  /// - Throws: `UnwritableFile`, and what `progress` throws.
  package func writeModel(
    to directory: String,
    shardBytes: Int = Self.shardBytes,
    progress: (Int, Int) throws -> Void = { _, _ in }
  ) throws {
    try OutputFile.makeFolder(directory)
    try tokenizer.write(to: directory, contextLength: configuration.contextLength)
    try writer.writeModel(
      configuration,
      tensors: tensors(configuration.tensorShapes, keyed: "model"),
      to: directory,
      shardBytes: shardBytes,
      progress: progress
    )
  }

  /// Writes a Kangaroo adapter as the published ones are: multi-head attention of the target's width.
  ///
  /// - Parameters:
  ///   - exitLayer: the exit layer that it says to be made for.
  ///   - directory: the folder, which is made if it is not there.
  /// - Throws: `UnwritableFile`.
  package func writeAdapter(exitLayer: Int = 2, to directory: String) throws(UnwritableFile) {
    let shape = AttentionShape(
      hiddenSize: configuration.hiddenSize,
      queryHeads: configuration.attentionHeads,
      keyValueHeads: configuration.attentionHeads,
      headDimension: configuration.hiddenSize / configuration.attentionHeads
    )
    try writer.writeKangarooAdapter(
      for: configuration,
      exitLayer: exitLayer,
      shape: shape,
      tensors: tensors(KangarooAdapter.tensorShapes(of: shape), keyed: "kangaroo"),
      to: directory
    )
  }

  /// Writes Medusa heads.
  ///
  /// - Parameters:
  ///   - count: how many.
  ///   - directory: the folder, which is made if it is not there.
  /// - Throws: `UnwritableFile`.
  package func writeHeads(_ count: Int, to directory: String) throws(UnwritableFile) {
    try writer.writeMedusaHeads(
      for: configuration,
      count: count,
      tensors: tensors(MedusaHeads.tensorShapes(count: count, target: configuration), keyed: "medusa"),
      to: directory
    )
  }

  /// Writes Hydra heads as the published ones are, behind a layer of their own.
  ///
  /// - Parameters:
  ///   - count: how many.
  ///   - directory: the folder, which is made if it is not there.
  /// - Throws: `UnwritableFile`.
  package func writeHydra(_ count: Int, to directory: String) throws(UnwritableFile) {
    var shape = HydraShape(published: configuration)
    shape.count = count
    try writer.writeHydraHeads(shape, tensors: tensors(shape.tensorShapes, keyed: "hydra"), to: directory)
  }

  /// Normalizations are 1, biases 0, all else is random.
  private func tensors(_ shapes: [String: [Int]], keyed owner: String) -> [NamedTensor] {
    shapes.map { name, shape in
      if shape.count == 1 {
        let number: Float = name.hasSuffix("bias") ? 0 : 1
        return NamedTensor(name, shape: shape) { [Float](repeating: number, count: $0.count) }
      }
      let key = stableHash(owner + "/" + name) ^ seed
      return NamedTensor(name, shape: shape) { Self.numbers(key, $0) }
    }
  }

  /// The numbers of a range, the same however a tensor is cut into ranges that begin at the writer's parts.
  private static func numbers(_ key: UInt64, _ range: Range<Int>) -> [Float] {
    var random = KeyedRandom(keys: [key, UInt64(range.lowerBound)])
    return [Float](unsafeUninitializedCapacity: range.count) { buffer, count in
      for place in 0..<range.count {
        let bits = Int32(truncatingIfNeeded: random.next() >> 32)
        buffer[place] = Float(bits) * 0x1p-31 * scale
      }
      count = range.count
    }
  }

  /// Bytes, and pairs of them as far as the vocabulary goes: pairs of frequent letters come first.
  private var tokenizer: TrainedTokenizer {
    let special = SpecialTokens()
    let first = special.contents.count
    let frequent = Array(" etaoinshrdlcumwfgypbvkxjqzETAOINSHRDLCUMWFGYPBVKXJQZ".utf8)
    let ranked = frequent + (0...255).filter { !frequent.contains($0) }
    var entries = (0...255).map { [UInt8($0)] }
    var merges: [TrainedTokenizer.Merge] = []
    func merge(_ left: UInt8, _ right: UInt8) {
      guard first + entries.count < configuration.vocabularySize else { return }
      entries.append([left, right])
      merges.append(.init(left: Token(first + Int(left)), right: Token(first + Int(right))))
    }
    for (rank, byte) in ranked.enumerated() {
      for other in ranked[..<rank] {
        merge(byte, other)
        merge(other, byte)
      }
      merge(byte, byte)
    }
    return TrainedTokenizer(specialTokens: special, entries: entries, merges: merges)
  }
}
