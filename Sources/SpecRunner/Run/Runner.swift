import Foundation
import SpecDecoding
import SpecFiles
import SpecModel
import SpecStore
import SpecSuite

/// Runs a plan: repeat after repeat, prompt after prompt, all decoders next to each other in a shuffled order, every
/// generation written in a transaction of its own before the next begins.
package final class Runner {
  private let plan: RunPlan
  private let model: LoadedModel
  private let store: BenchmarkStore
  private let observer: any RunObserver
  private let rules: StopRules
  private let decoders: [RunDecoder]
  private var ledger = RunLedger()
  private var verificationCosts: VerificationCosts
  private var done = 0
  /// Repeats that are done.
  private var repeats = 0
  /// Notes the conditions of the present repeat; nil as long as nothing is measured in it.
  private var watch: RepeatWatch?
  /// Whether this attempt has warmed up.
  private var isWarm = false
  /// What the warm-up leaves to be noted with the first repeat.
  private var warmUpWarning: String?
  private var dates: RunDates
  /// What a clock that stands before the run's beginning leaves to be noted with the first repeat.
  private var lateness: String?
  /// How the clock was set during the present repeat.
  private var clockWarnings: [String] = []
  private var room = DraftRoom()

  /// A run that has not begun; nothing is measured or written yet.
  ///
  /// - Parameters:
  ///   - plan: what to measure.
  ///   - decoders: vanilla first, as ``RunDecoder/prepare(_:model:)`` makes them.
  ///   - model: the model.
  ///   - store: where to write.
  ///   - observer: hears how it goes on.
  package init(
    plan: RunPlan,
    decoders: [RunDecoder],
    model: LoadedModel,
    store: BenchmarkStore,
    observer: any RunObserver
  ) {
    precondition(decoders.first?.isBaseline == true, "a run without vanilla")
    self.plan = plan
    self.model = model
    self.store = store
    self.observer = observer
    rules = model.stopRules(maximumNewTokens: plan.maximumNewTokens)
    self.decoders = decoders
    dates = RunDates(plan.clock)
    verificationCosts = VerificationCosts(model, questions: plan.suite.questions.count)
  }

  /// Measures everything that is missing.
  ///
  /// - Returns: the run's id and the number of generations that differ from vanilla's.
  /// - Throws: ``SpecStore/StoreError`` if a result cannot be written, `KernelError` if a model file has vanished,
  ///   ``RunInterrupted`` if the observer wants to stop, ``FailedGeneration`` if a model's logits are not finite.
  package func run() throws -> (run: Int64, mismatches: Int) {
    do {
      return try measureWhatIsMissing()
    } catch StoreError.diskFull(let path, _) where ledger.hasRun || plan.beginsWhatIsMissing {
      throw StoreError.diskFull(path: path, kept: .run)
    }
  }

  private func measureWhatIsMissing() throws -> (run: Int64, mismatches: Int) {
    let lock = try store.lockForMeasuring()
    defer { withExtendedLifetime(lock) {} }
    observer.working(on: "Reading what the run depends on")
    ledger = try RunLedger.begin(
      plan: plan,
      model: model,
      decoders: decoders,
      store: store,
      observer: observer,
      at: dates.now
    )
    observer.began()
    observer.working(on: nil)
    if let note = beginning { observer.note(note) }
    let run = try store.run(ledger.run)
    if let plan = try plan.stored(model, decoders).textWithPlaces(for: run.plan) {
      try store.recordPlan(plan, run: run.id)
    }
    verificationCosts.include(run.verificationCost ?? [])
    for decoder in decoders {
      if let warning = decoder.warning { observer.note("\(decoder.name): \(warning).") }
    }
    lateness = dates.warning(afterBeginning: run.startedAt)
    if let lateness { observer.note(lateness) }
    for warning in plan.warnings { observer.note(warning) }
    let warnings = try store.environment(of: ledger.run).record.warnings
    for warning in warnings + ledger.warnings.filter({ !warnings.contains($0) }) where !plan.warnings.contains(warning)
    {
      observer.note("These times are doubtful: \(warning)")
    }
    try measureRepeats()
    // A finished run of which nothing was missing keeps its time.
    if !ledger.wasFinished || isWarm { try store.finishRun(ledger.run, at: dates.now) }
    return (ledger.run, try store.mismatches(of: ledger.run).count)
  }

  /// What becomes of earlier runs; nil where none is asked for.
  private var beginning: String? {
    if ledger.isResumed { return "Going on with run \(ledger.run)." }
    guard let (earlier, differences) = ledger.passedOver else { return nil }
    return "Run \(earlier) has the same settings, but \(differences.joined(separator: ", ")): everything is measured "
      + "again, as run \(ledger.run)."
  }

  /// The repeats of the plan, and more until the goal is reached.
  private func measureRepeats() throws {
    let start = ContinuousClock.now
    while let repeatIndex = try nextRepeat(after: { ledger.earlierTime + (ContinuousClock.now - start) }) {
      // A repeat that an earlier attempt has measured whole keeps what that attempt noted.
      for question in plan.suite.questions { try measure(question, repeatIndex: repeatIndex) }
      if watch != nil { try endMeasuring() }
      repeats += 1
    }
  }

  /// Before the first prompt of a repeat that has to be measured: warms up once, and begins to note the conditions.
  private func beginMeasuring(repeatIndex: Int) throws {
    guard watch == nil else { return }
    if !isWarm {
      if ledger.isResumed { try store.reopenRun(ledger.run, repeats: ledger.repeats, warnings: ledger.warnings) }
      try warmUp()
      isWarm = true
    }
    let warnings = [warmUpWarning, lateness].compactMap(\.self)
    watch = RepeatWatch(repeatIndex: repeatIndex, attempt: ledger.attempt, warnings: warnings, at: dates.now)
    (warmUpWarning, lateness) = (nil, nil)
  }

  /// After the last prompt of a repeat of which something was measured.
  private func endMeasuring() throws {
    for warning in room.warnings(decoders) { observer.note(warning) }
    (watch, room, clockWarnings) = (nil, DraftRoom(), [])
  }

  /// Writes the conditions so far: a process that is killed leaves those of what it has measured.
  private func recordCondition() throws {
    guard let watch else { return }
    if let warning = dates.takeWarning() {
      observer.note(warning)
      clockWarnings.append(warning)
    }
    let condition = watch.condition(clockWarnings + room.warnings(decoders), at: dates.now)
    try store.recordCondition(condition, run: ledger.run)
  }

  /// The next repeat.
  ///
  /// - Parameter time: how long the repeats so far have taken, those of earlier attempts included.
  /// - Returns: nil when there have been enough.
  /// - Throws: `StoreError`.
  private func nextRepeat(after time: () -> Duration) throws -> Int? {
    if repeats < ledger.repeats { return repeats }
    guard let goal = plan.goal, let worst = try PrecisionGoal.worst(of: ledger.run, in: store) else { return nil }
    let state = "the overall \(worst.basis.noun) of \(worst.decoder) is known to \(worst.text)"
    if worst.precision <= goal.precision {
      observer.note(
        "After \(quantity(repeats, "repeat", plural: "repeats")) every overall \(worst.basis.noun) is known to \(worst.text) or better."
      )
      return nil
    }
    guard worst.canImprove else {
      observer.note(
        "Stopped after \(quantity(repeats, "repeat", plural: "repeats")): no interval of \(worst.decoder) can come, since its outputs or vanilla's have no token "
          + "after those of the prefill, and so no decode time."
      )
      return nil
    }
    let elapsed = time()
    if repeats >= PrecisionGoal.mostRepeats {
      observer.note(
        "Stopped after \(quantity(repeats, "repeat", plural: "repeats")), which is the most: \(state) only."
      )
      return nil
    }
    if goal.timeBudget.map({ elapsed + elapsed / max(1, repeats) > $0 }) == true {
      observer.note(
        "Stopped after \(quantity(repeats, "repeat", plural: "repeats")): the time is spent, and \(state) only."
      )
      return nil
    }
    // The interval narrows with the root of the number of repeats: more notes would tell little.
    if repeats.nonzeroBitCount == 1 {
      observer.note("After \(quantity(repeats, "repeat", plural: "repeats")) \(state).")
    }
    try store.recordRepeats(repeats + 1, run: ledger.run)
    return repeats
  }

  /// As far as is known: a goal may ask for more.
  private var totalRepeats: Int {
    plan.goal == nil ? ledger.repeats : max(repeats + 1, ledger.repeats)
  }

  private var total: Int {
    totalRepeats * decoders.count * plan.suite.promptCount
  }

  private func warmUp() throws {
    let known = ledger.isResumed ? try store.warmUps(of: ledger.run) : [:]
    defer { observer.working(on: nil) }
    for question in plan.suite.questions {
      let conversation = Conversation(question, suite: plan.suite, model: model, rules: rules)
      let prompt = conversation.prompt()
      guard conversation.skipReason(prompt) == nil else { continue }
      let outcome = try WarmUp(rules: rules).run(
        prompt.tokens,
        decoders: decoders,
        settled: ledger.decoders.map { known[$0] },
        observer: observer
      )
      for (decoder, time) in zip(ledger.decoders, outcome.times) {
        if let time { try store.recordWarmUp(time, decoder: decoder) }
      }
      warmUpWarning = outcome.unsettled.isEmpty ? nil : WarmUp.warning(outcome.unsettled)
      if let warmUpWarning { observer.note(warmUpWarning) }
      if !known.isEmpty, outcome.unsettled.isEmpty { observer.note(WarmUp.resumeNote(outcome)) }
      return
    }
  }

  /// One question with all its turns in one repeat.
  private func measure(_ question: Question, repeatIndex: Int) throws {
    var conversation = Conversation(question, suite: plan.suite, model: model, rules: rules)
    var context = 0
    while let turn = conversation.turn {
      let prompt = conversation.prompt()
      let skipReason = conversation.skipReason(prompt)
      let id = try ledger.promptID(question, turn: turn, prompt: prompt, skipReason: skipReason, store: store)
      if let skipReason {
        try skipRest(of: question, from: turn, because: skipReason)
        return
      }
      let answer = try measure(prompt.tokens, id: id, question: question, turn: turn, repeatIndex: repeatIndex)
      context = prompt.tokens.count + answer.count / 2
      conversation.answer(answer)
    }
    if watch != nil, try verificationCosts.advance(context: context, observer: observer) {
      try store.recordVerificationCost(verificationCosts.costs, run: ledger.run)
    }
  }

  /// Later turns cannot be asked either: they are recorded as skipped for the same reason.
  private func skipRest(of question: Question, from turn: Int, because reason: String) throws {
    for later in question.turns.indices where later > turn {
      _ = try ledger.promptID(question, turn: later, prompt: TurnPrompt(), skipReason: reason, store: store)
    }
    advance(by: decoders.count * (question.turns.count - turn))
  }

  /// One prompt by all decoders. Returns vanilla's output.
  private func measure(
    _ prompt: [Token],
    id: Int64,
    question: Question,
    turn: Int,
    repeatIndex: Int
  ) throws -> [Token] {
    if let recorded = ledger.recordedVanilla(prompt: id, repeatIndex: repeatIndex) {
      advance(by: decoders.count)
      return recorded
    }
    try beginMeasuring(repeatIndex: repeatIndex)
    // A prompt that an earlier attempt left half done is measured again as a whole: ratios are formed inside it.
    if ledger.isResumed { try store.deleteGenerations(prompt: id, repeatIndex: repeatIndex) }
    var outputs: [(decoder: Int, generation: Int64, tokens: [Token])] = []
    let order = plan.order(of: decoders.count, repeatIndex: repeatIndex, question: question.questionID, turn: turn)
    for (place, decoder) in order.enumerated() {
      let startedAt = dates.now
      let site = FailedGeneration.place(question: question.questionID, turn: turn)
      let generation = try decoders[decoder].decode(
        prompt,
        rules: rules,
        place: site,
        shouldStop: { observer.wantsToStop }
      )
      if generation.isAbandoned {
        try recordCondition()
        throw RunInterrupted()
      }
      let row = try record(
        generation,
        decoder: decoder,
        prompt: id,
        repeatIndex: repeatIndex,
        place: place,
        startedAt: startedAt
      )
      room.add(generation.cycles, of: decoder)
      outputs.append((decoder, row, generation.tokens))
      advance(by: 1)
      if observer.wantsToStop {
        try recordCondition()
        throw RunInterrupted()
      }
    }
    // Before the comparisons, without which the prompt does not count as measured.
    try recordCondition()
    let vanilla = outputs.first { decoders[$0.decoder].isBaseline }?.tokens ?? []
    let judge = ledger.reference(for: id, vanilla: vanilla)
    for output in outputs where isComparable(decoders[output.decoder], isFirst: judge.isNew) {
      let difference = try Difference(output.tokens, from: judge.tokens)?
        .withMargin(after: prompt, vanilla: judge.tokens, model: model, sampling: plan.sampling)
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
    return judge.tokens
  }

  /// Whether a decoder's output must be vanilla's: not what is judged by rejection, which draws other tokens, and not
  /// vanilla's own first output.
  private func isComparable(_ decoder: RunDecoder, isFirst: Bool) -> Bool {
    decoder.isBaseline ? !isFirst : plan.sampling.isLossless || decoder.isNoiseFloor
  }

  private func record(
    _ generation: Generation,
    decoder: Int,
    prompt: Int64,
    repeatIndex: Int,
    place: Int,
    startedAt: Date
  ) throws -> Int64 {
    let text = model.tokenizer.decode(generation.tokens, skippingSpecialTokens: true)
    var row = generation.record(
      decoder: ledger.decoders[decoder],
      prompt: prompt,
      repeatIndex: repeatIndex,
      place: place,
      startedAt: startedAt,
      text: text
    )
    if decoders[decoder].isBaseline { row.retokenizedTokens = model.encode(text).count - 1 }
    return try store.record(
      row,
      cycles: generation.cycleRecords,
      tokens: generation.tokenRecords
    )
  }

  private func advance(by generations: Int) {
    done += generations
    observer.advanced(to: done, of: total)
  }
}
