import SpecModel

/// Kangaroo (Liu et al. 2024, arXiv 2404.18911, §3): the target drafts for itself from its first layers.
///
/// The first early exit: the target's layers up to the exit layer, a trained adapter and the target's own head propose
/// one token after the other. The second early exit: drafting stops once the adapter's top probability for the token it
/// drafted last falls below the threshold, or `steps` tokens are drafted; that last token is still verified. The
/// remaining layers then run once over the exit-layer states that drafting has computed anyway.
public final class Kangaroo: Drafter {
  private let model: EarlyExit
  private let steps: Int
  private let threshold: Float

  init(_ model: EarlyExit, steps: Int, threshold: Float) {
    self.model = model
    self.steps = steps
    self.threshold = threshold
  }

  /// The adapter.
  public var models: [any DraftingModel] { [model] }

  /// The tokens of the drafting head.
  public var vocabulary: [Token]? { model.head.vocabulary }

  /// Takes the prompt's exit-layer states into the adapter.
  public func prefill(_ context: DraftContext) { model.prefill(prompt: context.text.count) }

  /// Drafts until unsure.
  public func draft(_ context: DraftContext) throws(NotFiniteLogits) -> Draft {
    var draft = context.root
    model.runShallowLayers(context.text, draft)
    while draft.depth < min(steps, context.limit), draft.isSure(threshold) {
      let logits = model.logits(after: [draft.newest], in: draft, root: context.rootPosition)
      let position = context.text.count + draft.depth
      draft.append(try context.sampler.draft(logits, at: position, vocabulary: model.head.vocabulary))
      model.runShallowLayers(context.text, draft)
    }
    return draft
  }
}

extension Kangaroo {
  /// A decoder that drafts with the target's first layers.
  ///
  /// - Parameters:
  ///   - target: the model.
  ///   - adapter: trained for the target at this exit layer.
  ///   - exitLayer: number of the target's first layers that draft, at least 1 and fewer than all.
  ///   - steps: most tokens drafted in a cycle.
  ///   - threshold: drafting stops below this probability.
  ///   - vocabulary: the tokens that may be drafted, rising; nil for all.
  ///   - sampling: how tokens are chosen.
  /// - Returns: the decoder.
  /// - Throws: `KernelError` if there is not enough memory.
  public static func decoder(
    target: Transformer,
    adapter: KangarooAdapter,
    exitLayer: Int,
    steps: Int,
    threshold: Float,
    vocabulary: [Token]? = nil,
    sampling: Sampling = .greedy
  ) throws -> any Decoder {
    let model = try EarlyExit(
      target: target,
      adapter: adapter,
      exitLayer: exitLayer,
      drafts: steps,
      vocabulary: vocabulary
    )
    let drafter = Kangaroo(model, steps: steps, threshold: threshold)
    return try SpeculativeDecoder(target: model.target, drafter: drafter, sampling: sampling)
  }

  /// The registry's entry.
  static let method = Method(
    name: "kangaroo",
    summary: "The target's first layers and a small adapter draft until unsure; its remaining layers verify.",
    paper: "Liu et al. 2024, Kangaroo: Lossless Self-Speculative Decoding via Double Early Exiting, arXiv 2404.18911",
    settings: [
      .exitLayer,
      Setting(name: "steps", kind: .draftLength, default: "6", help: "most tokens drafted in a cycle"),
      Setting(
        name: "threshold",
        kind: .number(0...1),
        default: "0.6",
        help: "drafting stops once the top probability of the last drafted token is below this"
      ),
      .adapter, .vocabulary, .frequencies,
    ],
    companion: .adapter,
    isDefault: true,
    verifiesByRejection: true,
    addedParameters: { KangarooAdapter.parameterCount(for: $0) },
    sampleFiles: Method.sampleFrequencies,
    checkSettings: { settings, files in
      _ = try settings.exitLayer(files)
      _ = try settings.adapterVocabulary(files)
    },
    bytesPerPosition: EarlyExit.bytesPerPosition,
    vocabularyNeed: { try $0.headNeed(of: $1.configuration) },
    make: { settings, resources in
      let exit = try settings.exitLayer(resources.files)
      let adapter = try settings.adapter(resources)
      let decoder = try decoder(
        target: resources.target,
        adapter: adapter,
        exitLayer: exit,
        steps: settings.integer("steps"),
        threshold: settings.number("threshold"),
        vocabulary: settings.adapterVocabulary(resources.files),
        sampling: resources.sampling
      )
      return PreparedDecoder(
        decoder: decoder,
        addedParameters: adapter.parameterCount,
        warning: EarlyExit.warning(adapter, target: resources.target.configuration.contextLength)
      )
    }
  )
}
