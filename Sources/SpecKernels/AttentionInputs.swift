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

/// How the scores of attention are made, and which positions count.
public struct AttentionScoring: Sendable, Equatable {
  /// Factor of the products of queries and keys.
  public let scale: Float
  /// Soft cap: a score s becomes cap · tanh(s / cap). Nil for none.
  public let cap: Float?
  /// Positions that a row attends to, its own included, the others before it; nil for all.
  public let window: Int?

  /// - Parameters:
  ///   - headDimension: numbers in a head.
  ///   - scale: factor of the products; nil for 1 / √(head dimension).
  ///   - cap: soft cap of the scaled scores, above 0.
  ///   - window: positions that a row attends to, at least 1.
  public init(headDimension: Int, scale: Float? = nil, cap: Float? = nil, window: Int? = nil) {
    precondition(headDimension > 0 && cap ?? 1 > 0 && window ?? 1 > 0, "attention's scale, cap or window")
    self.scale = scale ?? 1 / Float(headDimension).squareRoot()
    (self.cap, self.window) = (cap, window)
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
