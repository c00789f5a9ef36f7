import SpecDecoding
import SpecKernels
import SpecModel
import SpecTestSupport
import Testing

/// What does not fit into memory is refused before a weight is read, with the figures.
@Suite struct MemoryNeedTests {
  private static func need(_ methods: [String], _ type: WeightType, positions: Int) throws -> MemoryNeed {
    try MemoryNeed(
      methods.map { DecoderSpec(method: $0) },
      target: TargetFiles(configuration: SyntheticModel.shape(named: "vicuna-7b"), modelDirectory: nil),
      weightType: type,
      positions: positions
    )
  }

  @Test func theFiguresAreThoseOfTheShape() throws {
    let need = try Self.need(["vanilla", "prompt-lookup"], .bfloat16, positions: 2048)
    // 32 layers of 202 million weights, the head, and norms; two bytes each.
    #expect(abs(Double(need.weights) - 2 * 6.607e9) < 1e7)
    // Keys and values: two numbers of four bytes for 4096 dimensions in 32 layers.
    #expect(need.caches == 2 * 2048 * (2 * 4 * 4096 * 32))
    #expect(need.companions == 0 && need.total == need.weights + need.caches + need.buffers)
    // No text is longer than the context.
    #expect(try Self.need(["vanilla"], .int8, positions: 1 << 30).caches == 4096 * (2 * 4 * 4096 * 32))
  }

  @Test func whatFitsPasses() throws {
    let need = try Self.need(["vanilla"], .bfloat16, positions: 512)
    try need.check(available: need.total, path: "model")
    try need.check(available: nil, path: "model")
  }

  @Test func theRefusalNamesFiguresAndWaysOut() throws {
    let need = try Self.need(["vanilla", "prompt-lookup"], .bfloat16, positions: 4096)
    let error = try #require(throws: NotEnoughMemory.self) {
      try need.check(available: 16_000_000_000, path: "models/vicuna")
    }
    #expect(
      error.description
        == "models/vicuna: it does not fit into memory, since 13.2 GB of weights in bf16, 8.6 GB of keys and values of 2 "
        + "decoders for 4096 positions and 180.1 MB of buffers are 22.0 GB, but this process may take 16.0 GB; choose "
        + "--dtype int8, with 7.0 GB of weights, name fewer --decoders, choose a lower --max-new-tokens or shorter prompts, "
        + "or free memory; --ignore-memory tries it all the same"
    )
    // Where no weight type is smaller, only the text can be.
    let least = try Self.need(["vanilla"], .int8, positions: 1)
    #expect(
      try #require(throws: NotEnoughMemory.self) { try least.check(available: 1_000_000, path: "m") }.description
        .hasSuffix("but this process may take 1.0 MB; free memory; --ignore-memory tries it all the same")
    )
  }

  /// An adapter's states, keys and values, and a draft model's own, count with their files.
  @Test func companionsCount() throws {
    let model = try RandomModel(seed: 2, context: ComputeContext(threads: 1))
    let folder = try model.companions()
    let target = TargetFiles(configuration: model.target.configuration, modelDirectory: folder.path)
    func need(_ method: String) throws -> MemoryNeed {
      try MemoryNeed([DecoderSpec(method: method)], target: target, weightType: .float32, positions: 10)
    }
    let plain = try need("vanilla")
    #expect(try need("medusa").companions > 0 && need("medusa").caches == plain.caches)
    #expect(try need("kangaroo").companions > 0 && need("kangaroo").caches > plain.caches)
    #expect(try need("draft-model").companions > 0 && need("draft-model").caches > plain.caches)
    // Of a target of five layers EAGLE-3 takes one state three times. Both have keys and values of their own.
    let width = model.target.configuration.hiddenSize
    #expect(try need("eagle").caches - plain.caches == 10 * 4 * (width + 2 * width))
    #expect(try need("eagle-3").caches - plain.caches == 10 * 4 * (width + 2 * 16))
    #expect(try need("eagle-3").companions > 0)
  }
}
