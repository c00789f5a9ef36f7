import SpecDecoding
import SpecFiles
import SpecKernels
import SpecModel

/// A generation that broke off, with its place. Nothing of it is a result.
package struct FailedGeneration: Error, CustomStringConvertible {
  /// What was decoded: a question and a turn, or a line of a file.
  package let place: String
  /// The decoder's name.
  package let decoder: String
  /// Why it broke off.
  package let reason: NotFiniteLogits

  /// One sentence that names prompt, decoder, model and position.
  package var description: String { "\(place), decoded by \(decoder): \(reason)" }

  /// How a place in a suite is told; both count from one, as a person does.
  ///
  /// - Parameters:
  ///   - question: the question's id.
  ///   - turn: the turn, from 0.
  /// - Returns: the place.
  static func place(question: some CustomStringConvertible, turn: Int) -> String {
    "question \(question), turn \(turn + 1)"
  }
}

extension RunDecoder: MeasuredDecoder {
  package func measure(
    _ prompt: RunPrompt,
    rules: StopRules,
    place: @autoclosure () -> String,
    shouldStop: () -> Bool
  ) throws -> RunGeneration {
    RunGeneration(try decode(prompt.ids, rules: rules, place: place(), shouldStop: shouldStop))
  }

  /// Decodes a prompt until a stop rule ends it.
  ///
  /// - Parameters:
  ///   - prompt: token ids that the rules accept.
  ///   - rules: when to stop.
  ///   - place: what to call the prompt in an error.
  ///   - shouldStop: asked before each cycle; on true the generation is given up.
  /// - Returns: the output with all that was measured; see `Generation.isAbandoned`.
  /// - Throws: ``FailedGeneration``, or `KernelError` if a model's file was written to meanwhile or there is not enough
  ///   memory for the text.
  func decode(
    _ prompt: [Token],
    rules: StopRules,
    place: @autoclosure () -> String,
    shouldStop: () -> Bool = { false }
  ) throws -> Generation {
    try decoder.reserve(positions: min(prompt.count + rules.maximumNewTokens, rules.contextLength))
    let generation: Generation
    do {
      generation = try generate(prompt, with: decoder, rules: rules, shouldStop: shouldStop)
    } catch {
      throw FailedGeneration(place: place(), decoder: name, reason: error)
    }
    try MappedFile.requireUnchanged()
    return generation
  }
}

/// A run that has gone on past generations that failed, and so is not whole.
package struct UnansweredPrompts: Error, CustomStringConvertible {
  /// Prompts, each counted once for each repeat, that some decoder has not answered.
  package let count: Int
  /// The run's id.
  package let run: Int64

  /// One sentence that says how it goes on.
  package var description: String {
    "run \(run): \(quantity(count, "prompt has", plural: "prompts have")) no answer of some decoder; all else is in the "
      + "database, and the same command with --resume asks for what is missing"
  }
}
