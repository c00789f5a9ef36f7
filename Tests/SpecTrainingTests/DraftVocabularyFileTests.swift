import SpecFiles
import SpecKernels
import SpecModel
import SpecTestSupport
import SpecTraining
import Testing

/// Heads that learned a draft vocabulary, as files: they have the target's whole vocabulary, as the official ones do.
@Suite final class DraftVocabularyFileTests {
  private static let rows = 40
  private static let vocabulary = TinyCheckpoint.configuration.vocabularySize
  private static let tokens = (0..<90).map { 2 * Token($0) + 7 }

  private let checkpoint: TinyCheckpoint
  private let target: Checkpoint
  private let context: ComputeContext
  private let folder: TemporaryFolder

  init() throws {
    checkpoint = try TinyCheckpoint(seed: 12)
    target = try Checkpoint(directory: checkpoint.directory)
    context = try ComputeContext(threads: 2)
    folder = try TemporaryFolder()
  }

  deinit { checkpoint.remove() }

  private func hydra(seed: UInt64) throws -> HydraObjective {
    try HydraObjective(
      target,
      count: 2,
      hasPrefix: true,
      vocabulary: Self.tokens,
      rows: Self.rows,
      seed: seed,
      context: context
    )
  }

  /// Rows of the vocabulary are the learned ones, all others the target's own without a bias.
  @Test func hydraFilesHaveAllTokens() throws {
    let objective = try hydra(seed: 1)
    objective.disturb()
    try objective.write(to: folder.path("hydra"))
    let file = try WeightNames.hydra.open(in: folder.path("hydra"))
    let width = target.configuration.hiddenSize
    let head = try target.tensor("lm_head.weight", shape: [Self.vocabulary, width])
      .floats(0..<Self.vocabulary * width)
    for index in 0..<2 {
      let name = "hydra_lm_head.\(index).1."
      let rows = try file.tensor(name + "weight", shape: [Self.vocabulary, width]).floats(0..<Self.vocabulary * width)
      let bias = try file.tensor(name + "bias", shape: [Self.vocabulary]).floats(0..<Self.vocabulary)
      let learned = try #require(objective.parameters.first { $0.parts[0].name == name + "weight" })
      let learnedBias = try #require(objective.parameters.first { $0.parts[0].name == name + "bias" })
      let learnedRows = rounded(learned.value.withNumbers(Array.init))
      let learnedBiases = rounded(learnedBias.value.withNumbers(Array.init))
      for token in 0..<Self.vocabulary {
        let row = Array(rows[token * width..<(token + 1) * width])
        if let place = Self.tokens.firstIndex(of: Token(token)) {
          #expect(row == Array(learnedRows[place * width..<(place + 1) * width]) && bias[token] == learnedBiases[place])
        } else {
          #expect(row == Array(head[token * width..<(token + 1) * width]) && bias[token] == 0)
        }
      }
    }
  }

  /// What is written is read again: by an objective of the same tokens, and by one of all of them.
  @Test func whatIsWrittenIsRead() throws {
    let written = try hydra(seed: 1)
    written.disturb()
    try written.write(to: folder.path("hydra"))
    let read = try hydra(seed: 2)
    try read.load(folder.path("hydra"))
    for (found, expected) in zip(read.parameters, written.parameters) {
      #expect(found.value.withNumbers(Array.init) == rounded(expected.value.withNumbers(Array.init)))
    }
    let whole = try HydraObjective(target, count: 2, hasPrefix: true, rows: Self.rows, seed: 3, context: context)
    try whole.load(folder.path("hydra"))
    try whole.write(to: folder.path("again"))
    let names = ["hydra_lm_head.safetensors", "config.json"]
    #expect(try names.map { try folder.read("again/" + $0) } == names.map { try folder.read("hydra/" + $0) })
  }

  /// An EAGLE-1 head's file has no vocabulary: what it may draft is a decoder's setting.
  @Test func eagleFilesHaveNoVocabulary() throws {
    for (name, tokens) in [("some", Self.tokens), ("all", nil)] {
      let objective = try EagleObjective(
        .eagle1,
        target,
        vocabulary: tokens,
        steps: 2,
        rows: Self.rows,
        seed: 1,
        context: context
      )
      #expect(objective.vocabulary == tokens)
      try objective.write(to: folder.path(name))
    }
    let names = ["model.safetensors", "config.json"]
    #expect(try names.map { try folder.read("some/" + $0) } == names.map { try folder.read("all/" + $0) })
  }

  /// Numbers as a file of bf16 gives them.
  private func rounded(_ numbers: [Float]) -> [Float] {
    RawNumbers(floats: numbers).source(.float32).floats(0..<numbers.count, roundedTo: .bfloat16)
  }
}
