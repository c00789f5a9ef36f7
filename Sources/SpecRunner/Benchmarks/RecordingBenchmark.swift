import Foundation
import SpecCore
import SpecDecoding
import SpecKernels
import SpecModel
import SpecStatistics
import SpecStore

/// What it costs to record: a synthetic run whose decoders compute nothing, noted and written as a measured one is.
package struct RecordingBenchmark {
  /// All that was measured.
  package struct Result: Codable, Sendable {
    /// Recorded tokens.
    package var tokens = 0
    /// Recorded cycles.
    package var cycles = 0
    /// Recorded generations.
    package var generations = 0
    /// Seconds inside the timed region for each token: reading the clocks, stop rules, noting tokens and cycles. The median
    /// of the repeats, as the next.
    package var noting = 0.0
    /// Seconds between the timed regions for each token: making the rows, writing them, comparing with vanilla.
    package var writing = 0.0
  }

  /// Tokens of one generation.
  static let length = 128
  private static let questions = 120
  private static let categories = Category.tasks.map(\.rawValue)
  private let store: BenchmarkStore
  private let context: ComputeContext
  private let decoders: [ScriptedDecoder]
  private let repeats: Int

  /// - Parameters:
  ///   - store: the database that gets the run.
  ///   - tokens: how many to record; whole repeats, so that they become some more.
  ///   - context: the kernels and threads, for the run's environment.
  package init(store: BenchmarkStore, tokens: Int, context: ComputeContext) {
    self.store = store
    self.context = context
    // One token a cycle for vanilla and three for the others make half as many cycles as tokens.
    decoders = [[1], [3], [1, 5], [2, 4, 3, 1, 5]].map(ScriptedDecoder.init)
    let tokensOfRepeat = Self.questions * decoders.count * Self.length
    repeats = max(1, (tokens + tokensOfRepeat - 1) / tokensOfRepeat)
  }

  /// Records the run.
  ///
  /// - Parameter progress: called after each repeat with how many are done; what it throws ends the measurement.
  /// - Returns: the run's id and what recording cost.
  /// - Throws: `StoreError` if it cannot be written, and what `progress` throws.
  package func run(progress: (Int, Int) throws -> Void) throws -> (run: Int64, result: Result) {
    let identifiers = try begin()
    var (result, noting, writing) = (Result(), [Double](), [Double]())
    for repeatIndex in 0..<repeats {
      var times = (noting: UInt64(0), writing: UInt64(0))
      let before = result.tokens
      for prompt in identifiers.prompts {
        for (place, decoder) in decoders.enumerated() {
          let start = MonotonicClock.now
          let generation = try generate([0], with: decoder, rules: Self.rules)
          let middle = MonotonicClock.now
          let measured = RunGeneration(generation)
          let row = measured.record(
            decoder: identifiers.decoders[place],
            prompt: prompt,
            repeatIndex: repeatIndex,
            place: place,
            startedAt: Date(),
            text: "synthetic"
          )
          let id = try store.record(row, cycles: measured.cycles, tokens: measured.tokenRecords)
          if repeatIndex + place > 0 { try store.recordComparison(generation: id, difference: nil) }
          times.noting += middle - start
          times.writing += MonotonicClock.now - middle
          result.tokens += generation.tokens.count
          result.cycles += generation.cycles.count
          result.generations += 1
        }
      }
      let tokens = Double(result.tokens - before)
      noting.append(Double(times.noting) / 1e9 / tokens)
      writing.append(Double(times.writing) / 1e9 / tokens)
      try progress(repeatIndex + 1, repeats)
    }
    try store.finishRun(identifiers.run, at: Date())
    result.noting = Quantiles(noting).median ?? 0
    result.writing = Quantiles(writing).median ?? 0
    return (identifiers.run, result)
  }

  private static let rules = StopRules(endTokens: [], maximumNewTokens: length, contextLength: 4096)

  private func begin() throws(StoreError) -> RunIdentifiers {
    try store.beginRun(
      RunRecord(
        startedAt: Date(),
        commandLine: "specbench bench --recording",
        modelName: "synthetic",
        modelPath: "",
        modelHash: "",
        tokenizerHash: "",
        architecture: "none",
        parameters: 0,
        weightType: "none",
        threads: context.threads,
        suiteName: "synthetic",
        suiteVersion: "",
        suiteHash: "",
        suitePath: "",
        repeats: repeats,
        maxNewTokens: Self.length,
        contextLength: Self.rules.contextLength,
        seed: 0
      ),
      environment: RunEnvironment.capture(context),
      decoders: decoders.indices.map { index in
        let name = index == 0 ? Baseline.method : "synthetic-\(index)"
        return DecoderRecord(ordinal: index, name: name, method: index == 0 ? Baseline.method : "synthetic", spec: name)
      },
      prompts: (0..<Self.questions).map { question in
        let category = Self.categories[question % Self.categories.count]
        return PromptRecord(
          ordinal: question,
          questionID: question,
          turn: 0,
          category: category,
          subcategory: category,
          promptTokens: 1,
          idsHash: ""
        )
      }
    )
  }
}

/// Computes nothing: its cycles have given accept lengths, over and over.
private final class ScriptedDecoder: Decoder {
  private let acceptLengths: [Int]
  private var cycles = 0

  init(acceptLengths: [Int]) { self.acceptLengths = acceptLengths }

  func setSampling(_ sampling: Sampling) {}

  func begin(_ prompt: [Token]) -> Token? {
    cycles = 0
    return 0
  }

  func cycle(_ budget: CycleBudget) -> Cycle {
    let length = acceptLengths[cycles % acceptLengths.count]
    let drafted = min((acceptLengths.max() ?? 1) - 1, budget.longestDraft)
    cycles += 1
    let accepted = min(length - 1, drafted)
    return Cycle(
      drafted: drafted,
      nodes: drafted,
      accepted: accepted,
      tokens: (0...accepted).map { Token($0 + cycles) },
      times: PhaseTimes(draft: UInt64(drafted), verify: UInt64(8 + cycles % 16), overhead: 1)
    )
  }
}
