/// Memory for many matrices side by side in the order in which they are loaded, which is the order in which they are
/// read. Spread over pages of their own, small matrices would waste most of each page and fall onto the same few sets of
/// the caches.
struct WeightMemory {
  /// Bytes reserved at once; what is never written takes no memory.
  private static let chunkBytes = 64 << 20
  /// Matrices begin on pairs of cache lines.
  private static let alignment = 128

  private var chunk: FloatBuffer?
  private var used = 0

  /// Zero-filled memory.
  ///
  /// - Parameter bytes: how much.
  /// - Returns: its start, and the owner that has to live as long as it is used.
  /// - Throws: ``KernelError/outOfMemory(bytes:purpose:)``.
  mutating func take(bytes: Int) throws(KernelError) -> (start: UnsafeMutableRawPointer, owner: FloatBuffer) {
    let size = (bytes + Self.alignment - 1) / Self.alignment * Self.alignment
    if let chunk, used + size <= chunk.count * MemoryLayout<Float>.stride {
      defer { used += size }
      return (UnsafeMutableRawPointer(chunk.pointer) + used, chunk)
    }
    let fresh = try FloatBuffer(count: max(size, Self.chunkBytes) / MemoryLayout<Float>.stride, purpose: "weights")
    (chunk, used) = (fresh, size)
    return (UnsafeMutableRawPointer(fresh.pointer), fresh)
  }
}
