import SpecKernels

/// Hidden states by absolute position: what one stage has computed and the next may not have consumed yet.
public final class HiddenStates {
  /// The rows; those from 0 to `count` are valid.
  public private(set) var rows: Activations
  /// How many positions are held.
  public private(set) var count = 0

  /// An empty buffer.
  ///
  /// - Parameters:
  ///   - width: numbers of a state.
  ///   - capacity: positions that there is room for at first.
  /// - Throws: ``SpecKernels/KernelError`` if there is not enough memory.
  public init(width: Int, capacity: Int) throws(KernelError) {
    rows = try Activations(capacity: capacity, width: width)
  }

  /// Makes room. States stay as they are.
  ///
  /// - Parameter positions: positions in all; fewer than there is room for change nothing.
  /// - Throws: ``SpecKernels/KernelError`` if there is not enough memory.
  public func reserve(_ positions: Int) throws(KernelError) {
    guard positions > rows.capacity else { return }
    let larger = try Activations(capacity: positions, width: rows.width)
    larger.copy(rows[rows: 0..<count], to: 0)
    rows = larger
  }

  /// Gives the rows of more positions, to be filled by the caller. Makes room for them if nobody has reserved it, and more
  /// than that: room is made seldom.
  public func append(_ positions: Int) -> ActivationRows {
    let start = count
    if start + positions > rows.capacity {
      takingMemory { () throws(KernelError) in
        try reserve(max(start + positions, rows.capacity + rows.capacity / 2))
      }
    }
    count += positions
    return rows[rows: start..<count]
  }

  /// Forgets everything from position `count` on. Truncating to more than there is changes nothing.
  public func truncate(to count: Int) {
    precondition(count >= 0, "a negative number of positions")
    self.count = min(self.count, count)
  }

  /// Keeps some of the last states and forgets the others after `first`: those that are kept move together, in place.
  ///
  /// - Parameters:
  ///   - path: which states, counted from `first`, rising.
  ///   - first: the position before which all are kept.
  public func keep(path: [Int], from first: Int) {
    precondition(zip(path, path.dropFirst()).allSatisfy { $0 < $1 } && (path.last ?? -1) + first < count, "a path")
    for (place, node) in path.enumerated() where node != place {
      rows.copy(rows[rows: first + node..<first + node + 1], to: first + place)
    }
    count = first + path.count
  }

  /// The states of some positions.
  public subscript(positions: Range<Int>) -> ActivationRows {
    precondition(positions.upperBound <= count, "positions that have not been computed")
    return rows[rows: positions]
  }
}
