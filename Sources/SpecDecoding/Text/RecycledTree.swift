import SpecModel

/// A tree of a fixed form that is filled with recycled tokens: the child of rank r is the r-th likeliest token after its
/// parent, as the target has computed it the last time (Luo et al. 2024, arXiv 2408.08696, §3.2).
struct RecycledTree {
  /// What is known.
  let table: RecycledTokens
  private let tree: CandidateTree

  /// - Parameters:
  ///   - settings: those of ``settings``.
  ///   - files: the target's shape, and where relative paths begin.
  ///   - name: the tree's name or file.
  /// - Throws: ``DecodingError`` for settings that do not fit.
  init(_ settings: SettingValues, _ files: TargetFiles, tree name: String) throws(DecodingError) {
    tree = try CandidateTree(named: files.tree(name), nodes: settings.integer("nodes"))
    table = try RecycledTokens(settings, files)
    guard (tree.candidates.max() ?? 0) <= table.width else {
      throw settings.invalid("width", "more than the largest rank of the tree, \((tree.candidates.max() ?? 1) - 1),")
    }
  }

  /// How many nodes it has, the root included.
  var size: Int { tree.shape.count }

  /// The draft of what is known.
  ///
  /// - Parameters:
  ///   - context: the text and the room.
  ///   - isReference: whether unknown tokens are followed by token 0, and drafts are not cut where the output ends.
  /// - Returns: the draft.
  func draft(_ context: DraftContext, isReference: Bool) -> Draft {
    let depth = isReference ? context.remainingPositions - 1 : context.limit
    let fitting = depth < tree.depth ? tree.cut(at: max(0, depth)) : tree
    return fitting.filled(context.root) { _, rank, parent in table[parent, rank] ?? (isReference ? 0 : nil) }
  }

  /// The settings that it is made from, beside its form.
  static let settings = [
    Setting(
      name: "nodes",
      kind: .integer(1...Transformer.largestTree - 1),
      default: "\(Transformer.largestTree - 1)",
      help: "number of the tree's paths to take, from the first on"
    ),
    Setting(name: "width", kind: .integer(1...64), default: "8", help: "tokens kept after each token"),
  ]
}
