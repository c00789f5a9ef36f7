/// A token id, as the tokenizer and the model's vocabulary number them.
public typealias Token = Int32

/// Tokens that continue each other in a tree. A node's parent comes before it; the root is node 0.
public struct TokenTree: Sendable, Equatable {
  /// Each node's parent; −1 for the root.
  public let parents: [Int]
  /// Each node's distance from the root.
  public let depths: [Int]

  /// - Parameter parents: each node's parent, −1 for node 0 alone; a parent's index is below its child's.
  public init(parents: [Int]) {
    precondition(
      parents.enumerated().allSatisfy { node, parent in node == 0 ? parent == -1 : parent >= 0 && parent < node },
      "a tree whose parents do not come first"
    )
    var depths: [Int] = []
    for parent in parents { depths.append(parent < 0 ? 0 : depths[parent] + 1) }
    self.parents = parents
    self.depths = depths
  }

  /// How many nodes, the root included.
  public var count: Int { parents.count }

  /// The largest depth; 0 for a root alone.
  public var depth: Int { depths.max() ?? 0 }

  /// The nodes from the root to a node, both included.
  public func path(to node: Int) -> [Int] {
    var path = [node]
    while let parent = path.last.map({ parents[$0] }), parent >= 0 { path.append(parent) }
    return path.reversed()
  }
}

/// Where new rows stand, relative to what the cache holds.
public enum Placement: Sendable {
  /// Each row continues the one before it; the first continues the cache.
  case chain
  /// The rows are these nodes of a tree whose earlier nodes, if any, are the cache's last slots.
  case tree(TokenTree, nodes: Range<Int>)
}
