import SpecFiles
import SpecModel

/// Which combinations of the heads' candidates are verified (Cai et al. 2024, §2.1.2). A path [0, 2] means: the first
/// head's best token, followed by the second head's third best.
public struct CandidateTree: Sendable {
  /// The nodes with the root first, sorted by depth and then by path.
  public let shape: TokenTree
  /// How many candidates each depth needs, the first head's first.
  public let candidates: [Int]
  /// Each node's path; the root's is empty.
  private let paths: [[Int]]

  /// The depth of the tree: how many heads it needs.
  public var depth: Int { shape.depth }

  /// A tree of paths.
  ///
  /// - Parameters:
  ///   - paths: ranks of candidates; the beginning of each path is a path too.
  ///   - source: what to name in an error.
  /// - Throws: ``DecodingError/invalidTree(source:problem:)``.
  public init(paths: [[Int]], source: String) throws(DecodingError) {
    let sorted =
      [[]] + Set(paths).sorted { $0.count == $1.count ? $0.lexicographicallyPrecedes($1) : $0.count < $1.count }
    self.paths = sorted
    guard sorted.count == paths.count + 1, sorted.dropFirst().allSatisfy({ !$0.isEmpty }) else {
      throw .invalidTree(source: source, problem: "a path is empty or stands there twice")
    }
    // No path is empty or stands there twice, but the root comes first anyway.
    let numbers = Dictionary(sorted.enumerated().map { ($1, $0) }) { first, _ in first }
    guard sorted.count > 1, sorted.count <= Transformer.largestTree else {
      throw .invalidTree(
        source: source,
        problem: "it has \(paths.count) paths where 1 to \(Transformer.largestTree - 1) are possible"
      )
    }
    var parents = [-1]
    for path in sorted.dropFirst() {
      guard let parent = numbers[Array(path.dropLast())] else {
        throw .invalidTree(source: source, problem: "the beginning of the path \(shortened(path)) is missing")
      }
      guard path.allSatisfy({ (0..<1 << 16).contains($0) }) else {
        throw .invalidTree(source: source, problem: "the path \(shortened(path)) holds a rank outside 0 to 65535")
      }
      parents.append(parent)
    }
    shape = TokenTree(parents: parents)
    candidates = (0..<shape.depth).map { depth in
      (sorted.compactMap { $0.count > depth ? $0[depth] : nil }.max() ?? 0) + 1
    }
  }

  private init(cutting tree: CandidateTree, at depth: Int) {
    let kept = tree.paths.indices.filter { tree.paths[$0].count <= depth }
    paths = kept.map { tree.paths[$0] }
    shape = TokenTree(parents: kept.map { tree.shape.parents[$0] })
    candidates = Array(tree.candidates.prefix(depth))
  }

  /// The tree without its nodes below a depth. Nodes are sorted by depth, so the others keep their numbers.
  func cut(at depth: Int) -> CandidateTree { CandidateTree(cutting: self, at: depth) }

  /// The rank that a node's token has among the candidates after its parent.
  ///
  /// - Parameter node: a node other than the root.
  /// - Returns: the rank, from 0.
  func rank(of node: Int) -> Int { paths[node][paths[node].count - 1] }

  /// The tree with tokens for its nodes.
  ///
  /// - Parameters:
  ///   - root: the draft that the tree grows from.
  ///   - token: gives a node's token from its depth, from 0, its rank, and its parent's token. A node without a token is
  ///     left out with all below it.
  /// - Returns: the draft.
  func filled(_ root: Draft, _ token: (_ depth: Int, _ rank: Int, _ parent: Token) -> Token?) -> Draft {
    var draft = root
    var numbers: [Int?] = [0]
    for (path, parent) in zip(paths.dropFirst(), shape.parents.dropFirst()) {
      guard let parent = numbers[parent], let rank = path.last,
        let token = token(path.count - 1, rank, draft.nodes[parent].token)
      else {
        numbers.append(nil)
        continue
      }
      numbers.append(draft.append(DraftToken(token), to: parent))
    }
    return draft
  }
}

/// A path as an error quotes it.
private func shortened(_ path: [Int]) -> String {
  path.count <= 16 ? "\(path)" : "[\(path.prefix(16).map(String.init).joined(separator: ", ")), …]"
}

extension CandidateTree {
  /// A shipped tree, or one from a JSON file of paths.
  ///
  /// - Parameters:
  ///   - name: a shipped name or a path.
  ///   - nodes: how many of its paths to take, from the first on. Shipped trees list those first that are accepted most
  ///     often, so a cut one is the best tree of its size by the same statistics.
  /// - Throws: ``DecodingError/invalidTree(source:problem:)``.
  public init(named name: String, nodes: Int = Transformer.largestTree - 1) throws(DecodingError) {
    if let paths = Self.shipped[name] {
      try self.init(paths: Array(paths.prefix(nodes)), source: name)
      return
    }
    let paths = try JSONField<DecodingError>(file: name).elements().prefix(nodes)
    try self.init(paths: paths.map { (path) throws(DecodingError) in try path.integers() }, source: name)
  }

  /// The names of the shipped trees.
  public static var shippedNames: [String] { shipped.keys.sorted() }

  private static let shipped: [String: [[Int]]] = [
    // Each head's best token and nothing else.
    "chain": [[0], [0, 0], [0, 0, 0], [0, 0, 0, 0]],
    // EAGLE-1's in the official repository, which calls it mc_sim_7b_63 as well.
    "eagle_25": [
      [0], [1], [2], [3], [0, 0], [0, 1], [0, 2], [1, 0], [1, 1], [2, 0], [2, 1], [3, 0], [0, 0, 0], [0, 0, 1],
      [0, 0, 2], [0, 1, 0], [0, 1, 1], [0, 2, 0], [0, 2, 1], [1, 0, 0], [0, 0, 0, 0], [0, 0, 0, 1], [0, 0, 0, 2],
      [0, 0, 0, 0, 0], [0, 0, 0, 0, 1],
    ],
    // The default of the official repository, found by its authors' search on Vicuna-7B: node after node the path that is
    // expected to be accepted most often (§2.3.3).
    "mc_sim_7b_63": [
      [0], [0, 0], [1], [0, 1], [2], [0, 0, 0], [1, 0], [0, 2], [3], [0, 3], [4], [0, 4], [2, 0], [0, 5], [0, 0, 1],
      [5], [0, 6], [6], [0, 7], [0, 1, 0], [1, 1], [7], [0, 8], [0, 0, 2], [3, 0], [0, 9], [8], [9], [1, 0, 0],
      [0, 2, 0], [1, 2], [0, 0, 3], [4, 0], [2, 1], [0, 0, 4], [0, 0, 5], [0, 0, 0, 0], [0, 1, 1], [0, 0, 6],
      [0, 3, 0], [5, 0], [1, 3], [0, 0, 7], [0, 0, 8], [0, 0, 9], [6, 0], [0, 4, 0], [1, 4], [7, 0], [0, 1, 2],
      [2, 0, 0], [3, 1], [2, 2], [8, 0], [0, 5, 0], [1, 5], [1, 0, 1], [0, 2, 1], [9, 0], [0, 6, 0], [0, 0, 0, 1],
      [1, 6], [0, 7, 0],
    ],
    // For engines on which verifying many positions costs more: the likeliest ten paths.
    "small": [
      [0], [0, 0], [1], [0, 1], [0, 0, 0], [2], [1, 0], [0, 2], [0, 0, 0, 0], [0, 1, 0],
    ],
    // Token Recycling's, found by its authors (Luo et al. 2024, appendix A). In this one and the next, which are published
    // without an order, that path comes first whose ranks have the larger product of the chances 0.45, 0.13, 0.08, 0.055,
    // 0.04, 0.03, 0.025 and 0.02 that are assumed of them: a cut tree is deep as well as wide.
    "2.2.2": [
      [0], [0, 0], [1], [0, 0, 0], [2], [0, 1], [1, 0], [3], [0, 0, 0, 0], [4], [0, 2], [2, 0], [5], [0, 0, 1],
      [0, 1, 0], [1, 0, 0], [6], [0, 3], [3, 0], [7], [0, 0, 0, 0, 0], [0, 4], [4, 0], [1, 1], [0, 0, 2], [0, 2, 0],
      [2, 0, 0], [0, 5], [5, 0], [0, 0, 0, 1], [0, 0, 1, 0], [0, 1, 0, 0], [1, 0, 0, 0], [0, 6], [6, 0], [0, 0, 3],
      [0, 3, 0], [3, 0, 0], [1, 2], [2, 1], [0, 7], [7, 0], [0, 0, 0, 0, 0, 0], [0, 0, 4], [0, 4, 0], [4, 0, 0],
      [0, 1, 1], [1, 0, 1], [1, 1, 0], [0, 0, 0, 2], [0, 0, 2, 0], [0, 2, 0, 0], [2, 0, 0, 0], [1, 3], [3, 1], [2, 2],
      [0, 0, 5], [0, 5, 0], [5, 0, 0], [0, 0, 0, 0, 1], [0, 0, 0, 1, 0], [0, 0, 1, 0, 0], [0, 1, 0, 0, 0],
      [1, 0, 0, 0, 0], [0, 0, 6], [0, 6, 0], [0, 0, 0, 3], [0, 0, 3, 0], [3, 0, 0, 0], [0, 2, 1], [0, 1, 2], [0, 0, 7],
      [0, 7, 0], [0, 0, 0, 4], [0, 0, 4, 0], [0, 0, 1, 1], [0, 0, 0, 0, 2], [0, 0, 0, 2, 0], [0, 0, 0, 0, 0, 1],
      [0, 0, 0, 1, 0, 0],
    ],
    // What SAM-Decoding fills with recycled tokens.
    "sam_60": [
      [0], [0, 0], [1], [0, 0, 0], [2], [0, 1], [1, 0], [3], [0, 0, 0, 0], [4], [0, 2], [2, 0], [5], [0, 0, 1],
      [0, 1, 0], [1, 0, 0], [6], [0, 3], [3, 0], [0, 0, 0, 0, 0], [0, 4], [4, 0], [1, 1], [0, 0, 2], [0, 2, 0],
      [2, 0, 0], [0, 5], [5, 0], [0, 0, 0, 1], [0, 0, 1, 0], [0, 1, 0, 0], [1, 0, 0, 0], [6, 0], [0, 3, 0], [3, 0, 0],
      [1, 2], [2, 1], [0, 4, 0], [4, 0, 0], [0, 1, 1], [1, 0, 1], [1, 1, 0], [2, 0, 0, 0], [1, 3], [3, 1], [2, 2],
      [5, 0, 0], [0, 0, 0, 0, 1], [0, 0, 1, 0, 0], [1, 0, 0, 0, 0], [1, 4], [4, 1], [0, 2, 1], [1, 2, 0], [2, 1, 0],
      [1, 0, 2], [1, 0, 0, 1], [1, 1, 0, 0], [1, 3, 0], [1, 1, 1],
    ],
  ]
}

extension DecodingError: InputFailure {
  /// Makes the error of a problem with the file of a candidate tree.
  public init(_ problem: InputProblem, file: String) {
    let shipped = CandidateTree.shippedNames.joined(separator: ", ")
    let hint = nearestNameHint(for: file, among: CandidateTree.shippedNames)
    let missing = "there is no such file, and the shipped trees are \(shipped)\(hint)"
    self = .invalidTree(source: file, problem: problem == .missing ? missing : "\(problem)")
  }
}
