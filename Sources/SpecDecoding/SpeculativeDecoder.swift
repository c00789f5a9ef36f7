public import SpecKernels
import SpecModel

/// Speculative decoding (Leviathan et al. 2023, arXiv 2211.17192, §2.1; trees as in Miao et al. 2024, arXiv 2305.09781,
/// §4): draft, run the target once over the draft, keep what it agrees with, and its own token after that.
///
/// This is the only loop. A method is its ``Drafter``.
public final class SpeculativeDecoder<Proposer: Drafter>: Decoder {
  /// What proposes tokens.
  public let drafter: Proposer
  private let target: CachedModel
  private let sampler: Sampler
  private let draftsWithPrompt: Bool
  private let clock = PhaseClock()
  /// What the drafter chooses from, where these are not all tokens.
  private let vocabulary: Set<Token>?
  /// The prompt and all tokens committed so far; the target has run all but the last.
  private var text: [Token] = []

  /// - Parameters:
  ///   - target: the model whose output is reproduced.
  ///   - drafter: what proposes tokens.
  ///   - sampling: how tokens are chosen.
  ///   - draftsWithPrompt: whether the first draft is verified in the prompt's own pass.
  /// - Throws: `KernelError` if there is not enough memory.
  public init(target: CachedModel, drafter: Proposer, sampling: Sampling, draftsWithPrompt: Bool = false) throws {
    self.target = target
    self.drafter = drafter
    self.draftsWithPrompt = draftsWithPrompt
    vocabulary = drafter.vocabulary.map(Set.init)
    sampler = try Sampler(sampling, target: target.model, clock: clock)
    target.clock = clock
    for model in drafter.models { model.clock = clock }
  }

  /// Makes room in the target's cache and in those of the drafter's models.
  public func reserve(positions: Int) throws(KernelError) {
    try target.reserve(positions: positions)
    for model in drafter.models { try model.reserve(positions: positions) }
  }

  /// Lets the drafter learn what no method can know.
  public func foresee(_ prompt: [Token], rules: StopRules, shouldStop: () -> Bool) throws(NotFiniteLogits) {
    try drafter.foresee(prompt, rules: rules, shouldStop: shouldStop)
  }

  /// Runs the prompt through the target, then lets the drafter work on it.
  public func begin(_ prompt: [Token]) throws(NotFiniteLogits) -> Token? {
    try finishText()
    text = prompt
    target.reset()
    for model in drafter.models { model.reset() }
    sampler.begin(prompt)
    let draft = drafter.begin(prompt)
    let first = draftsWithPrompt ? nil : try verify(draft).tokens[0]
    try drafter.prefill(context(CycleBudget(remainingTokens: 1, remainingPositions: 1), text: prompt))
    return first
  }

  /// Drafts, verifies, keeps what agrees.
  public func cycle(_ budget: CycleBudget) throws(NotFiniteLogits) -> Cycle {
    clock.start()
    let draft = try drafter.draft(context(budget, text: text))
    let kept = try verify(draft)
    return Cycle(kept, vocabulary: vocabulary, times: clock.read())
  }

  /// The pass over the end of the last text that some references make.
  private func finishText() throws(NotFiniteLogits) {
    let room = target.model.configuration.contextLength - text.count
    guard drafter.wantsLastPass, room > 0 else { return }
    _ = try verify(drafter.draft(context(CycleBudget(remainingTokens: 1, remainingPositions: room), text: text)))
  }

  /// One pass of the target over what it has not seen of the text, and the draft. Commits what it accepts.
  private func verify(_ draft: Draft) throws(NotFiniteLogits) -> Kept {
    let root = text.count - 1
    if let survivors = draft.survivors { keep(survivors, root: root) }
    let (accepted, observed, likeliest, inText) = try clock.time(.verify) { () throws(NotFiniteLogits) in
      target.run(text, draft)
      let inText = draft.wantsLikeliestInText ? likeliestInText(draft) : []
      let logits = target.logits(after: 0..<draft.candidateCount)
      let likeliest = draft.likeliest > 0 ? likely(draft, of: logits) : []
      let accepted = try sampler.verify(draft, logits, at: root + 1)
      return (accepted, try observe(draft, root: root), likeliest, inText)
    }
    text += accepted.tokens
    keep(accepted.path, root: root)
    let kept = Kept(
      draft: draft,
      path: accepted.path,
      tokens: accepted.tokens,
      observed: observed,
      likeliest: likeliest,
      likeliestInText: inText,
      target: target
    )
    drafter.update(kept)
    return kept
  }

  /// The target's likeliest tokens after each token that the latest pass has run before the root.
  private func likeliestInText(_ draft: Draft) -> [(token: Token, next: [RankedToken])] {
    let places = target.textOfLatestPass
    return stride(from: places.lowerBound, to: places.upperBound, by: Transformer.largestTree).flatMap { first in
      let piece = first..<min(first + Transformer.largestTree, places.upperBound)
      let root = text.count - 1
      let logits = target.logits(after: piece.lowerBound - root..<piece.upperBound - root)
      return zip(text[piece], likely(draft, of: logits)).map { ($0, $1) }
    }
  }

  /// As many of the target's likeliest tokens as a draft wants to hear.
  private func likely(_ draft: Draft, of logits: ActivationRows) -> [[RankedToken]] {
    sampler.likeliest(draft.likeliest, of: logits, withProbabilities: draft.wantsProbabilities)
  }

  private func observe(_ draft: Draft, root: Int) throws(NotFiniteLogits) -> [Token] {
    guard !draft.observed.isEmpty else { return [] }
    let positions = draft.observed.map { root + 1 + draft.depths[$0] }
    return try sampler.tokens(target.logits(after: draft.observed), at: positions)
  }

  private func keep(_ nodes: [Int], root: Int) {
    target.keep(nodes, root: root)
    for model in drafter.models { model.keep(nodes, root: root) }
  }

  private func context(_ budget: CycleBudget, text: [Token]) -> DraftContext {
    DraftContext(
      text: text,
      limit: budget.longestDraft,
      remainingPositions: budget.remainingPositions,
      sampler: sampler
    )
  }

  /// Chooses how tokens of later prompts are chosen.
  public func setSampling(_ sampling: Sampling) { sampler.sampling = sampling }

  /// What becomes of what the drafter has learned.
  public var memory: DraftMemory { drafter.memory }

  /// Has the drafter forget what it has learned.
  public func forget() { drafter.forget() }

  /// Chooses what the drafter begins its guesses with.
  public func setInitialWindow(_ tokens: [Token]?) throws(DecodingError) { try drafter.setInitialWindow(tokens) }
}
