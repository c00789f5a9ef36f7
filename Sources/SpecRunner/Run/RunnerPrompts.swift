import Foundation
import SpecEngines
import SpecStore
import SpecSuite

/// The prompts of a repeat: each decoder generates, what it generates is recorded and compared with vanilla's.
extension Runner {
  /// One question with all its turns in one repeat.
  func measure(_ question: Question, repeatIndex: Int) throws {
    var conversation = Conversation(question, suite: plan.suite, model: model, rules: rules)
    var context = 0
    while let turn = conversation.turn {
      let prompt = try conversation.prompt()
      let skipReason = conversation.skipReason(prompt)
      let id = try ledger.promptID(question, turn: turn, prompt: prompt, skipReason: skipReason, store: store)
      if let skipReason {
        try skipRest(of: question, from: turn, because: skipReason)
        return
      }
      let answer = try measure(prompt, id: id, question: question, turn: turn, repeatIndex: repeatIndex)
      guard let answer else {
        // Later turns follow on an answer that is not there; a resumed run asks for it again.
        advance(by: decoders.count * (question.turns.count - turn - 1))
        break
      }
      context = prompt.ids.count + answer.tokens.count / 2
      conversation.answer(answer)
    }
    if watch != nil, try verificationCosts?.advance(context: context, observer: observer) == true {
      try store.recordVerificationCost(verificationCosts?.costs ?? [], run: ledger.run)
    }
  }

  /// Later turns cannot be asked either: they are recorded as skipped for the same reason.
  func skipRest(of question: Question, from turn: Int, because reason: String) throws {
    for later in question.turns.indices where later > turn {
      _ = try ledger.promptID(question, turn: later, prompt: RunPrompt([]), skipReason: reason, store: store)
    }
    advance(by: decoders.count * (question.turns.count - turn))
  }

  /// One prompt by all decoders. Returns vanilla's output; nil where there is none.
  private func measure(
    _ prompt: RunPrompt,
    id: Int64,
    question: Question,
    turn: Int,
    repeatIndex: Int
  ) throws -> RunOutput? {
    if let recorded = ledger.recordedVanilla(prompt: id, repeatIndex: repeatIndex) {
      advance(by: decoders.count)
      memory.passOver(prompt)
      return recorded
    }
    try beginMeasuring(repeatIndex: repeatIndex)
    try memory.catchUp(observer)
    // A prompt that an earlier attempt left half done is measured again as a whole: ratios are formed inside it.
    if ledger.isResumed { try store.deleteGenerations(prompt: id, repeatIndex: repeatIndex) }
    var outputs: [(decoder: Int, generation: Int64, output: RunOutput)] = []
    let order = plan.order(of: decoders.count, repeatIndex: repeatIndex, question: question.questionID, turn: turn)
    for (place, decoder) in order.enumerated() {
      let site = FailedGeneration.place(question: question.questionID, turn: turn)
      let coordinates = Coordinates(decoder: decoder, prompt: id, repeatIndex: repeatIndex, place: place)
      if let output = try measure(prompt, at: coordinates, site: site) {
        outputs.append((decoder, output.generation, output.output))
      }
      advance(by: 1)
      if observer.wantsToStop {
        try recordCondition()
        throw RunInterrupted()
      }
    }
    if outputs.count < decoders.count { unanswered += 1 }
    // Before the comparisons, without which the prompt does not count as measured.
    try recordCondition()
    let vanilla = outputs.first { decoders[$0.decoder].isBaseline }?.output
    guard let judge = ledger.reference(for: id, vanilla: vanilla) else { return nil }
    try compare(outputs, with: judge, prompt: prompt, question: question, turn: turn)
    return judge.output
  }

  /// Where a generation belongs.
  struct Coordinates {
    let decoder: Int
    let prompt: Int64
    let repeatIndex: Int
    let place: Int
  }

  /// One prompt by one decoder, tried as often as the plan says. Returns nil where no try has gone well and the plan goes
  /// on all the same.
  func measure(
    _ prompt: RunPrompt,
    at place: Coordinates,
    site: String
  ) throws -> (generation: Int64, output: RunOutput)? {
    var triesLeft = plan.retries
    while true {
      let startedAt = dates.now
      do {
        let generation = try decoders[place.decoder].measure(
          prompt,
          rules: rules,
          place: site,
          shouldStop: { observer.wantsToStop }
        )
        guard !generation.isAbandoned else {
          try recordCondition()
          throw RunInterrupted()
        }
        room.add(generation, of: place.decoder)
        return try record(generation, at: place, startedAt: startedAt)
      } catch let fault as EngineFault {
        let isLast = triesLeft == 0 || !fault.mayPass
        try note(fault, at: place, site: site, startedAt: startedAt, isLast: isLast)
        if isLast {
          if plan.stopsOnError {
            try recordCondition()
            throw fault
          }
          return nil
        }
        triesLeft -= 1
      }
    }
  }

  /// Records a try that has failed.
  private func note(
    _ fault: EngineFault,
    at place: Coordinates,
    site: String,
    startedAt: Date,
    isLast: Bool
  ) throws {
    let failure = FailureRecord(
      decoderID: ledger.decoders[place.decoder],
      promptID: place.prompt,
      repeatIndex: place.repeatIndex,
      startedAt: startedAt,
      reason: fault.description
    )
    try store.recordFailure(failure)
    observer.note("\(site), \(decoders[place.decoder].name): \(fault)\(isLast ? "" : "; trying again")")
  }

  /// Compares the outputs of a prompt with vanilla's first one.
  private func compare(
    _ outputs: [(decoder: Int, generation: Int64, output: RunOutput)],
    with judge: (output: RunOutput, isNew: Bool),
    prompt: RunPrompt,
    question: Question,
    turn: Int
  ) throws {
    for output in outputs where isComparable(decoders[output.decoder], isFirst: judge.isNew) {
      var difference = output.output.difference(from: judge.output)
      if let found = difference {
        difference = try model.withMargin(
          found,
          after: prompt,
          vanilla: judge.output,
          rules: rules,
          sampling: plan.sampling
        )
      }
      try store.recordComparison(generation: output.generation, difference: difference)
      if let difference {
        observer.mismatch(
          difference,
          decoder: decoders[output.decoder].name,
          question: question.id.text,
          turn: turn
        )
      }
    }
  }

  /// Whether a decoder's output must be vanilla's: not what is judged by rejection, which draws other tokens, and not
  /// vanilla's own first output.
  func isComparable(_ decoder: any MeasuredDecoder, isFirst: Bool) -> Bool {
    decoder.isBaseline ? !isFirst : plan.sampling.isLossless || decoder.isNoiseFloor
  }

  private func record(
    _ generation: RunGeneration,
    at place: Coordinates,
    startedAt: Date
  ) throws -> (generation: Int64, output: RunOutput) {
    let output = RunOutput(
      tokens: generation.tokens,
      text: generation.text ?? model.text(of: RunOutput(tokens: generation.tokens, text: ""))
    )
    var row = generation.record(
      decoder: ledger.decoders[place.decoder],
      prompt: place.prompt,
      repeatIndex: place.repeatIndex,
      place: place.place,
      startedAt: startedAt,
      text: output.text
    )
    if decoders[place.decoder].isBaseline { row.retokenizedTokens = model.retokenizedCount(of: output.text) }
    let id = try store.record(
      row,
      cycles: generation.cycles,
      tokens: generation.tokenRecords,
      served: generation.served,
      chunks: generation.chunks
    )
    return (id, output)
  }
}
