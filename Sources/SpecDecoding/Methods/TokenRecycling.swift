import SpecModel

/// Token Recycling (Luo et al. 2024, arXiv 2408.08696, §3): the likeliest tokens that the target has computed after a token,
/// in vain or not, are what is drafted after it the next time, in a tree of a fixed form or in one that grows where it is
/// expected to pay. It needs no model.
public final class TokenRecycling: Drafter {
  /// What the tree is like.
  enum Form {
    case fixed(RecycledTree)
    case growing(RecycledGrowth, RecycledTokens)

    /// Nodes of the largest tree, the root included.
    var size: Int {
      switch self {
      case .fixed(let tree): tree.size
      case .growing(let growth, _): growth.nodes + 1
      }
    }

    fileprivate var table: RecycledTokens {
      switch self {
      case .fixed(let tree): tree.table
      case .growing(_, let table): table
      }
    }
  }

  private var form: Form
  private let learnsPrompt: Bool
  private let isReference: Bool
  /// The tokens after which the reference learns even from its last pass, if they are the target's own after it.
  private let endTokens: Set<Token>
  /// What the last pass has shown. It is learned when there is another cycle: the reference learns nothing from its last.
  private var shown: Kept?

  /// Whether what was learned is kept over prompts.
  public let memory: DraftMemory

  /// - Parameters:
  ///   - form: what is drafted, with what has been learned.
  ///   - memory: whether what was learned is kept over prompts.
  ///   - learnsPrompt: whether it learns from the prompt's own pass, too.
  ///   - endTokens: the target's.
  ///   - isReference: whether unknown tokens are gone on with as in the reference.
  init(form: Form, memory: DraftMemory, learnsPrompt: Bool, endTokens: [Token], isReference: Bool) {
    self.form = form
    self.learnsPrompt = learnsPrompt
    self.endTokens = isReference ? Set(endTokens) : []
    self.memory = memory
    self.isReference = isReference
  }

  /// Begins with what is kept.
  public func begin(_ prompt: [Token]) -> Draft {
    if memory == .prompt { forget() }
    shown = nil
    var draft = Draft(root: prompt[prompt.count - 1])
    draft.wantsLikeliestInText = learnsPrompt
    return learnsPrompt ? asking(draft) : draft
  }

  /// Fills the tree from the table.
  public func draft(_ context: DraftContext) -> Draft {
    if let shown { learn(shown) }
    shown = nil
    switch form {
    case .fixed(let tree): return asking(tree.draft(context, isReference: isReference))
    case .growing(let growth, let table): return asking(growth.draft(table, from: context.root, limit: context.limit))
    }
  }

  /// Hears what is likely after every node.
  public func update(_ kept: Kept) {
    shown = kept
    guard let last = kept.tokens.last, endTokens.contains(last), endTokens.isDisjoint(with: kept.tokens.dropLast())
    else {
      return
    }
    learn(kept)
  }

  /// Empties the table.
  public func forget() {
    form.table.clear()
    guard case .growing(var growth, let table) = form else { return }
    growth.forget()
    form = .growing(growth, table)
  }

  private func learn(_ kept: Kept) {
    if case .growing(var growth, let table) = form {
      growth.judge([kept.draft.nodes[0].token] + kept.tokens, table)
      form = .growing(growth, table)
    }
    form.table.learn(kept)
  }

  /// A draft that asks for what is likely after each of its nodes.
  private func asking(_ draft: Draft) -> Draft {
    var draft = draft
    draft.likeliest = form.table.width
    if case .growing = form { draft.wantsProbabilities = true }
    return draft
  }
}

extension TokenRecycling {
  /// The name of the tree that grows.
  private static let adaptive = "adaptive"

  private static func form(_ settings: SettingValues, _ files: TargetFiles) throws(DecodingError) -> Form {
    guard settings.text("tree") == adaptive else {
      return .fixed(try RecycledTree(settings, files, tree: settings.text("tree")))
    }
    guard !settings.flag("reference") else {
      throw settings.invalid("tree", "a tree of a fixed form, since the reference's does not grow,")
    }
    let growth = RecycledGrowth(nodes: try settings.integer("nodes"), least: try settings.number("least"))
    return .growing(growth, try RecycledTokens(settings, files))
  }

  /// The registry's entry.
  static let method = Method(
    name: "token-recycling",
    summary: "What the target found likely after a token is drafted after it the next time, as a tree; no model.",
    paper: "Luo et al. 2024, Turning Trash into Treasure: Accelerating Inference of Large Language Models with Token "
      + "Recycling, arXiv 2408.08696",
    settings: [
      Setting(
        name: "tree",
        kind: .text,
        default: "2.2.2",
        help: "adaptive: the tree grows where it is expected to pay; else a fixed form: "
          + "\(CandidateTree.shippedNames.joined(separator: ", ")), or a JSON file of paths of ranks",
        examples: CandidateTree.shippedNames + [adaptive],
        namesFile: true
      )
    ] + RecycledTree.settings + [
      Setting(
        name: "least",
        kind: .number(0...1),
        default: "0.25",
        help: "with tree=adaptive, the least chance of being accepted that a token is drafted with"
      ),
      Setting(
        name: "prompt",
        kind: .flag,
        default: "false",
        help: "learns from the prompt's own pass, too, which costs the prefill a pass of the head for each token"
      ),
      DraftMemory.setting,
      .reference(
        "as the official code: the prompt's last token is run with the first draft, and unknown tokens are followed by "
          + "token 0"
      ),
    ],
    checkSettings: { settings, files in
      _ = try form(settings, files)
      if settings.flag("reference"), settings.flag("prompt") {
        throw settings.invalid("prompt", "false, since the reference learns nothing from prompts,")
      }
    },
    make: { settings, resources in
      let form = try form(settings, resources.files)
      let drafter = TokenRecycling(
        form: form,
        memory: settings.memory,
        learnsPrompt: settings.flag("prompt"),
        endTokens: resources.target.configuration.endTokens,
        isReference: settings.flag("reference")
      )
      let decoder = try SpeculativeDecoder(
        target: CachedModel(resources.target, tree: form.size),
        drafter: drafter,
        sampling: resources.sampling,
        draftsWithPrompt: settings.flag("reference")
      )
      return PreparedDecoder(decoder: decoder, addedParameters: 0)
    }
  )
}
