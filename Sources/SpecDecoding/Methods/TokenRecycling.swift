import SpecModel

/// Token Recycling (Luo et al. 2024, arXiv 2408.08696, §3): the likeliest tokens that the target has computed after a token,
/// in vain or not, are what is drafted after it the next time, in a tree of a fixed form. It needs no model.
public final class TokenRecycling: Drafter {
  private let tree: RecycledTree
  private let learnsPrompt: Bool
  private let isReference: Bool
  /// The tokens after which the reference learns even from its last pass, if they are the target's own after it.
  private let endTokens: Set<Token>
  /// What the last pass has shown. It is learned when there is another cycle: the reference learns nothing from its last.
  private var shown: Kept?

  /// Whether what was learned is kept over prompts.
  public let memory: DraftMemory

  /// - Parameters:
  ///   - tree: what is drafted, with what has been learned.
  ///   - memory: whether what was learned is kept over prompts.
  ///   - learnsPrompt: whether it learns from the prompt's own pass, too.
  ///   - endTokens: the target's.
  ///   - isReference: whether unknown tokens are gone on with as in the reference.
  init(tree: RecycledTree, memory: DraftMemory, learnsPrompt: Bool, endTokens: [Token], isReference: Bool) {
    self.tree = tree
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
    draft.likeliest = learnsPrompt ? tree.table.width : 0
    draft.wantsLikeliestInText = learnsPrompt
    return draft
  }

  /// Fills the tree from the table.
  public func draft(_ context: DraftContext) -> Draft {
    if let shown { tree.table.learn(shown) }
    shown = nil
    return tree.draft(context, isReference: isReference)
  }

  /// Hears what is likely after every node.
  public func update(_ kept: Kept) {
    shown = kept
    guard let last = kept.tokens.last, endTokens.contains(last), endTokens.isDisjoint(with: kept.tokens.dropLast())
    else {
      return
    }
    tree.table.learn(kept)
  }

  /// Empties the table.
  public func forget() { tree.table.clear() }
}

extension TokenRecycling {
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
        help: "the form of the tree: \(CandidateTree.shippedNames.joined(separator: ", ")), or a JSON file of paths of "
          + "ranks",
        examples: CandidateTree.shippedNames
      )
    ] + RecycledTree.settings + [
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
      _ = try RecycledTree(settings, files, tree: settings.text("tree"))
      if settings.flag("reference"), settings.flag("prompt") {
        throw settings.invalid("prompt", "false, since the reference learns nothing from prompts,")
      }
    },
    make: { settings, resources in
      let tree = try RecycledTree(settings, resources.files, tree: settings.text("tree"))
      let drafter = TokenRecycling(
        tree: tree,
        memory: settings.memory,
        learnsPrompt: settings.flag("prompt"),
        endTokens: resources.target.configuration.endTokens,
        isReference: settings.flag("reference")
      )
      let decoder = try SpeculativeDecoder(
        target: CachedModel(resources.target, tree: tree.size),
        drafter: drafter,
        sampling: resources.sampling,
        draftsWithPrompt: settings.flag("reference")
      )
      return PreparedDecoder(decoder: decoder, addedParameters: 0)
    }
  )
}
