import SpecDecoding
import SpecStore
import SpecSuite

// Servers that cannot run at the same time take turns: each decodes all prompts of a repeat before the next begins. The next
// repeat goes through them the other way round, so that a drift of the machine does not favor one of them.
extension Runner {
  /// An output that differs, whose margin is asked for when the baseline's server runs again.
  private struct OpenDifference {
    let generation: Int64
    let difference: Difference
    let prompt: RunPrompt
    let vanilla: RunOutput
  }

  /// All prompts of a repeat.
  func measureInBlocks(repeatIndex: Int) throws {
    var open: [OpenDifference] = []
    let order = repeatIndex.isMultiple(of: 2) ? Array(decoders.indices) : decoders.indices.reversed()
    guard try prepareBlocks(repeatIndex: repeatIndex) else {
      return advance(by: decoders.count * plan.suite.promptCount)
    }
    for decoder in order {
      try warmUpBlock(decoder)
      for question in plan.suite.questions {
        open += try measure(question, by: decoder, repeatIndex: repeatIndex)
      }
    }
    for one in open {
      let difference = try model.withMargin(
        one.difference,
        after: one.prompt,
        vanilla: one.vanilla,
        rules: rules,
        sampling: plan.sampling
      )
      try store.recordComparison(generation: one.generation, difference: difference)
    }
  }

  /// Writes the prompts that are known, while the baseline's server runs, and takes away what an earlier attempt has left
  /// half done: what must be measured together is measured by one attempt.
  ///
  /// - Returns: whether something is missing in this repeat.
  private func prepareBlocks(repeatIndex: Int) throws -> Bool {
    var isMissing = false
    for question in plan.suite.questions {
      var conversation = Conversation(question, suite: plan.suite, model: model, rules: rules)
      while let turn = conversation.turn {
        let prompt = try conversation.prompt()
        let skipReason = conversation.skipReason(prompt)
        let id = try ledger.promptID(question, turn: turn, prompt: prompt, skipReason: skipReason, store: store)
        if skipReason != nil { break }
        if ledger.recordedVanilla(prompt: id, repeatIndex: repeatIndex) == nil {
          isMissing = true
          if ledger.isResumed { try store.deleteGenerations(prompt: id, repeatIndex: repeatIndex) }
        }
        guard let known = ledger.reference(for: id, vanilla: nil) else { break }
        conversation.answer(known.output)
      }
    }
    if isMissing { try beginMeasuring(repeatIndex: repeatIndex) }
    return isMissing
  }

  /// A server that has just been started has cold caches.
  func warmUpBlock(_ decoder: Int) throws {
    defer { observer.working(on: nil) }
    for question in plan.suite.questions {
      let conversation = Conversation(question, suite: plan.suite, model: model, rules: rules)
      let prompt = try conversation.prompt()
      guard conversation.skipReason(prompt) == nil else { continue }
      _ = try WarmUp(rules: rules).run(prompt, decoders: [decoders[decoder]], observer: observer)
      return
    }
  }

  /// One question with all its turns by one decoder.
  private func measure(
    _ question: Question,
    by decoder: Int,
    repeatIndex: Int
  ) throws -> [OpenDifference] {
    var open: [OpenDifference] = []
    var conversation = Conversation(question, suite: plan.suite, model: model, rules: rules)
    while let turn = conversation.turn {
      let prompt = try conversation.prompt()
      let skipReason = conversation.skipReason(prompt)
      let id = try ledger.promptID(question, turn: turn, prompt: prompt, skipReason: skipReason, store: store)
      let left = question.turns.count - turn
      if skipReason != nil {
        // Once, for all decoders.
        if decoder == 0 { try skipRest(of: question, from: turn, because: skipReason ?? "") }
        return open
      }
      if let recorded = ledger.recordedVanilla(prompt: id, repeatIndex: repeatIndex) {
        advance(by: 1)
        conversation.answer(recorded)
        continue
      }
      let place = Coordinates(decoder: decoder, prompt: id, repeatIndex: repeatIndex, place: decoder)
      let site = FailedGeneration.place(question: question.questionID, turn: turn)
      let output = try measure(prompt, at: place, site: site)
      advance(by: 1)
      try recordCondition()
      if observer.wantsToStop { throw RunInterrupted() }
      let vanilla = decoders[decoder].isBaseline ? output?.output : nil
      guard let judge = ledger.reference(for: id, vanilla: vanilla) else {
        unanswered += 1
        advance(by: left - 1)
        return open
      }
      if let output {
        open += try compare(output, by: decoder, with: judge, prompt: prompt, question: question, turn: turn)
      } else {
        unanswered += 1
      }
      conversation.answer(judge.output)
    }
    return open
  }

  /// Compares an output with vanilla's first one; a difference is noted at once, its margin later.
  private func compare(
    _ output: (generation: Int64, output: RunOutput),
    by decoder: Int,
    with judge: (output: RunOutput, isNew: Bool),
    prompt: RunPrompt,
    question: Question,
    turn: Int
  ) throws -> [OpenDifference] {
    guard isComparable(decoders[decoder], isFirst: judge.isNew) else { return [] }
    let difference = output.output.difference(from: judge.output)
    try store.recordComparison(generation: output.generation, difference: difference)
    guard let difference else { return [] }
    observer.mismatch(difference, decoder: decoders[decoder].name, question: question.id.text, turn: turn)
    return [
      OpenDifference(
        generation: output.generation,
        difference: difference,
        prompt: prompt,
        vanilla: judge.output
      )
    ]
  }
}
