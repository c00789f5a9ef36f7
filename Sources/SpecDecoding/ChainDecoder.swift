import SpecKernels
import SpecModel

/// Proposes a chain of tokens that continues a text: all that differs between the methods whose drafts are verified by
/// one pass of the whole target.
protocol ChainDrafter: AnyObject {
  /// What the time of drafting is booked as: a search in the text is overhead, a model's passes are not.
  static var phase: PhaseTimer.Phase { get }

  /// Forgets the previous prompt and does all work on the new one.
  func begin(_ prompt: [Token])

  /// Proposes tokens.
  ///
  /// - Parameters:
  ///   - text: the prompt and all tokens committed so far.
  ///   - limit: the most tokens to propose.
  ///   - chooser: chooses tokens from logits.
  /// - Returns: at most `limit` tokens.
  /// - Throws: ``NotFiniteLogits`` for the drafter's.
  func draft(after text: [Token], atMost limit: Int, _ chooser: TokenChooser) throws(NotFiniteLogits) -> [DraftedToken]

  /// Whether there is room to draft after a text of so many tokens, as far as it depends on the drafter.
  func hasRoom(after count: Int) -> Bool

  /// Hears what became of the draft, and forgets what it holds of rejected tokens.
  ///
  /// - Parameters:
  ///   - accepted: how many drafted tokens were accepted.
  ///   - drafted: of how many.
  ///   - committed: tokens that are certain and may have been run: all but the newest.
  func learn(accepted: Int, of drafted: Int, committed: Int)
}

extension ChainDrafter {
  func hasRoom(after count: Int) -> Bool { true }
}

/// Speculative decoding with a chain (Leviathan et al. 2023, arXiv 2211.17192, §2.1): draft, run the target once over
/// the drafted tokens, keep what it agrees with, and its own token after that.
final class ChainDecoder<Drafter: ChainDrafter>: Decoder {
  private let target: CachedModel
  private let drafter: Drafter
  private let chooser: TokenChooser
  private let draftsWithPrompt: Bool
  private var text: [Token] = []

  /// - Parameters:
  ///   - target: the model, all of whose layers verify.
  ///   - drafter: what proposes tokens.
  ///   - sampling: how tokens are chosen.
  ///   - draftsWithPrompt: whether the first drafts are verified in the prompt's own pass.
  /// - Throws: `KernelError` if there is not enough memory.
  init(target: CachedModel, drafter: Drafter, sampling: Sampling, draftsWithPrompt: Bool = false) throws(KernelError) {
    self.target = target
    self.drafter = drafter
    self.draftsWithPrompt = draftsWithPrompt
    chooser = try TokenChooser(sampling, target: target.model)
  }

  func begin(_ prompt: [Token]) throws(NotFiniteLogits) -> Token? {
    text = prompt
    target.truncate(to: 0)
    chooser.begin(prompt)
    drafter.begin(prompt)
    return draftsWithPrompt ? nil : try verify([]).tokens[0]
  }

  func cycle(_ budget: CycleBudget) throws(NotFiniteLogits) -> Cycle {
    var timer = PhaseTimer()
    let lacksRoom = budget.longestDraft > 0 && !drafter.hasRoom(after: text.count)
    let draft = try drafter.draft(after: text, atMost: budget.longestDraft, chooser)
    timer.mark(Drafter.phase)
    let verdict = try verify(draft)
    timer.mark(.verify)
    drafter.learn(accepted: verdict.accepted, of: draft.count, committed: text.count - 1)
    timer.mark(.overhead)
    var cycle = Cycle(draft, verdict, times: timer.times)
    cycle.lacksRoom = lacksRoom
    return cycle
  }

  /// Runs what the target has not seen of the text, and the draft; commits what it accepts.
  private func verify(_ draft: [DraftedToken]) throws(NotFiniteLogits) -> Verdict {
    let pending = text[target.count...] + draft.map(\.token)
    let logits = target.logits(pending, last: draft.count + 1)
    let verdict = try chooser.judge(draft, logits, at: text.count)
    text += verdict.tokens
    target.truncate(to: text.count - 1)
    return verdict
  }
}
