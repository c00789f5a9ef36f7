import Foundation
import SpecDecoding
import SpecKernels
import SpecModel
import SpecTestSupport
import SpecTraining
import Testing

/// A checkpoint of random weights is one that can be loaded, with its companions, however it is cut into files.
@Suite struct SyntheticCheckpointTests {
  private static let shape = ModelConfiguration(
    hiddenSize: 64,
    intermediateSize: 96,
    layers: 3,
    attentionHeads: 4,
    keyValueHeads: 2,
    headDimension: 16,
    vocabularySize: 700,
    contextLength: 128
  )

  private static func written(shardBytes: Int, to folder: TemporaryFolder) throws -> (String, files: Int) {
    let path = folder.path("model-\(shardBytes)")
    let checkpoint = SyntheticCheckpoint(shape, seed: 7)
    try checkpoint.writeAdapter(to: path + "/kangaroo")
    try checkpoint.writeHeads(3, to: path + "/medusa")
    try checkpoint.writeHydra(3, to: path + "/hydra")
    var files = 0
    try checkpoint.writeModel(to: path, shardBytes: shardBytes) { done, total in
      #expect(done == files && done < total)
      files += 1
    }
    return (path, files)
  }

  @Test func shardsHoldTheSameModel() throws {
    let folder = try TemporaryFolder()
    let context = try ComputeContext(threads: 1)
    var outputs: [[Token]] = []
    for (shardBytes, files) in [(1 << 30, 1), (100_000, 4)] {
      let (path, written) = try Self.written(shardBytes: shardBytes, to: folder)
      #expect(written == files)
      let model = ModelFiles(path: path)
      let (checkpoint, tokenizer) = try model.usable()
      #expect(checkpoint.weightFiles.count == files && checkpoint.naturalWeightType == .bfloat16)
      let text = "Any text at all: 12 plums, Ünïcode and \u{1F600}."
      let prompt = tokenizer.encode(text)
      #expect(tokenizer.decode(prompt) == text && prompt.count < text.utf8.count)
      let target = try Transformer(checkpoint: checkpoint, context: context)
      let rules = StopRules(endTokens: [], maximumNewTokens: 20, contextLength: 128)
      let resources = DecoderResources(target: target, modelDirectory: path)
      for method in ["vanilla", "kangaroo", "medusa:tree=chain,nodes=3", "hydra:tree=chain,nodes=3"] {
        let decoder = try MethodRegistry.builtIn.prepare(DecoderSpec(method), resources: resources).decoder
        outputs.append(try generate(prompt, with: decoder, rules: rules).tokens)
      }
    }
    #expect(outputs.allSatisfy { $0 == outputs[0] && $0.count == 20 })
  }

  /// Progress is told before each layer, and ends the loading if it says so.
  @Test func loadingTellsItsLayersAndCanBeEnded() throws {
    struct Ended: Error {}
    let folder = try TemporaryFolder()
    let (path, _) = try Self.written(shardBytes: 1 << 30, to: folder)
    let (context, checkpoint) = (try ComputeContext(threads: 1), try Checkpoint(directory: path))
    var told: [Int] = []
    _ = try Transformer(checkpoint: checkpoint, context: context) { done, total in
      #expect(total == 3)
      told.append(done)
    }
    #expect(told == [0, 1, 2])
    #expect(throws: Ended.self) {
      try Transformer(checkpoint: checkpoint, context: context) { done, _ in if done == 1 { throw Ended() } }
    }
  }
}
