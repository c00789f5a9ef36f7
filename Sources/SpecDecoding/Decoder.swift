public import SpecKernels
import SpecModel

/// A way of producing the target's continuation of a prompt, in draft–verify cycles.
///
/// A decoder knows nothing of stop rules: it is told how many tokens may still come, and `generate` trims the last
/// cycle. A decoder keeps its caches between prompts; `begin` forgets what was before.
public protocol Decoder: AnyObject {
  /// Makes room for a text, so that decoding it does not have to. Without this, room is made as the text grows. Outputs do
  /// not depend on it.
  ///
  /// - Parameter positions: most tokens of prompt and output together.
  /// - Throws: `KernelError` if there is not enough memory.
  func reserve(positions: Int) throws(KernelError)

  /// Does what is no part of a measurement, before the time of a prompt begins. Outputs do not depend on it.
  ///
  /// - Parameters:
  ///   - prompt: the prompt that ``begin(_:)`` takes next.
  ///   - rules: when its output ends.
  ///   - shouldStop: asked now and then; on true the work is given up.
  /// - Throws: ``NotFiniteLogits`` as ``begin(_:)``.
  func foresee(_ prompt: [Token], rules: StopRules, shouldStop: () -> Bool) throws(NotFiniteLogits)

  /// Forgets the previous prompt, runs all work on the new one and gives the first token.
  ///
  /// - Parameter prompt: at least one token, fewer than the context holds, all inside the vocabulary.
  /// - Returns: the first token of the output; nil where the first cycle runs the prompt together with its drafts, as
  ///   some reference implementations do.
  /// - Throws: ``NotFiniteLogits`` if there is no telling what token comes; the decoder may begin another prompt.
  func begin(_ prompt: [Token]) throws(NotFiniteLogits) -> Token?

  /// Drafts, verifies and commits once.
  ///
  /// - Parameter budget: how much room is left; at least one token may still be emitted.
  /// - Returns: what was drafted, accepted and emitted.
  /// - Throws: ``NotFiniteLogits`` as ``begin(_:)``; the prompt cannot be gone on with.
  func cycle(_ budget: CycleBudget) throws(NotFiniteLogits) -> Cycle

  /// Chooses how tokens of later prompts are chosen and drafts verified.
  ///
  /// - Parameter sampling: one whose verification the method can do.
  func setSampling(_ sampling: Sampling)

  /// What becomes of what drafting has learned from a prompt when the next one comes. Outputs do not depend on it.
  var memory: DraftMemory { get }

  /// Forgets what drafting has learned from all prompts.
  func forget()

  /// Chooses what a drafter begins its guesses with in later prompts, for comparisons with other implementations.
  /// Outputs do not depend on it.
  ///
  /// - Parameter tokens: nil for the drafter's own choice.
  /// - Throws: ``DecodingError`` if the drafter has a use for them and they are not usable.
  func setInitialWindow(_ tokens: [Token]?) throws(DecodingError)
}

extension Decoder {
  /// Nothing to make room in.
  public func reserve(positions: Int) throws(KernelError) {}

  /// Nothing is foreseen.
  public func foresee(_ prompt: [Token], rules: StopRules, shouldStop: () -> Bool) throws(NotFiniteLogits) {}

  /// Nothing is kept over prompts.
  public var memory: DraftMemory { .prompt }

  /// Nothing to forget.
  public func forget() {}

  /// No use for it.
  public func setInitialWindow(_ tokens: [Token]?) throws(DecodingError) {}
}

/// How much room one cycle has.
public struct CycleBudget: Sendable, Equatable {
  /// Tokens that may still be emitted before the maximum.
  public let remainingTokens: Int
  /// Tokens that the context still holds.
  public let remainingPositions: Int

  /// - Parameters:
  ///   - remainingTokens: at least 1.
  ///   - remainingPositions: at least 1.
  public init(remainingTokens: Int, remainingPositions: Int) {
    precondition(remainingTokens > 0 && remainingPositions > 0, "a cycle without room")
    self.remainingTokens = remainingTokens
    self.remainingPositions = remainingPositions
  }

  /// The longest draft that can be worth verifying: one token less than may be emitted, since the target adds its own.
  public var longestDraft: Int { min(remainingTokens, remainingPositions) - 1 }
}

/// What one draft–verify cycle did.
public struct Cycle: Sendable, Equatable {
  /// Tokens on the drafted path: a chain's length, a tree's depth; 0 for vanilla.
  public var drafted: Int
  /// Drafted tokens that were verified: a chain's length, a tree's nodes without its root.
  public var nodes: Int
  /// Drafted tokens that the target agreed with.
  public var accepted: Int
  /// The accepted tokens and the target's own token after them (the bonus token).
  public var tokens: [Token]
  /// The drafter's top probability of each drafted token; empty where the drafter gives none.
  public var confidences: [Float] = []
  /// Positions of the target's pass: the root, the nodes, and what else the method runs with them; nil where the pass ran
  /// the prompt or is not known.
  public var passPositions: Int?
  /// Whether what drafts had no room for the text any more, so that nothing could be drafted although tokens may still come.
  public var lacksRoom = false
  /// How many of ``tokens`` the drafter could not propose, since they are not in its draft vocabulary; nil where it chooses
  /// from all tokens.
  public var outsideVocabulary: Int?
  /// Where the cycle's time went; zero for a first cycle that ran the prompt, whose time is the prefill's.
  public var times: PhaseTimes

  /// Makes a cycle; the properties say what each value means.
  public init(
    drafted: Int,
    nodes: Int,
    accepted: Int,
    tokens: [Token],
    confidences: [Float] = [],
    times: PhaseTimes
  ) {
    self.drafted = drafted
    self.nodes = nodes
    self.accepted = accepted
    self.tokens = tokens
    self.confidences = confidences
    self.times = times
  }

  /// Tokens that the cycle contributes, the bonus token included, before any trimming at a stop.
  public var acceptLength: Int { tokens.count }
}

/// Nanoseconds of one cycle, by phase.
public struct PhaseTimes: Sendable, Equatable {
  /// Proposing tokens with a model: its passes, and choosing from its logits.
  public var draft: UInt64 = 0
  /// The target's pass over them, and what it chooses and accepts.
  public var verify: UInt64 = 0
  /// Everything else: searching a text or a pool, growing and pruning a tree, moving what caches keep.
  public var overhead: UInt64 = 0

  /// Makes times; the properties say what each value means.
  public init(draft: UInt64 = 0, verify: UInt64 = 0, overhead: UInt64 = 0) {
    self.draft = draft
    self.verify = verify
    self.overhead = overhead
  }
}
