import SpecDecoding

/// What decoders that learn over prompts (`memory=run`) know in a repeat: what came before in it, and nothing of an earlier
/// repeat, in which they have met the same prompts already.
struct RepeatMemory {
  private let learners: [RunDecoder]
  private let rules: StopRules
  /// Prompts of the repeat that an earlier attempt has measured and that this one has not decoded, in their order.
  private var missed: [RunPrompt] = []
  private var hasForgotten = false

  /// - Parameters:
  ///   - decoders: all of the run.
  ///   - rules: when a generation stops.
  init(_ decoders: [any MeasuredDecoder], rules: StopRules) {
    learners = decoders.compactMap { $0 as? RunDecoder }.filter { $0.decoder.memory == .run }
    self.rules = rules
  }

  /// Begins a repeat.
  mutating func beginRepeat() { (missed, hasForgotten) = ([], false) }

  /// Passes over a prompt that is measured already.
  mutating func passOver(_ prompt: RunPrompt) {
    if !learners.isEmpty { missed.append(prompt) }
  }

  /// Makes up for what was missed, before the next prompt is measured: the decoders forget what the warm-up or another
  /// repeat has taught them, and decode the missed prompts without being measured.
  ///
  /// - Parameter observer: can stop it.
  /// - Throws: ``RunInterrupted``, and what decoding throws.
  mutating func catchUp(_ observer: any RunObserver) throws {
    if !hasForgotten { for learner in learners { learner.decoder.forget() } }
    hasForgotten = true
    for prompt in missed {
      for learner in learners {
        observer.working(on: "Learning anew what \(learner.name) had learned")
        defer { observer.working(on: nil) }
        let generation = try learner.measure(
          prompt,
          rules: rules,
          place: "a prompt that is measured already",
          shouldStop: { observer.wantsToStop }
        )
        if generation.isAbandoned { throw RunInterrupted() }
      }
    }
    missed = []
  }
}
