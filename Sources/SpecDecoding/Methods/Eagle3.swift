import SpecModel

/// EAGLE-3 (Li et al. 2025, arXiv 2503.01840): a head that reads the target's states after several layers, learned to go on
/// from its own outputs, and has an output layer of its own, often for the most frequent tokens only. Its tree grows as
/// EAGLE-2's; servers draft chains, which are trees of width 1.
enum Eagle3 {
  /// The registry's entry.
  static let method = Method(
    name: "eagle-3",
    summary: "A head reads the target's states after several layers; its candidates form a growing tree.",
    paper: "Li et al. 2025, EAGLE-3: Scaling up Inference Acceleration of Large Language Models via Training-Time "
      + "Test, arXiv 2503.01840",
    settings: [.eagleNodes(), .eagleDepth("7"), .eagleWidth, .eagleThreshold, Companion.eagle(.eagle3).setting],
    companion: .eagle(.eagle3),
    addedParameters: { EagleShape(published: .eagle3, for: $0).parameterCount },
    checkSettings: { settings, _ in _ = try settings.growth() },
    bytesPerPosition: EagleModel.bytesPerPosition(.eagle3),
    make: { settings, resources in
      try Eagle2.prepare(try settings.eagleHead(.eagle3, resources), settings.growth(), resources)
    }
  )
}

extension Eagle2 {
  /// A decoder that drafts growing trees.
  static func prepare(
    _ head: EagleHead,
    _ growth: Growth,
    _ resources: DecoderResources
  ) throws -> PreparedDecoder {
    let target = resources.target
    let model = try EagleModel(target: target, head: head, drafts: growth.drafts, nodes: growth.nodes + 1)
    return PreparedDecoder(
      decoder: try SpeculativeDecoder(
        target: model.target,
        drafter: Eagle2(model, growth: growth),
        sampling: resources.sampling
      ),
      addedParameters: head.parameterCount,
      warning: EagleModel.warning(head, target: target.configuration.contextLength)
    )
  }
}

extension Setting {
  /// How many nodes are verified; `addition` is what else it means for a method.
  static func eagleNodes(_ addition: String = "") -> Setting {
    Setting(
      name: "nodes",
      kind: .integer(1...Transformer.largestTree - 1),
      default: "59",
      help: "most drafted tokens verified, the best first" + addition
    )
  }

  /// How deep the tree grows, with the method's default.
  static func eagleDepth(_ standard: String) -> Setting {
    Setting(
      name: "depth",
      kind: .integer(0...longestDraft - 1),
      default: standard,
      help: "how often nodes are continued after the first tokens: the longest draft is one token longer"
    )
  }

  /// How wide the tree grows.
  static let eagleWidth = Setting(
    name: "width",
    kind: .integer(1...64),
    default: "10",
    help: "tokens proposed after a node, and nodes continued at a depth; 1 drafts a chain; times depth it is below 128"
  )

  /// When the tree stops growing because the head is unsure.
  static let eagleThreshold = Setting(
    name: "threshold",
    kind: .number(0...1),
    default: "0",
    help: "a node is continued while the product of the probabilities on its path is at least this; 0 always"
  )
}

extension SettingValues {
  /// How the tree grows.
  func growth() throws(DecodingError) -> Eagle2.Growth {
    let growth = Eagle2.Growth(
      nodes: try integer("nodes"),
      depth: try integer("depth"),
      width: try integer("width"),
      threshold: Double(try number("threshold"))
    )
    guard growth.drafts < Transformer.largestTree else {
      throw invalid("width", "a width that times depth is below \(Transformer.largestTree)")
    }
    return growth
  }
}
