public import SpecCore
import SpecKernels
import SpecModel

/// When a generation ends; the same for every method.
public struct StopRules: Sendable, Equatable {
  /// Tokens that end a text. They are part of the output.
  public var endTokens: Set<Token>
  /// Maximum number of tokens of an output.
  public var maximumNewTokens: Int
  /// Maximum number of tokens of prompt and output together.
  public var contextLength: Int
  /// Why the model's context ends there, if it is not for what it was made for alone.
  public var contextLimit: ContextLimit?

  /// - Parameters:
  ///   - endTokens: tokens that end a text.
  ///   - maximumNewTokens: most tokens of an output, at least 1.
  ///   - contextLength: most tokens of prompt and output together.
  ///   - contextLimit: why the model's context ends there, if there is a reason to tell.
  public init(
    endTokens: Set<Token>,
    maximumNewTokens: Int,
    contextLength: Int,
    contextLimit: ContextLimit? = nil
  ) {
    self.endTokens = endTokens
    self.maximumNewTokens = maximumNewTokens
    self.contextLength = contextLength
    self.contextLimit = contextLimit
  }

  /// Checks a prompt against the context and the vocabulary.
  ///
  /// - Parameters:
  ///   - prompt: token ids.
  ///   - vocabularySize: entries of the vocabulary.
  /// - Throws: ``DecodingError`` if it is empty, leaves no room or holds an unknown token.
  public func check(_ prompt: [Token], vocabularySize: Int) throws(DecodingError) {
    guard !prompt.isEmpty else { throw .emptyPrompt }
    guard prompt.count < contextLength else {
      throw .promptTooLong(tokens: prompt.count, contextLength: contextLength, limit: contextLimit)
    }
    if let token = prompt.first(where: { $0 < 0 || Int($0) >= vocabularySize }) {
      throw .unknownToken(token: token, vocabularySize: vocabularySize)
    }
  }
}

extension StopRules {
  /// Whether an output ends with a token.
  ///
  /// - Parameters:
  ///   - token: its newest token.
  ///   - count: its tokens, that one included.
  ///   - promptCount: tokens of the prompt.
  /// - Returns: why it ends; nil where it goes on.
  func stop(at token: Token, count: Int, promptCount: Int) -> StopReason? {
    if endTokens.contains(token) { return .endToken }
    if count >= maximumNewTokens { return .maximumNewTokens }
    return promptCount + count >= contextLength ? .contextLength : nil
  }
}

/// One prompt decoded by one decoder, with everything that was measured.
public struct Generation: Sendable {
  /// The output, the end token included.
  public internal(set) var tokens: [Token] = []
  /// For each token the nanoseconds from the start of the prefill until it was available.
  public internal(set) var availableAt: [UInt64] = []
  /// For each token the cycle that emitted it; nil for the prefill's.
  public internal(set) var cycleOfToken: [Int?] = []
  /// The cycles in order.
  public internal(set) var cycles: [Cycle] = []
  /// For each cycle the tokens that are part of the output.
  public internal(set) var emitted: [Int] = []
  /// Nanoseconds until the first token: all work on the prompt.
  public internal(set) var prefillTime: UInt64 = 0
  /// Nanoseconds from the first token to the end of the last cycle.
  public internal(set) var decodeTime: UInt64 = 0
  /// Cycles during which the decoding thread was kept from the processor.
  public internal(set) var preemptedSteps = 0
  /// Tokens that came with the prefill: one, or those of a first cycle that ran the prompt.
  public var prefillTokens: Int { cycleOfToken.first == .some(0) ? emitted[0] : min(1, tokens.count) }
  /// Why it ended.
  public internal(set) var stopReason: StopReason = .maximumNewTokens
  /// Whether it was given up before it ended: then it is no output.
  public internal(set) var isAbandoned = false
}

/// Decodes one prompt until a stop rule ends it.
///
/// - Parameters:
///   - prompt: token ids that ``StopRules/check(_:vocabularySize:)`` accepts.
///   - decoder: the method.
///   - rules: when to stop.
///   - shouldStop: asked before each cycle; on true the generation is given up.
///   - observe: hears of the tokens so far after the prefill and after each cycle; its time is not measured.
/// - Returns: the output with all that was measured; see ``Generation/isAbandoned``.
/// - Throws: ``NotFiniteLogits`` if a model's logits are not finite: there is no output then.
public func generate(
  _ prompt: [Token],
  with decoder: some Decoder,
  rules: StopRules,
  shouldStop: () -> Bool = { false },
  observe: ((Generation) -> Void)? = nil
) throws(NotFiniteLogits) -> Generation {
  var generation = Generation()
  try decoder.foresee(prompt, rules: rules, shouldStop: shouldStop)
  var start = MonotonicClock.now
  let first = try decoder.begin(prompt)
  generation.prefillTime = MonotonicClock.now - start
  var stop: StopReason?
  if let first {
    stop = generation.take([first], of: nil, at: generation.prefillTime, promptCount: prompt.count, rules: rules)
  }
  start += generation.show(to: observe)
  var preemption = PreemptionWatch(at: MonotonicClock.now - start)
  while stop == nil {
    if shouldStop() {
      generation.isAbandoned = true
      return generation
    }
    let budget = CycleBudget(
      remainingTokens: rules.maximumNewTokens - generation.tokens.count,
      remainingPositions: rules.contextLength - prompt.count - generation.tokens.count
    )
    let cycle = try decoder.cycle(budget)
    let now = MonotonicClock.now - start
    preemption.mark(at: now)
    stop = generation.take(cycle, at: now, promptCount: prompt.count, rules: rules)
    start += generation.show(to: observe)
  }
  generation.preemptedSteps = preemption.steps
  generation.stopReason = stop ?? .maximumNewTokens
  return generation
}

extension Generation {
  /// Lets an observer look, and tells how long that took.
  fileprivate func show(to observe: ((Generation) -> Void)?) -> UInt64 {
    guard let observe else { return 0 }
    let start = MonotonicClock.now
    observe(self)
    return MonotonicClock.now - start
  }

  /// Appends a cycle and its tokens up to the first stop.
  fileprivate mutating func take(_ cycle: Cycle, at time: UInt64, promptCount: Int, rules: StopRules) -> StopReason? {
    var cycle = cycle
    let before = tokens.count
    if before == 0 {
      // A first cycle that runs the prompt is prefill, drafts included.
      prefillTime = time
      cycle.times = PhaseTimes()
      cycle.passPositions = nil
    }
    decodeTime = time - prefillTime
    let stop = take(cycle.tokens, of: cycles.count, at: time, promptCount: promptCount, rules: rules)
    cycles.append(cycle)
    emitted.append(tokens.count - before)
    return stop
  }

  /// Appends tokens up to the first stop.
  fileprivate mutating func take(
    _ tokens: [Token],
    of cycle: Int?,
    at time: UInt64,
    promptCount: Int,
    rules: StopRules
  ) -> StopReason? {
    for token in tokens {
      self.tokens.append(token)
      availableAt.append(time)
      cycleOfToken.append(cycle)
      if let reason = rules.stop(at: token, count: self.tokens.count, promptCount: promptCount) { return reason }
    }
    return nil
  }
}

/// Counts the steps in which the decoding thread had a processor for well less time than passed: something else ran, or
/// the thread slept waiting for a helper that was itself kept waiting.
struct PreemptionWatch {
  /// A step counts when more than this share of its time is missing …
  private static let share = 0.2
  /// … and more than this many nanoseconds, which a late clock or a page fault may cost.
  private static let least: UInt64 = 50_000

  private(set) var steps = 0
  private var wall: UInt64
  private var processor = ThreadClock.now

  /// - Parameter wall: the time by any monotonic clock, in nanoseconds.
  init(at wall: UInt64) { self.wall = wall }

  /// Ends a step and begins the next.
  ///
  /// - Parameter now: the time by the same clock.
  mutating func mark(at now: UInt64) {
    let processorNow = ThreadClock.now
    let (passed, had) = (now - wall, processorNow - processor)
    let missing = passed > had ? passed - had : 0
    if missing > Self.least, Double(missing) > Self.share * Double(passed) { steps += 1 }
    (wall, processor) = (now, processorNow)
  }
}
