import SpecDecoding
import SpecModel
import SpecStore
import SpecSuite

/// Every decoder against vanilla, token for token, without measuring or storing anything.
package struct LosslessnessCheck {
  /// An output that differs from vanilla's.
  package struct Finding: Sendable {
    /// The decoder's spec.
    package let decoder: String
    /// The question's id, as people read it.
    package let question: String
    /// The turn, from 0.
    package let turn: Int
    /// The first position that differs.
    package let difference: Difference
  }

  /// What was compared.
  package struct Outcome: Sendable {
    /// Outputs compared with vanilla's.
    package internal(set) var checked = 0
    /// Tokens in them.
    package internal(set) var tokens = 0
    /// Those that differ.
    package internal(set) var findings: [Finding] = []
    /// Why prompts were passed over: one reason for each, those that follow on them included.
    package internal(set) var skipReasons: [String] = []
    /// How many were passed over.
    package var skipped: Int { skipReasons.count }
  }

  private let model: LoadedModel
  private let suite: Suite
  private let rules: StopRules
  private let decoders: [RunDecoder]
  private let sampling: Sampling

  /// - Parameters:
  ///   - suite: the questions.
  ///   - decoders: vanilla first, then what to compare with it.
  ///   - model: the model.
  ///   - maximumNewTokens: most tokens of an output.
  ///   - sampling: how the decoders choose tokens.
  package init(
    suite: Suite,
    decoders: [RunDecoder],
    model: LoadedModel,
    maximumNewTokens: Int,
    sampling: Sampling = .greedy
  ) {
    precondition(decoders.first?.isBaseline == true, "a comparison without vanilla")
    self.model = model
    self.suite = suite
    rules = model.stopRules(maximumNewTokens: maximumNewTokens)
    self.decoders = decoders
    self.sampling = sampling
  }

  /// Compares all outputs.
  ///
  /// - Parameters:
  ///   - progress: called after each question with how many are done.
  ///   - shouldStop: asked before each cycle.
  /// - Returns: what was compared, and what differed.
  /// - Throws: `KernelError` for memory, ``WorkInterrupted`` if it was stopped, ``FailedGeneration``
  ///   if a model's logits are not finite.
  package func run(progress: (Int, Int) -> Void, shouldStop: () -> Bool = { false }) throws -> Outcome {
    var outcome = Outcome()
    for (index, question) in suite.questions.enumerated() {
      var conversation = Conversation(question, suite: suite, model: model, rules: rules)
      while let turn = conversation.turn {
        let prompt = try conversation.prompt()
        if let reason = conversation.skipReason(prompt) {
          outcome.skipReasons += Array(repeating: reason, count: question.turns.count - turn)
          break
        }
        conversation.answer(try compare(prompt.ids, question: question, turn: turn, into: &outcome, shouldStop))
      }
      progress(index + 1, suite.questions.count)
    }
    return outcome
  }

  private func compare(
    _ prompt: [Token],
    question: Question,
    turn: Int,
    into outcome: inout Outcome,
    _ shouldStop: () -> Bool
  ) throws -> RunOutput {
    let place = FailedGeneration.place(question: question.questionID, turn: turn)
    let outputs = try decoders.map { decoder in
      let generation = try decoder.decode(prompt, rules: rules, place: place, shouldStop: shouldStop)
      if generation.isAbandoned { throw WorkInterrupted() }
      return generation.tokens
    }
    let vanilla = outputs.first ?? []
    for (decoder, tokens) in zip(decoders, outputs).dropFirst() {
      outcome.checked += 1
      outcome.tokens += tokens.count
      guard let difference = Difference(tokens, from: vanilla) else { continue }
      outcome.findings.append(
        Finding(
          decoder: decoder.spec.description,
          question: question.id.text,
          turn: turn,
          difference: try difference.withMargin(after: prompt, vanilla: vanilla, model: model, sampling: sampling)
        )
      )
    }
    return RunOutput(tokens: vanilla, text: "")
  }
}

/// A prompt that cannot be decoded, with its place.
package struct UnusablePrompt: Error, CustomStringConvertible {
  /// Where it stands.
  package let place: String
  /// What is wrong with it.
  package let reason: DecodingError

  /// One sentence that names the place.
  package var description: String { "\(place): \(reason.description)" }
}
