import SpecKernels
import SpecModel

/// A method: what proposes tokens, and hears which of them were kept. Target passes, acceptance, rollback, stop rules and
/// times are ``SpeculativeDecoder``'s.
///
/// A drafter may come with models of its own, read the target's hidden states (see ``CachedModel``), or know nothing but
/// the text.
public protocol Drafter: AnyObject {
  /// The drafter's own models. The decoder empties them before a prompt, takes the time of their passes, and forgets for
  /// them what was drafted in vain.
  var models: [any DraftingModel] { get }

  /// The tokens that it chooses from, where these are not all of the target's; nil for all of them, or where it is not a head
  /// that chooses.
  var vocabulary: [Token]? { get }

  /// Forgets the previous prompt.
  ///
  /// - Parameter prompt: at least one token.
  /// - Returns: what the target runs with the prompt: the prompt's last token as root, and nodes that are no candidates.
  func begin(_ prompt: [Token]) -> Draft

  /// Does the drafter's work on the prompt, which the target has run.
  ///
  /// - Parameter context: the text; nothing is drafted yet.
  /// - Throws: ``NotFiniteLogits`` for the drafter's.
  func prefill(_ context: DraftContext) throws(NotFiniteLogits)

  /// Proposes tokens.
  ///
  /// - Parameter context: the text, and how many tokens there is room for.
  /// - Returns: a tree no deeper than the room, with at most ``SpecModel/Transformer/largestTree`` nodes.
  /// - Throws: ``NotFiniteLogits`` for the drafter's.
  func draft(_ context: DraftContext) throws(NotFiniteLogits) -> Draft

  /// Hears what was kept: after the prompt's pass, and after each cycle.
  func update(_ kept: Kept)

  /// Learns what no method can know, before the time of a prompt begins: an oracle's answers. The drafters of methods that
  /// are measured leave it alone.
  ///
  /// - Parameters:
  ///   - prompt: the prompt that comes next.
  ///   - rules: when its output ends.
  ///   - shouldStop: asked now and then; on true the work is given up.
  /// - Throws: ``NotFiniteLogits`` for the target's.
  func foresee(_ prompt: [Token], rules: StopRules, shouldStop: () -> Bool) throws(NotFiniteLogits)

  /// Whether the last token of the text that has ended goes through one more pass before the next prompt, and the drafter
  /// hears what it shows, as in reference implementations that notice an end token one pass late.
  var wantsLastPass: Bool { get }

  /// What becomes of what was learned from a prompt when the next one comes.
  var memory: DraftMemory { get }

  /// Forgets what was learned from all prompts.
  func forget()

  /// Chooses what a drafter begins its guesses with in later prompts, for comparisons with other implementations.
  ///
  /// - Parameter tokens: nil for the drafter's own choice.
  /// - Throws: ``DecodingError`` if the drafter has a use for them and they are not usable.
  func setInitialWindow(_ tokens: [Token]?) throws(DecodingError)
}

extension Drafter {
  /// No models.
  public var models: [any DraftingModel] { [] }

  /// All tokens.
  public var vocabulary: [Token]? { nil }

  /// Nothing beside the prompt.
  public func begin(_ prompt: [Token]) -> Draft { Draft(root: prompt[prompt.count - 1]) }

  /// No work on the prompt.
  public func prefill(_ context: DraftContext) throws(NotFiniteLogits) {}

  /// Nothing to learn.
  public func update(_ kept: Kept) {}

  /// Nothing is foreseen.
  public func foresee(_ prompt: [Token], rules: StopRules, shouldStop: () -> Bool) throws(NotFiniteLogits) {}

  /// A text that has ended is done with.
  public var wantsLastPass: Bool { false }

  /// Nothing is kept over prompts.
  public var memory: DraftMemory { .prompt }

  /// Nothing to forget.
  public func forget() {}

  /// No use for it.
  public func setInitialWindow(_ tokens: [Token]?) throws(DecodingError) {}
}

/// A model that a drafter runs: it continues the committed text with nodes of the present draft.
public protocol DraftingModel: AnyObject {
  /// Takes the time of its passes.
  var clock: PhaseClock { get set }

  /// Makes room for a text, so that no pass has to.
  ///
  /// - Parameter positions: most tokens of the text.
  /// - Throws: `KernelError` if there is not enough memory.
  func reserve(positions: Int) throws(KernelError)

  /// Forgets everything.
  func reset()

  /// Forgets the nodes of the present draft that are not kept.
  ///
  /// - Parameters:
  ///   - nodes: the nodes that are kept, rising; they are numbered anew in this order.
  ///   - root: the position of node 0.
  func keep(_ nodes: [Int], root: Int)
}

extension DraftingModel {
  /// Nothing to make room in.
  public func reserve(positions: Int) throws(KernelError) {}
}

/// What a drafter drafts from.
public struct DraftContext {
  /// The prompt and all tokens committed so far. The last one has not been run.
  public let text: [Token]
  /// The most tokens on a path that can be worth verifying.
  public let limit: Int
  /// Tokens that the target's context still holds.
  public let remainingPositions: Int
  /// Chooses tokens from a drafter's logits.
  public let sampler: Sampler

  /// A draft without drafted tokens.
  public var root: Draft { Draft(root: text[text.count - 1]) }

  /// The position of the last committed token.
  public var rootPosition: Int { text.count - 1 }
}

/// A token that the target finds likely.
public struct RankedToken: Sendable {
  /// The token.
  public let token: Token
  /// The probability that the target gives it; 0 where the draft has not asked for probabilities.
  public let probability: Float

  /// Makes a token; the properties say what each value means.
  package init(_ token: Token, probability: Float = 0) { (self.token, self.probability) = (token, probability) }
}

/// What became of a draft.
public struct Kept {
  /// The draft.
  public let draft: Draft
  /// The accepted nodes, the root first.
  public let path: [Int]
  /// The accepted tokens, and the target's own after them.
  public let tokens: [Token]
  /// The target's choices after the draft's observed nodes.
  public let observed: [Token]
  /// The target's likeliest tokens after each candidate, accepted or not, best first: as many as the draft asks for.
  public let likeliest: [[RankedToken]]
  /// The same after each token of the text that went through the pass before the root, with that token.
  public let likeliestInText: [(token: Token, next: [RankedToken])]
  /// Reads the target's final states.
  let target: CachedModel

  /// How many drafted tokens were accepted.
  public var accepted: Int { path.count - 1 }

  /// The target's normalized state after the last accepted node; valid until the target's next pass.
  public var finalState: ActivationRows {
    let last = path[path.count - 1]
    return target.finalStates(of: last..<last + 1)
  }
}
