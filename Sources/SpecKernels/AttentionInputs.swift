import CSpecKernels

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

/// Keys and values of one layer for a number of slots.
public final class LayerCache {
  /// Slots that there is room for.
  public let capacity: Int
  let native: sk_layer_cache
  private let keys: FloatBuffer
  private let values: FloatBuffer

  /// - Parameters:
  ///   - capacity: slots; rounded up to whole blocks.
  ///   - heads: key/value heads.
  ///   - headDimension: numbers in a head.
  /// - Throws: ``KernelError/outOfMemory(bytes:purpose:)``.
  public init(capacity: Int, heads: Int, headDimension: Int) throws(KernelError) {
    self.capacity = paddedToPanel(capacity)
    keys = try FloatBuffer(count: heads * self.capacity * headDimension, purpose: "the key cache")
    values = try FloatBuffer(count: heads * self.capacity * paddedToPanel(headDimension), purpose: "the value cache")
    native = sk_layer_cache(
      keys: keys.pointer,
      values: values.pointer,
      capacity: self.capacity,
      kv_heads: heads,
      head_dimension: headDimension
    )
  }

  /// Copies the keys and values of one slot over another's.
  ///
  /// - Parameters:
  ///   - from: the slot to copy.
  ///   - to: the slot that is overwritten.
  public func moveSlot(from: Int, to: Int) {
    precondition(from >= 0 && from < capacity && to >= 0 && to < capacity, "a slot beyond the end of its cache")
    withUnsafePointer(to: native) { sk_move_slot($0, from, to) }
  }
}

/// Cosines and sines for every position that a model can hold, for one head dimension.
public final class RotaryTable {
  /// Positions in the table.
  public let positions: Int
  /// Numbers in a head.
  public let headDimension: Int
  let lines: FloatBuffer

  /// - Parameters:
  ///   - theta: the base of the frequencies (`rope_theta`).
  ///   - headDimension: numbers in a head, even.
  ///   - positions: how many positions from 0.
  /// - Throws: ``KernelError/outOfMemory(bytes:purpose:)``.
  public init(theta: Double, headDimension: Int, positions: Int) throws(KernelError) {
    precondition(headDimension % 2 == 0 && positions > 0, "an odd head dimension or no positions")
    self.positions = positions
    self.headDimension = headDimension
    lines = try FloatBuffer(count: positions * headDimension, purpose: "the rotary table")
    sk_rotary_lines(theta, headDimension, 0, positions, lines.pointer)
  }
}
