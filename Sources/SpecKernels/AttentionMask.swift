/// The attention mask of some new rows, in short form: a row attends to all cache slots of a common prefix, then to its own path.
public struct AttentionMask: Sendable {
  /// Slots 0 ..< prefix are open to every row.
  public let prefix: Int
  private let slots: [Int32]
  private let offsets: [Int32]
  private let isChain: Bool

  /// Rows in slots prefix, prefix + 1, …, each attending to everything up to itself.
  ///
  /// - Parameter prefix: slots before the first row.
  public init(chainAfter prefix: Int) {
    self.prefix = prefix
    (slots, offsets, isChain) = ([], [], true)
  }

  /// Rows of a tree.
  ///
  /// - Parameters:
  ///   - prefix: slots that every row attends to.
  ///   - paths: for each row the slots of its ancestors and its own, rising, none below `prefix`.
  public init(prefix: Int, paths: [[Int]]) {
    precondition(
      paths.allSatisfy { path in
        path.first.map { $0 >= prefix } ?? false && zip(path, path.dropFirst()).allSatisfy { $0 < $1 }
      },
      "a path that is empty, not rising or inside the prefix"
    )
    self.prefix = prefix
    slots = paths.flatMap { $0.map(Int32.init) }
    var ends: [Int32] = [0]
    for path in paths { ends.append((ends.last ?? 0) + Int32(path.count)) }
    offsets = ends
    isChain = false
  }

  func fits(rows: Int, slots capacity: Int) -> Bool {
    if isChain { return prefix + rows <= capacity }
    return offsets.count == rows + 1 && prefix <= capacity && (slots.max() ?? 0) < capacity
  }

  func withUnsafePaths<Result>(_ body: (UnsafePointer<Int32>?, UnsafePointer<Int32>?) -> Result) -> Result {
    if isChain { return body(nil, nil) }
    return slots.withUnsafeBufferPointer { slots in
      offsets.withUnsafeBufferPointer { offsets in body(slots.baseAddress, offsets.baseAddress) }
    }
  }
}
