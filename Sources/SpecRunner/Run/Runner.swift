import Foundation
import SpecDecoding
import SpecEngines
import SpecFiles
import SpecModel
import SpecStore
import SpecSuite

/// Runs a plan: repeat after repeat, prompt after prompt, all decoders next to each other in a shuffled order, every
/// generation written in a transaction of its own before the next begins.
package final class Runner {
  let plan: RunPlan
  let model: any RunModel
  let store: BenchmarkStore
  let observer: any RunObserver
  let rules: StopRules
  let decoders: [any MeasuredDecoder]
  var ledger = RunLedger()
  /// Nil where a server computes.
  var verificationCosts: VerificationCosts?
  private(set) var done = 0
  /// Repeats that are done.
  private(set) var repeats = 0
  /// Notes the conditions of the present repeat; nil as long as nothing is measured in it.
  var watch: RepeatWatch?
  /// Whether this attempt has warmed up.
  private(set) var isWarm = false
  /// What the warm-up leaves to be noted with the first repeat.
  private var warmUpWarning: String?
  var dates: RunDates
  /// What a clock that stands before the run's beginning leaves to be noted with the first repeat.
  private var lateness: String?
  /// How the clock was set during the present repeat.
  private var clockWarnings: [String] = []
  var room = DraftRoom()
  var memory: RepeatMemory
  /// Prompts and repeats that some decoder has not answered, however often it was asked.
  var unanswered = 0

  /// A run that has not begun; nothing is measured or written yet.
  ///
  /// - Parameters:
  ///   - plan: what to measure.
  ///   - decoders: vanilla first, as ``RunDecoder/prepare(_:model:)`` and ``ServedEngine/decoders`` make them.
  ///   - model: the model.
  ///   - store: where to write.
  ///   - observer: hears how it goes on.
  package init(
    plan: RunPlan,
    decoders: [any MeasuredDecoder],
    model: any RunModel,
    store: BenchmarkStore,
    observer: any RunObserver
  ) {
    precondition(decoders.first?.isBaseline == true, "a run without vanilla")
    self.plan = plan
    self.model = model
    self.store = store
    self.observer = observer
    rules = model.rules(maximumNewTokens: plan.maximumNewTokens)
    self.decoders = decoders
    memory = RepeatMemory(decoders, rules: rules)
    dates = RunDates(plan.clock)
    verificationCosts = model.loaded.map { VerificationCosts($0, questions: plan.suite.questions.count) }
  }

  /// Measures everything that is missing.
  ///
  /// - Returns: the run's id and the number of generations that differ from vanilla's.
  /// - Throws: ``SpecStore/StoreError`` if a result cannot be written, `KernelError` if a model file has vanished,
  ///   ``RunInterrupted`` if the observer wants to stop, ``FailedGeneration`` if a model's logits are not finite, `EngineFault`
  ///   if a server gives no answer and the plan does not go on then, ``UnansweredPrompts`` if it does.
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
    verificationCosts?.include(run.verificationCost ?? [])
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
    try model.began(decoders: ledger.decoders, in: store)
    try measureRepeats()
    // Several requests at a time are compared with what came of one at a time, so that this has to be whole.
    if unanswered == 0 { try measureLoads() }
    if unanswered > 0 { throw UnansweredPrompts(count: unanswered, run: ledger.run) }
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
      memory.beginRepeat()
      // A repeat that an earlier attempt has measured whole keeps what that attempt noted.
      if model.engine?.isExclusive == true {
        try measureInBlocks(repeatIndex: repeatIndex)
      } else {
        for question in plan.suite.questions { try measure(question, repeatIndex: repeatIndex) }
      }
      if watch != nil { try endMeasuring() }
      repeats += 1
    }
  }

  /// Before the first prompt of a repeat that has to be measured: warms up once, and begins to note the conditions.
  func beginMeasuring(repeatIndex: Int) throws {
    guard watch == nil else { return }
    if !isWarm {
      try reopen()
      try warmUp()
      isWarm = true
    }
    let warnings = [warmUpWarning, lateness].compactMap(\.self)
    watch = RepeatWatch(
      repeatIndex: repeatIndex,
      attempt: ledger.attempt,
      warnings: warnings,
      mindsOthers: model.loaded != nil,
      at: dates.now
    )
    (warmUpWarning, lateness) = (nil, nil)
  }

  /// Has a run that an earlier attempt may have finished count as unfinished again.
  func reopen() throws {
    if ledger.isResumed { try store.reopenRun(ledger.run, repeats: ledger.repeats, warnings: ledger.warnings) }
  }

  /// After the last prompt of a repeat of which something was measured.
  private func endMeasuring() throws {
    for warning in room.warnings(decoders) { observer.note(warning) }
    (watch, room, clockWarnings) = (nil, DraftRoom(), [])
  }

  /// Writes the conditions so far: a process that is killed leaves those of what it has measured.
  func recordCondition() throws {
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

  var total: Int {
    totalRepeats * (decoders.count + loadsOfRepeat) * plan.suite.promptCount
  }

  private func warmUp() throws {
    let known = ledger.isResumed ? try store.warmUps(of: ledger.run) : [:]
    defer { observer.working(on: nil) }
    // Memory that is new costs time when it is first touched: no measured generation asks for any.
    if let model = model.loaded {
      let positions = model.longestText(of: plan.suite, rules)
      for decoder in decoders { try (decoder as? RunDecoder)?.decoder.reserve(positions: positions) }
    }
    for question in plan.suite.questions {
      let conversation = Conversation(question, suite: plan.suite, model: model, rules: rules)
      let prompt = try conversation.prompt()
      guard conversation.skipReason(prompt) == nil else { continue }
      let outcome = try EngineFault.retrying(plan.retries) {
        try WarmUp(rules: rules).run(
          prompt,
          decoders: decoders,
          settled: ledger.decoders.map { known[$0] },
          observer: observer
        )
      }
      for (decoder, time) in zip(ledger.decoders, outcome.times) {
        if let time { try store.recordWarmUp(time, decoder: decoder) }
      }
      warmUpWarning = outcome.unsettled.isEmpty ? nil : WarmUp.warning(outcome.unsettled)
      if let warmUpWarning { observer.note(warmUpWarning) }
      if !known.isEmpty, outcome.unsettled.isEmpty { observer.note(WarmUp.resumeNote(outcome)) }
      return
    }
  }

  func advance(by generations: Int) {
    done += generations
    observer.advanced(to: done, of: total)
  }
}
