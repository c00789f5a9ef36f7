import SpecKernels
import SpecModel
import SpecTraining

/// What the target's greedy answers are like.
package struct AnswerMetrics: Sendable {
  /// How many answers.
  package private(set) var count = 0
  /// How many ended by themselves.
  package private(set) var ended = 0
  /// Tokens of all answers.
  package private(set) var tokens = 0
  /// Sequences of eight tokens inside an answer.
  package private(set) var runs = 0
  /// Of these, how many occurred before in the same answer.
  package private(set) var repeatedRuns = 0
  /// Σ entropy of the target over the answers' tokens, nats.
  package private(set) var entropy = 0.0

  /// Share of answers that ended by themselves.
  package var endedShare: Double { Double(ended) / Double(max(1, count)) }
  /// Share of 8-grams that repeat inside their answer.
  package var repeatedShare: Double { Double(repeatedRuns) / Double(max(1, runs)) }
  /// Mean entropy per token, nats.
  package var meanEntropy: Double { entropy / Double(max(1, tokens)) }

  /// Most tokens of an answer, as in the suite's manifest.
  static let longest = 160

  /// Answers the suite's questions, each turn after the target's own answers to those before.
  init(_ data: DemoData, checkpoint: Checkpoint, frozen: FrozenTarget, context: ComputeContext) throws {
    let target = try Transformer(checkpoint: checkpoint, context: context)
    let writer = try SelfDistillation(target, capacity: checkpoint.configuration.contextLength)
    let ends = Set(checkpoint.configuration.endTokens)
    let recipe = data.recipe
    for question in DemoSuite.questions(data.texts, perCategory: recipe.questionsPerCategory, seed: recipe.seed) {
      var turns: [TrainingTurn] = []
      for turn in question.turns {
        turns.append(TrainingTurn(.user, turn))
        let prompt = data.encoder.encode(.conversation(turns)).tokens
        let text = try writer.continued(prompt, atMost: Self.longest, check: {})
        let answer = Array(text[prompt.count...])
        add(answer, isEnded: answer.last.map(ends.contains) ?? false)
        entropy += Self.entropy(of: text, from: prompt.count, frozen)
        turns.append(TrainingTurn(.assistant, data.tokenizer.decode(answer, skippingSpecialTokens: true)))
      }
    }
  }

  private mutating func add(_ answer: [Token], isEnded: Bool) {
    count += 1
    ended += isEnded ? 1 : 0
    tokens += answer.count
    var seen: Set<ArraySlice<Token>> = []
    for start in 0..<max(0, answer.count - 7) {
      runs += 1
      if !seen.insert(answer[start..<start + 8]).inserted { repeatedRuns += 1 }
    }
  }

  /// Σ entropy of the distributions that the tokens from `first` on were chosen from.
  private static func entropy(of text: [Token], from first: Int, _ frozen: FrozenTarget) -> Double {
    guard text.count <= frozen.rows else { return 0 }
    return frozen.entropies(TrainingBatch([text[...]], rows: frozen.rows))[(first - 1)..<(text.count - 1)].reduce(0, +)
  }
}
