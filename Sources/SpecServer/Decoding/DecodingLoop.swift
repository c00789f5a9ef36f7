import SpecDecoding
import SpecKernels
import SpecModel
import SpecRunner

/// Answers requests one after the other, on the thread that owns the model.
package final class DecodingLoop {
  private static let warmUpTokens = 8

  private let model: LoadedModel
  private let decoders: [String: any Decoder]
  private let queue: JobQueue
  private let metrics: ServerMetrics
  /// Made when log probabilities are first asked for.
  private var scorer: TokenScorer?

  /// - Parameters:
  ///   - model: the model.
  ///   - decoders: the decoders, under the names that requests give.
  ///   - queue: where requests come from.
  ///   - metrics: hears what was done.
  package init(model: LoadedModel, decoders: [RunDecoder], queue: JobQueue, metrics: ServerMetrics) {
    self.model = model
    self.decoders = Dictionary(uniqueKeysWithValues: decoders.map { ($0.name, $0.decoder) })
    self.queue = queue
    self.metrics = metrics
  }

  /// Lets every decoder run once, so that the first client does not pay for memory that is touched for the first time.
  ///
  /// - Throws: `NotFiniteLogits` if a model's logits are not finite.
  package func warmUp() throws {
    let rules = StopRules(
      endTokens: [],
      maximumNewTokens: Self.warmUpTokens,
      contextLength: model.target.configuration.contextLength
    )
    for decoder in decoders.values where !queue.isClosed {
      _ = try generate([0], with: decoder, rules: rules, shouldStop: { [queue] in queue.isClosed })
    }
  }

  /// Answers requests until the queue is closed.
  package func run() {
    while let job = queue.next() {
      guard !job.reply.isGone else {
        metrics.countAbandoned()
        continue
      }
      metrics.setRunning(true)
      answer(job)
      metrics.setRunning(false)
    }
  }

  private func answer(_ job: Job) {
    do {
      guard let outcome = try decode(job) else {
        metrics.countAbandoned()
        job.reply.refuse(.stopping)
        return
      }
      metrics.count(outcome)
      if job.isStreamed {
        job.reply.stream(job.answer.closingEvents(outcome), end: job.answer.endMark)
      } else {
        job.reply.send(job.answer.document(outcome))
      }
    } catch {
      metrics.countAbandoned()
      job.reply.refuse(Refusal(500, "the generation broke off: \(error)", type: "server_error"))
    }
  }

  /// Decodes a request; nil if it was given up.
  private func decode(_ job: Job) throws -> Outcome? {
    let request = job.request
    guard let decoder = decoders[request.decoder.name] else { preconditionFailure("a decoder that was not checked") }
    decoder.setSampling(request.sampling)
    // Memory that is not there is told to the client; in the middle of a pass it would end the server.
    let positions = request.positions(model.target.configuration)
    try decoder.reserve(positions: positions)
    let scorer = try scorer(for: request, positions: positions)
    let transcript = Transcript(request, model.tokenizer, scorer, waited: job.arrival)
    let generation = try generate(
      request.prompt,
      with: decoder,
      rules: request.rules(model.target.configuration),
      shouldStop: { transcript.isStopped || job.reply.isGone || queue.isClosed },
      observe: { generation in
        let step = transcript.take(generation)
        let tally = transcript.tally
        if job.isStreamed, !step.parts.isEmpty { job.reply.stream(job.answer.events(of: step, tally)) }
      }
    )
    try MappedFile.requireUnchanged()
    guard !generation.isAbandoned || transcript.isStopped else { return nil }
    return transcript.outcome(generation)
  }

  private func scorer(for request: GenerationRequest, positions: Int) throws -> TokenScorer? {
    guard request.candidates != nil else { return nil }
    let scorer = try self.scorer ?? TokenScorer(model.target)
    self.scorer = scorer
    try scorer.begin(request.prompt, positions: positions)
    return scorer
  }
}

/// Turns what a decoder brings into the steps of an answer.
private final class Transcript {
  private let request: GenerationRequest
  private let scorer: TokenScorer?
  private var stream: TextStream
  private var stops: StopTexts
  private var steps: [Step] = []
  private var cycles = 0
  private var seen = 0
  private(set) var tally: Tally

  init(_ request: GenerationRequest, _ tokenizer: Tokenizer, _ scorer: TokenScorer?, waited since: UInt64) {
    self.request = request
    self.scorer = scorer
    stream = TextStream(tokenizer, skippingSpecialTokens: true)
    stops = StopTexts(request.stops)
    let now = MonotonicClock.now
    tally = Tally(promptTokens: request.prompt.count, queueTime: now > since ? now - since : 0)
  }

  /// Whether a stop text has come.
  var isStopped: Bool { stops.found != nil }

  /// The tokens that have come since the last time.
  func take(_ generation: Generation) -> Step {
    var parts: [Step.Part] = []
    let new = generation.tokens[seen...]
    seen = generation.tokens.count
    let scores = scorer?.score(new, likeliest: request.candidates ?? 0) ?? []
    for (place, token) in new.enumerated() where !isStopped {
      let text = stops.append(stream.append(token))
      parts.append(Step.Part(token: token, text: text, score: scores.isEmpty ? nil : scores[place]))
    }
    for cycle in generation.cycles[cycles...] {
      tally.drafted += cycle.drafted
      tally.accepted += cycle.accepted
    }
    cycles = generation.cycles.count
    tally.tokens += parts.count
    (tally.prefillTime, tally.decodeTime) = (generation.prefillTime, generation.decodeTime)
    let step = Step(parts: parts, isFirst: steps.isEmpty)
    // A decoder that drafts on the prompt itself has no token yet after it.
    if !parts.isEmpty { steps.append(step) }
    return step
  }

  func outcome(_ generation: Generation) -> Outcome {
    let rest = stops.append(stream.finish()) + stops.finish()
    let ending: Ending =
      if let found = stops.found { .stopText(found) } else { generation.stopReason == .endToken ? .endToken : .limit }
    return Outcome(
      request: request,
      steps: steps,
      rest: rest,
      ending: ending,
      tally: tally,
      cycles: generation.cycles
    )
  }
}
