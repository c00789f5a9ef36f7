import SpecModel

/// Drafts what n-grams make likely: a tree of the tokens that followed the ends of the text before, in the text, in earlier
/// answers and in a datastore, which grows as long as a token is worth its position in the pass. It needs no model.
///
/// Learning-free drafts of n-grams of the context and of a model are those of Stewart et al. 2024 (arXiv 2411.03786); how the
/// n-grams of several lengths make one chance is ``NgramMixture``'s.
public final class NgramDecoding: Drafter {
  private var mixture: NgramMixture
  private let growth: TreeGrowth
  private let order: Int
  /// The tokens of the present answer.
  private var answer: [Token] = []
  /// How many tokens of the text are known.
  private var known = 0
  /// How many of them are the prompt's.
  private var promptLength = 0

  /// Whether answers, and how often guesses come true, are kept over prompts.
  public let memory: DraftMemory

  /// - Parameters:
  ///   - order: the longest end of the text that is looked for, in tokens.
  ///   - growth: how the tree grows.
  ///   - store: other texts; nil for none.
  ///   - memory: whether answers are kept over prompts.
  init(order: Int, growth: TreeGrowth, store: Datastore?, memory: DraftMemory) {
    mixture = NgramMixture(order: order, store: store)
    self.order = order
    self.growth = growth
    self.memory = memory
  }

  /// Puts the last answer where the next prompts look.
  public func begin(_ prompt: [Token]) -> Draft {
    switch memory {
    case .prompt: mixture.forget()
    case .run: mixture.beginText(remembering: answer)
    }
    (answer, known, promptLength) = ([], 0, prompt.count)
    return Draft(root: prompt[prompt.count - 1])
  }

  /// Reads the prompt.
  public func prefill(_ context: DraftContext) { read(context.text) }

  /// Grows the tree.
  public func draft(_ context: DraftContext) -> Draft {
    read(context.text)
    let end = context.text.suffix(order)
    return growth.grown(from: context.root, limit: context.limit) { draft in
      mixture.guesses(after: end + draft.path(to: draft.newest).dropFirst()).map { ($0.token, $0.chance) }
    }
  }

  /// Keeps the answer.
  public func update(_ kept: Kept) { answer += kept.tokens }

  /// Forgets all answers.
  public func forget() {
    mixture.forget()
    answer = []
  }

  private func read(_ text: [Token]) {
    for place in known..<text.count {
      let before = text[..<place]
      if place < promptLength {
        mixture.read(text[place], after: before)
      } else {
        mixture.learn(text[place], after: before)
      }
    }
    known = text.count
  }
}

extension NgramDecoding {
  /// The registry's entry.
  static let method = Method(
    name: "ngram",
    summary: "What followed the ends of the text before, here, in earlier answers or a datastore, makes a tree; "
      + "no model.",
    paper: "after Stewart et al. 2024, The N-Grammys: Accelerating Autoregressive Inference with Learning-Free Batched "
      + "Speculation, arXiv 2411.03786",
    settings: [
      Setting(
        name: "order",
        kind: .integer(1...16),
        default: "6",
        help: "the longest end of the text that is looked for, in tokens"
      ),
      Setting(
        name: "nodes",
        kind: .integer(1...Transformer.largestTree - 1),
        default: "16",
        help: "most nodes of the tree, the root left out"
      ),
      Setting(
        name: "least",
        kind: .number(0...1),
        default: "0.25",
        help: "the least chance of being accepted that a token is drafted with"
      ),
      Setting(
        name: "cheap",
        kind: .integer(0...64),
        default: "3",
        help: "how many of the first tokens are drafted with a third of that chance, since a pass over a few positions "
          + "takes hardly longer than one over a single position"
      ),
      Setting(
        name: "datastore",
        kind: .text,
        default: noStore,
        help: "a file of 'specbench datastore', such as one of the model's own answers; none: no other texts",
        namesFile: true
      ),
      DraftMemory.setting,
    ],
    checkSettings: { settings, files in _ = try store(settings, files) },
    make: { settings, resources in
      let store = try store(settings, resources.files)
      try store?.checkContent()
      let growth = TreeGrowth(
        nodes: try settings.integer("nodes"),
        least: try settings.number("least"),
        cheap: try settings.integer("cheap")
      )
      let drafter = NgramDecoding(
        order: try settings.integer("order"),
        growth: growth,
        store: store,
        memory: settings.memory
      )
      let decoder = try SpeculativeDecoder(
        target: CachedModel(resources.target, tree: growth.nodes + 1),
        drafter: drafter,
        sampling: resources.sampling
      )
      return PreparedDecoder(decoder: decoder, addedParameters: 0)
    }
  )

  /// The value of the setting `datastore` where there is none.
  private static let noStore = "none"

  private static func store(_ settings: SettingValues, _ files: TargetFiles) throws -> Datastore? {
    guard settings.text("datastore") != noStore else { return nil }
    return try Datastore.of(files, path: files.file(settings.text("datastore")))
  }
}
