import SpecModel

/// EAGLE-1 (Li et al. 2024, arXiv 2401.15077, §4): a head continues the target's states, and its best tokens fill a fixed
/// tree, which the target verifies in one pass.
///
/// A path of the tree lists ranks: [0, 2] is the third best token after the best one. Other than Medusa's candidates those
/// after a node depend on the node, so each node that has children goes through the head.
final class Eagle: Drafter {
  private let model: EagleModel
  private let tree: NodewiseTree

  init(_ model: EagleModel, tree: CandidateTree) {
    self.model = model
    self.tree = NodewiseTree(tree)
  }

  /// The head.
  var models: [any DraftingModel] { [model] }
  var vocabulary: [Token]? { model.vocabulary }

  /// Takes the prompt into the head.
  func prefill(_ context: DraftContext) { model.prefill(context.text) }

  /// Fills the tree from the head, depth by depth.
  func draft(_ context: DraftContext) throws(NotFiniteLogits) -> Draft {
    var outputs: [Int: Int] = [:]
    return try tree.draft(context, vocabulary: model.vocabulary) { draft, nodes in
      let logits =
        nodes == [0]
        ? model.logitsAfterRoot(context.text)
        : model.logits(after: nodes.map { (draft.nodes[$0].token, outputs[draft.parents[$0]] ?? 0) })
      for (row, node) in nodes.enumerated() { outputs[node] = model.outputCount - nodes.count + row }
      return logits
    }
  }
}

extension Eagle {
  /// The registry's entry.
  static let method = Method(
    name: "eagle",
    summary: "A head continues the target's last states; its candidates form a fixed or a growing tree.",
    paper: "Li et al. 2024, EAGLE: Speculative Sampling Requires Rethinking Feature Uncertainty, arXiv 2401.15077; "
      + "EAGLE-2: Faster Inference of Language Models with Dynamic Draft Trees, arXiv 2406.16858",
    settings: [
      .eagleTree(default: "eagle_25"), .eagleNodes("; of a fixed tree its first paths"), .eagleDepth("5"), .eagleWidth,
      .eagleThreshold,
      Companion.eagle(.eagle1).setting, .vocabulary, .frequencies,
    ],
    companion: .eagle(.eagle1),
    addedParameters: { EagleShape(published: .eagle1, for: $0).parameterCount },
    sampleFiles: Method.sampleFrequencies,
    checkSettings: { settings, files in
      _ = try EagleTree(settings, files, threshold: settings.eagleThreshold())
      _ = try settings.draftVocabulary(files, .eagle(.eagle1))
    },
    bytesPerPosition: EagleModel.bytesPerPosition(.eagle1),
    vocabularyNeed: { try $0.headNeed(of: $1.configuration) },
    make: { settings, resources in
      let head = try PreparedEagle(
        settings.eagleHead(.eagle1, resources, over: settings.draftVocabulary(resources.files, .eagle(.eagle1))),
        EagleTree(settings, resources.files, threshold: settings.eagleThreshold()),
        target: resources.target
      )
      return try head.decoder(drafter: head.drafter, sampling: resources.sampling)
    }
  )
}
