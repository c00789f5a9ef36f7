import SpecModel

/// What an EAGLE head drafts: a fixed tree, as in EAGLE-1, or one that grows, as in EAGLE-2.
enum EagleTree {
  case fixed(CandidateTree)
  case dynamic(Eagle2.Growth)

  /// The value of the setting `tree` for one that grows.
  static let dynamicName = "dynamic"

  /// The tree of the settings `tree`, `nodes`, `depth` and `width`.
  ///
  /// - Parameters:
  ///   - settings: the settings.
  ///   - files: where relative paths begin, and the target's shape.
  ///   - threshold: the least score of a node that is continued, of a tree that grows.
  /// - Throws: ``DecodingError`` for settings that do not fit.
  init(_ settings: SettingValues, _ files: TargetFiles, threshold: Double = 0) throws(DecodingError) {
    let name = settings.text("tree")
    if name == Self.dynamicName {
      self = .dynamic(try settings.growth(threshold: threshold))
      return
    }
    let tree = try CandidateTree(named: files.tree(name), nodes: settings.integer("nodes"))
    guard tree.candidates.allSatisfy({ $0 <= files.configuration.vocabularySize }) else {
      throw settings.invalid("tree", "a tree with ranks inside the vocabulary")
    }
    self = .fixed(tree)
  }
}

/// An EAGLE head beside its target, ready to draft: alone, or where another way of drafting finds nothing.
struct PreparedEagle {
  /// Drafts with the head.
  let drafter: any Drafter
  private let model: EagleModel
  private let head: EagleHead

  /// - Parameters:
  ///   - head: trained for the target.
  ///   - tree: what it drafts.
  ///   - target: the model.
  /// - Throws: `KernelError` if there is not enough memory.
  init(_ head: EagleHead, _ tree: EagleTree, target: Transformer) throws {
    self.head = head
    switch tree {
    case .fixed(let tree):
      model = try EagleModel(target: target, head: head, drafts: tree.shape.count, nodes: tree.shape.count)
      drafter = Eagle(model, tree: tree)
    case .dynamic(let growth):
      model = try EagleModel(target: target, head: head, drafts: growth.drafts, nodes: growth.nodes + 1)
      drafter = Eagle2(model, growth: growth)
    }
  }

  /// A decoder on the target whose states the head reads.
  ///
  /// - Parameters:
  ///   - drafter: the head's own, or one that asks it now and then.
  ///   - sampling: how tokens are chosen.
  /// - Returns: the decoder.
  /// - Throws: `KernelError` if there is not enough memory.
  func decoder(drafter: some Drafter, sampling: Sampling) throws -> PreparedDecoder {
    PreparedDecoder(
      decoder: try SpeculativeDecoder(target: model.target, drafter: drafter, sampling: sampling),
      addedParameters: head.parameterCount,
      warning: EagleModel.warning(head, target: model.target.model.configuration.contextLength)
    )
  }
}

extension Setting {
  /// What form a head's tree has.
  ///
  /// - Parameters:
  ///   - standard: the method's default.
  ///   - condition: when the head drafts at all, as the beginning of the help.
  /// - Returns: the setting.
  static func eagleTree(default standard: String, _ condition: String = "") -> Setting {
    Setting(
      name: "tree",
      kind: .text,
      default: standard,
      help: condition
        + "dynamic (EAGLE-2), or a fixed tree (EAGLE-1): \(CandidateTree.shippedNames.joined(separator: ", ")), or a JSON "
        + "file of paths, each a rank for each depth, like [[0], [0, 0], [1]]",
      examples: CandidateTree.shippedNames + [EagleTree.dynamicName],
      namesFile: true
    )
  }

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
  ///
  /// - Parameters:
  ///   - standard: the method's default.
  ///   - condition: when the head drafts at all, as the beginning of the help.
  /// - Returns: the setting.
  static func eagleDepth(_ standard: String, _ condition: String = "") -> Setting {
    Setting(
      name: "depth",
      kind: .integer(0...longestDraft - 1),
      default: standard,
      help: condition
        + "how often nodes are continued after the first tokens: the longest draft is one token longer"
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
  /// The least score of a node that is continued, where a head drafts alone.
  func eagleThreshold() throws(DecodingError) -> Double { Double(try number(Setting.eagleThreshold.name)) }

  /// How the tree grows.
  func growth(threshold: Double) throws(DecodingError) -> Eagle2.Growth {
    let growth = Eagle2.Growth(
      nodes: try integer("nodes"),
      depth: try integer("depth"),
      width: try integer("width"),
      threshold: threshold
    )
    guard growth.drafts < Transformer.largestTree else {
      throw invalid("width", "a width that times depth is below \(Transformer.largestTree)")
    }
    return growth
  }
}
