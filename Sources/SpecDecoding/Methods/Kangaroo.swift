import SpecKernels
import SpecModel

/// Kangaroo (Liu et al. 2024, arXiv 2404.18911, §3): the target drafts for itself from its first layers.
///
/// The first early exit: the target's layers up to the exit layer, a trained adapter and the target's own head propose
/// one token after the other. The second early exit: drafting stops once the adapter's top probability for the token it
/// drafted last falls below the threshold, or `steps` tokens are drafted; that last token is still verified. The
/// remaining layers then run once over the exit-layer states that drafting has computed anyway.
public final class Kangaroo: Decoder {
  private let model: EarlyExit
  private let chooser: TokenChooser
  private let steps: Int
  private let threshold: Float
  /// The newest token; it has not been run yet.
  private var last: Token = 0

  /// - Parameters:
  ///   - target: the model.
  ///   - adapter: trained for the target at this exit layer.
  ///   - exitLayer: number of the target's first layers that draft, at least 1 and fewer than all.
  ///   - steps: most tokens drafted in a cycle.
  ///   - threshold: drafting stops below this probability.
  ///   - sampling: how tokens are chosen.
  /// - Throws: `KernelError` if there is not enough memory.
  public init(
    target: Transformer,
    adapter: KangarooAdapter,
    exitLayer: Int,
    steps: Int,
    threshold: Float,
    sampling: Sampling = .greedy
  ) throws {
    self.steps = steps
    self.threshold = threshold
    model = try EarlyExit(target: target, adapter: adapter, exitLayer: exitLayer, drafts: steps)
    chooser = try TokenChooser(sampling, target: target)
  }

  /// Runs the prompt through the shallow layers, the adapter and the deep layers.
  public func begin(_ prompt: [Token]) throws(NotFiniteLogits) -> Token? {
    last = try model.begin(prompt, chooser)
    return last
  }

  /// Drafts until unsure, verifies with the remaining layers, keeps what agrees.
  public func cycle(_ budget: CycleBudget) throws(NotFiniteLogits) -> Cycle {
    var timer = PhaseTimer()
    let draft = try draft(atMost: min(steps, budget.longestDraft))
    timer.mark(.draft)
    let verdict = try chooser.judge(draft, model.verify(last: draft.count + 1), at: model.committed + 1)
    timer.mark(.verify)
    last = verdict.tokens[verdict.accepted]
    model.commit(model.committed + verdict.tokens.count)
    timer.mark(.overhead)
    return Cycle(draft, verdict, times: timer.times)
  }

  private func draft(atMost limit: Int) throws(NotFiniteLogits) -> [DraftedToken] {
    var draft: [DraftedToken] = []
    model.exit([last])
    while draft.count < limit, draft.isSure(threshold) {
      let next = try chooser.draft(model.propose(), at: model.committed + 1 + draft.count)
      draft.append(next)
      model.exit([next.token])
    }
    return draft
  }
}

extension Kangaroo {
  /// The catalogue's entry.
  static let method = Method(
    name: "kangaroo",
    summary: "The target's first layers and a small adapter draft until unsure; its remaining layers verify.",
    paper: "Liu et al. 2024, Kangaroo: Lossless Self-Speculative Decoding via Double Early Exiting, arXiv 2404.18911",
    settings: [
      .exitLayer,
      Setting(name: "steps", kind: .integer(1...64), standard: "6", help: "most tokens drafted in a cycle"),
      Setting(
        name: "threshold",
        kind: .number(0...1),
        standard: "0.6",
        help: "drafting stops once the top probability of the last drafted token is below this"
      ),
      .adapter,
    ],
    addedParameters: { KangarooAdapter.parameterCount(for: $0) },
    companion: .adapter,
    isDefault: true,
    checkSettings: { _ = try $0.exitLayer($1.configuration) },
    make: { settings, resources in
      let exit = try settings.exitLayer(resources.target.configuration)
      let adapter = try settings.adapter(resources)
      let decoder = try Kangaroo(
        target: resources.target,
        adapter: adapter,
        exitLayer: exit,
        steps: settings.integer("steps"),
        threshold: settings.number("threshold"),
        sampling: resources.sampling
      )
      return PreparedDecoder(
        decoder: decoder,
        addedParameters: adapter.parameterCount,
        warning: EarlyExit.warning(adapter, target: resources.target.configuration.contextLength)
      )
    },
    verifiesByRejection: true
  )
}
