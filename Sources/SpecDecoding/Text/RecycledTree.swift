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
    let (width, vocabulary) = (try settings.integer("width"), files.configuration.vocabularySize)
    tree = try CandidateTree(named: files.tree(name), nodes: settings.integer("nodes"))
    guard width <= vocabulary else { throw settings.invalid("width", "at most the vocabulary of \(vocabulary) tokens") }
    guard (tree.candidates.max() ?? 0) <= width else {
      throw settings.invalid("width", "more than the largest rank of the tree, \((tree.candidates.max() ?? 1) - 1),")
    }
    table = RecycledTokens(vocabulary: vocabulary, width: width)
  }

  /// How many nodes it has, the root included.
  var size: Int { tree.shape.count }

  /// The draft of what is known.
  ///
  /// - Parameters:
  ///   - context: the text and the room.
  ///   - isReference: whether unknown tokens are followed by token 0, and drafts are not cut where the output ends.
  /// - Returns: the draft, which asks for what is likely after each of its nodes.
  func draft(_ context: DraftContext, isReference: Bool) -> Draft {
    let depth = isReference ? context.remainingPositions - 1 : context.limit
    let fitting = depth < tree.depth ? tree.cut(at: max(0, depth)) : tree
    var draft = fitting.filled(context.root) { _, rank, parent in table[parent, rank] ?? (isReference ? 0 : nil) }
    draft.likeliest = table.width
    return draft
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

/// For each token the likeliest tokens after it when it was last computed.
final class RecycledTokens {
  /// How many tokens are kept after each.
  let width: Int
  /// Width tokens for each of the vocabulary.
  private var followers: [Token]
  private var known: [Bool]
  /// Which tokens have entries, so that to forget a few costs little.
  private var entries: [Token] = []

  /// - Parameters:
  ///   - vocabulary: entries of the vocabulary.
  ///   - width: how many tokens are kept after each.
  init(vocabulary: Int, width: Int) {
    self.width = width
    followers = [Token](repeating: 0, count: vocabulary * width)
    known = [Bool](repeating: false, count: vocabulary)
  }

  /// A token that is likely after another; nil where nothing is known.
  ///
  /// - Parameters:
  ///   - token: the token before.
  ///   - rank: 0 for the likeliest.
  subscript(token: Token, rank: Int) -> Token? {
    known[Int(token)] && rank < width ? followers[Int(token) * width + rank] : nil
  }

  /// Takes in what was likely after each node of a draft; of nodes with the same token the last counts.
  func learn(_ kept: Kept) {
    for (token, next) in kept.likeliestInText { learn(next, after: token) }
    for (node, tokens) in zip(kept.draft.nodes, kept.likeliest) { learn(tokens, after: node.token) }
  }

  /// Takes in what is likely after a token, best first.
  func learn(_ tokens: [Token], after token: Token) {
    if !known[Int(token)] { entries.append(token) }
    known[Int(token)] = true
    for (rank, next) in tokens.prefix(width).enumerated() { followers[Int(token) * width + rank] = next }
  }

  /// Forgets everything.
  func clear() {
    for token in entries { known[Int(token)] = false }
    entries.removeAll(keepingCapacity: true)
  }
}
