import CSpecKernels

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
