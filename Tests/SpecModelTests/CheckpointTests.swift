import Foundation
import SpecKernels
import SpecModel
import SpecTestSupport
import Testing

/// Checkpoints of every stored type and layout.
@Suite struct CheckpointTests {
  static func logits(_ directory: String, weightType: WeightType? = nil) throws -> [Float] {
    let checkpoint = try Checkpoint(directory: directory)
    let target = try Transformer(
      checkpoint: checkpoint,
      weightType: weightType,
      context: ComputeContext(threads: 1)
    )
    return try PlacementTests.logits(target, [1, 50, 60, 70, 200], pieces: [5]).last ?? []
  }

  @Test func everyTypeAndLayoutGivesTheSameNumbers() throws {
    var results: [[Float]] = []
    for type in [NumberType.float32, .bfloat16, .float16] {
      for layout in [TinyCheckpoint.Layout.single, .sharded] {
        let files = try TinyCheckpoint(seed: 4, type: type, layout: layout)
        defer { files.remove() }
        let natural = try Checkpoint(directory: files.directory).naturalWeightType
        #expect(natural == [.float32: .float32, .bfloat16: .bfloat16, .float16: .float16][type])
        // The numbers have 8 significant bits, so that holding them as bf16 loses nothing either.
        for weightType in [nil, WeightType.float32, .bfloat16] {
          results.append(try Self.logits(files.directory, weightType: weightType))
        }
      }
    }
    #expect(results.count == 18 && results[0].count == 259)
    #expect(results.allSatisfy { $0 == results[0] })
  }

  @Test func tiedHeadIsTheEmbedding() throws {
    let files = try TinyCheckpoint(seed: 5)
    defer { files.remove() }
    let text = String(decoding: try files.read("config.json"), as: UTF8.self)
    let separate = try Self.logits(files.directory)
    try files.write(
      text.replacing("\"tie_word_embeddings\": false", with: "\"tie_word_embeddings\": true"),
      to: "config.json"
    )
    // A head that is stored and is not the embedding contradicts the configuration.
    #expect(throws: ModelError.self) { try Checkpoint(directory: files.directory) }
    let weights = try files.read("model.safetensors")
    var renamed = weights
    let name = try #require(weights.firstRange(of: Data("lm_head.weight".utf8)))
    renamed.replaceSubrange(name, with: Data("unused0.weight".utf8))
    try files.write(renamed, to: "model.safetensors")
    #expect(try Self.logits(files.directory) != separate)
    #expect(try Checkpoint(directory: files.directory).configuration.parameterCount == 53_728 - 259 * 32)
  }

  @Test func narrowingRoundsToNearestEven() throws {
    // 1 + 2^-8 lies between 1 and 1 + 2^-7; 1 + 3·2^-8 between 1 + 2^-7 and 1 + 2^-6: both halfway, both to even.
    let values: [Float] = [1 + 0x1p-8, 1 + 0x3p-8, 1 + 0x1p-8 + 0x1p-20, 1 + 0x1p-8 - 0x1p-20, -1 - 0x1p-8, 0x1p-130]
    let expected: [Float] = [1, 1 + 0x1p-6, 1 + 0x1p-7, 1, -1, 0x1p-130]
    let source = RawNumbers(floats: values).source(.float32)
    #expect(source.floats(0..<6, roundedTo: .bfloat16) == expected)
    #expect(source.floats(0..<6) == values)
    let context = try ComputeContext(threads: 1)
    let packed = try PackedMatrix(stacking: [source], columns: 1, type: .bfloat16, context: context)
    let (x, y) = (try Activations(capacity: 1, width: 1), try Activations(capacity: 1, width: 6))
    x[0] = [1]
    context.multiply(x[rows: 0..<1], by: packed, into: y[rows: 0..<1])
    #expect(y[0] == expected)
  }

  @Test func float16WidensExactly() throws {
    // Zero, one, the largest, the smallest normal and subnormal numbers, and a negative one.
    let halves: [UInt16] = [0x0000, 0x3c00, 0x7bff, 0x0400, 0x0001, 0x03ff, 0xc000, 0x8001]
    let expected: [Float] = [0, 1, 65504, 0x1p-14, 0x1p-24, 0x3ffp-24, -2, -0x1p-24]
    #expect(RawNumbers(halves: halves).source(.float16).floats(0..<8) == expected)
  }

  @Test func sizesOfAKnownModel() throws {
    let vicuna = try SyntheticModel.shape(named: "vicuna-7b")
    #expect(vicuna.parameterCount == 6_738_415_616)
    #expect(KangarooAdapter.parameterCount(for: vicuna) == 67_117_056)
    #expect(MedusaHeads.parameterCount(for: vicuna, heads: 4) == 591_413_248)
  }

}
