import Foundation
import SpecDecoding
import SpecEngines
import SpecFiles
import SpecStore
import SpecSuite

// Once everything is measured one request at a time, servers are loaded: each decodes the suite with as many requests in
// flight as the plan says, level by level. A conversation belongs to one client, which goes through its turns in order; later
// turns carry vanilla's answers of the same run, so that every server is asked the same at every level.
extension Runner {
  /// A prompt of a load.
  private struct Turn {
    let prompt: RunPrompt
    let id: Int64
    /// What vanilla gave alone.
    let reference: RunOutput
    /// How its place is told.
    let site: String
  }

  /// One server at one level in one repeat.
  fileprivate struct Load: Hashable {
    let decoder: Int
    let concurrency: Int
    let repeatIndex: Int
  }

  /// Failures of one load that are told; the others are counted.
  private static let toldFailures = 3

  /// The servers that are loaded, as places in the run's decoders.
  private var loaded: [Int] {
    plan.concurrency.isEmpty ? [] : decoders.indices.filter { server(of: $0) != nil && !decoders[$0].isNoiseFloor }
  }

  /// Loads of one repeat.
  var loadsOfRepeat: Int { loaded.count * plan.concurrency.count }

  private func server(of decoder: Int) -> ServerDecoder? { decoders[decoder] as? ServerDecoder }

  /// All loads of the plan that are not in the database.
  ///
  /// - Throws: ``RunInterrupted``, `StoreError`, `EngineFault` if a server answers nothing and the plan does not go on then.
  func measureLoads() throws {
    guard loadsOfRepeat > 0 else { return }
    let known = Set(try store.loads(of: ledger.run).map { Load($0.load, decoders: ledger.decoders) })
    let all = order
    advance(by: all.count(where: known.contains) * plan.suite.promptCount)
    let missing = all.filter { !known.contains($0) }
    guard !missing.isEmpty || !ledger.wasFinished else { return }
    if !isWarm { try reopen() }
    let conversations = try conversations()
    guard !conversations.isEmpty else { return advance(by: missing.count * plan.suite.promptCount) }
    if let most = plan.concurrency.last, most > conversations.count {
      observer.note(
        "The suite has \(quantity(conversations.count, "conversation")), so that no more requests than that are in flight."
      )
    }
    let isExclusive = model.engine?.isExclusive == true
    // Servers that were just measured one request at a time are warm, unless each has to be started anew.
    var warm = isWarm && !isExclusive ? Set(loaded) : []
    for load in missing {
      if observer.wantsToStop { throw RunInterrupted() }
      if !warm.contains(load.decoder) {
        try EngineFault.retrying(plan.retries) { try warmUpBlock(load.decoder) }
        warm = isExclusive ? [load.decoder] : warm.union([load.decoder])
      }
      try measure(load, conversations)
    }
    try completeMargins(conversations)
  }

  /// The loads in their order. Servers that take turns go through all levels in one turn; else they go through each level one
  /// after the other. Every other repeat goes the other way round, so that a drift of the machine favors nobody.
  private var order: [Load] {
    (0..<repeats).flatMap { repeatIndex in
      let servers = repeatIndex.isMultiple(of: 2) ? loaded : loaded.reversed()
      guard model.engine?.isExclusive == true else {
        return plan.concurrency.flatMap { level in
          servers.map { Load(decoder: $0, concurrency: level, repeatIndex: repeatIndex) }
        }
      }
      return servers.flatMap { decoder in
        plan.concurrency.map { Load(decoder: decoder, concurrency: $0, repeatIndex: repeatIndex) }
      }
    }
  }

  /// What is asked for, conversation by conversation, as far as vanilla has answered it.
  private func conversations() throws -> [[Turn]] {
    try plan.suite.questions.map { question in
      var turns: [Turn] = []
      var conversation = Conversation(question, suite: plan.suite, model: model, rules: rules)
      while let turn = conversation.turn {
        let prompt = try conversation.prompt()
        guard conversation.skipReason(prompt) == nil else { break }
        let id = try ledger.promptID(question, turn: turn, prompt: prompt, skipReason: nil, store: store)
        guard let reference = ledger.reference(for: id, vanilla: nil) else { break }
        let site = FailedGeneration.place(question: question.questionID, turn: turn)
        turns.append(Turn(prompt: prompt, id: id, reference: reference.output, site: site))
        conversation.answer(reference.output)
      }
      return turns
    }.filter { !$0.isEmpty }
  }

  private func measure(_ load: Load, _ conversations: [[Turn]]) throws {
    guard let decoder = server(of: load.decoder) else { return }
    let name = "\(decoder.name) with \(quantity(load.concurrency, "request")) in flight"
    observer.working(on: "Measuring \(name)")
    defer { observer.working(on: nil) }
    let orders = conversations.map { turns in
      turns.map { decoder.order($0.prompt, maximumNewTokens: rules.maximumNewTokens) }
    }
    let (startedAt, ownTime) = (dates.now, OwnTime.seconds)
    let outcome = try complete(decoder.server, orders, concurrency: load.concurrency)
    var record = LoadRecord(
      decoderID: ledger.decoders[load.decoder],
      repeatIndex: load.repeatIndex,
      concurrency: load.concurrency,
      startedAt: startedAt,
      wallNanoseconds: Int(clamping: outcome.wall),
      clientNanoseconds: Int(max(0, OwnTime.seconds - ownTime) * 1e9)
    )
    record.drafts = outcome.counts?.drafts
    record.drafted = outcome.counts?.drafted
    record.accepted = outcome.counts?.accepted
    var failures: [(site: String, fault: EngineFault)] = []
    var requests: [LoadRequestRecord] = []
    for request in outcome.requests {
      let turn = conversations[request.conversation][request.turn]
      let row = self.row(of: request, turn, load.decoder)
      if let fault = row.fault { failures.append((turn.site, fault)) }
      requests.append(row.record)
    }
    tell(failures, differing: requests.count { $0.lossless == false }, of: requests.count, name)
    advance(by: plan.suite.promptCount)
    if let first = failures.first, failures.count == requests.count {
      // Nothing was measured: a resumed run asks again.
      if plan.stopsOnError { throw first.fault }
      unanswered += requests.count
      return
    }
    try store.recordLoad(record, requests: requests)
  }

  /// Notes what was not as it should be in a load.
  private func tell(
    _ failures: [(site: String, fault: EngineFault)],
    differing: Int,
    of count: Int,
    _ name: String
  ) {
    for failure in failures.prefix(Self.toldFailures) {
      observer.note("\(name), \(failure.site): \(failure.fault)")
    }
    if failures.count > Self.toldFailures {
      observer.note("\(name): \(failures.count - Self.toldFailures) more requests failed.")
    }
    if differing > 0 {
      observer.note("\(name): \(differing) of \(count) outputs differ from those of vanilla alone.")
    }
  }

  /// Asks. What is in flight when the run is to end is given up.
  private func complete(
    _ server: EngineServer,
    _ orders: [[CompletionOrder]],
    concurrency: Int
  ) throws -> ClosedLoop.Outcome {
    do {
      return try server.complete(
        orders,
        concurrency: concurrency,
        progress: { observer.advanced(to: done + $0, of: total) },
        shouldStop: { observer.wantsToStop }
      )
    } catch {
      throw error == .stopped ? RunInterrupted() : error
    }
  }

  /// The row of a request, and what failed.
  private func row(
    of request: ClosedLoop.Request,
    _ turn: Turn,
    _ decoder: Int
  ) -> (record: LoadRequestRecord, fault: EngineFault?) {
    var record = LoadRequestRecord(
      promptID: turn.id,
      client: request.client,
      sentNanoseconds: Int(clamping: request.sent)
    )
    do {
      let answer = try request.outcome.get()
      let generation = try RunGeneration(answer, server: decoders[decoder].name)
      record.take(generation, acceptLengths: answer.passes?.map(\.acceptLength))
      guard isComparable(decoders[decoder], isFirst: false) else { return (record, nil) }
      let output = RunOutput(tokens: generation.tokens, text: answer.text)
      record.take(output.difference(from: turn.reference))
      return (record, nil)
    } catch {
      record.failure = error.description
      return (record, error)
    }
  }

  /// Asks the baseline how sure it was where answers under load differ from those it gave alone.
  private func completeMargins(_ conversations: [[Turn]]) throws {
    let turns = Dictionary(conversations.joined().map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    for one in try store.loads(of: ledger.run) {
      for request in one.requests where request.mismatchMargin == nil {
        guard let turn = turns[request.promptID], let difference = request.difference else { continue }
        let known = try model.withMargin(
          difference,
          after: turn.prompt,
          vanilla: turn.reference,
          rules: rules,
          sampling: plan.sampling
        )
        guard let margin = known.topTwoMargin else { continue }
        try store.recordLoadMargin(margin, load: one.load.id, prompt: turn.id)
      }
    }
  }
}

extension Runner.Load {
  /// A load of the database; the place is -1 for a decoder that is none of the run's.
  fileprivate init(_ load: Stored<LoadRecord>, decoders: [Int64]) {
    self.init(
      decoder: decoders.firstIndex(of: load.decoderID) ?? -1,
      concurrency: load.concurrency,
      repeatIndex: load.repeatIndex
    )
  }
}

extension LoadRequestRecord {
  /// Takes over what was measured.
  fileprivate mutating func take(_ generation: RunGeneration, acceptLengths: [Int]?) {
    prefillNanoseconds = generation.prefillNanoseconds
    decodeNanoseconds = generation.decodeNanoseconds
    outputTokens = generation.outputTokens
    pieces = generation.chunks.map { [$0.arrivedNanoseconds, $0.tokens] }
    self.acceptLengths = acceptLengths
    drafted = generation.served?.drafted
    accepted = generation.served?.accepted
    outputIDs = generation.tokens.map(Int.init)
    text = generation.text ?? ""
  }

  /// Takes over how it compares with vanilla's; nil for the same.
  fileprivate mutating func take(_ difference: Difference?) {
    lossless = difference == nil
    mismatchPosition = difference?.position
    expectedToken = difference?.expected
    foundToken = difference?.found
    mismatchMargin = difference?.topTwoMargin
  }
}
