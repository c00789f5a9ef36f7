import CSpecKernels

/// A weight matrix laid out for the kernels: panels of 16 output rows, contiguous in the input dimension.
public final class PackedMatrix {
  /// Outputs.
  public let rows: Int
  /// Inputs.
  public let columns: Int
  /// How the weights are held.
  public let type: WeightType
  let start: UnsafeMutableRawPointer
  private let memory: FloatBuffer

  /// Stacks the sources on top of each other (q, k and v become one product) and packs them on the context's threads.
  /// Narrowing rounds to nearest even. The sources' pages are released afterwards.
  ///
  /// - Parameters:
  ///   - sources: row-major matrices of `columns` columns each.
  ///   - columns: inputs.
  ///   - type: how to hold the weights.
  ///   - context: the threads to pack with.
  /// - Throws: ``KernelError/outOfMemory(bytes:purpose:)``, or ``KernelError/unusableNumber(_:)`` if a number is not finite
  ///   once it is held.
  public convenience init(
    stacking sources: [NumberSource],
    columns: Int,
    type: WeightType,
    context: ComputeContext
  ) throws(KernelError) {
    try self.init(packing: sources, columns: columns, type: type, context: context)
    for source in sources { source.releasePages() }
  }

  /// Packs some rows of a matrix, as ``init(stacking:columns:type:context:)`` packs all: an output keeps its bits.
  ///
  /// - Parameters:
  ///   - rows: which rows, rising; one after the other they are the outputs.
  ///   - source: a row-major matrix of `columns` columns.
  ///   - columns: inputs.
  ///   - type: how to hold the weights.
  ///   - context: the threads to pack with.
  /// - Throws: as ``init(stacking:columns:type:context:)``.
  public convenience init(
    choosing rows: [Int],
    of source: NumberSource,
    columns: Int,
    type: WeightType,
    context: ComputeContext
  ) throws(KernelError) {
    precondition(zip(rows, rows.dropFirst()).allSatisfy { $0 < $1 }, "rows that do not rise")
    // Neighbors are packed together.
    var runs: [Range<Int>] = []
    for row in rows {
      if let last = runs.last, last.upperBound == row {
        runs[runs.count - 1] = last.lowerBound..<row + 1
      } else {
        runs.append(row..<row + 1)
      }
    }
    let parts = runs.map { source.rows($0, columns: columns) }
    try self.init(packing: parts, columns: columns, type: type, context: context)
    source.releasePages()
  }

  private init(
    packing sources: [NumberSource],
    columns: Int,
    type: WeightType,
    context: ComputeContext
  ) throws(KernelError) {
    precondition(sources.allSatisfy { $0.hasRows(of: columns) }, "weights of another shape")
    self.columns = columns
    self.type = type
    rows = sources.reduce(0) { $0 + $1.count / columns }
    let bytes = sk_packed_bytes(type.native, rows, columns)
    (start, memory) = try context.takeWeightMemory(bytes: bytes)
    var first = 0
    for source in sources {
      if !context.pack(source, columns: columns, type: type, into: start, firstRow: first),
        let number = source.unusableNumber(heldAs: type)
      {
        throw .unusableNumber(number)
      }
      first += source.count / columns
    }
  }

  /// Bytes of memory that the weights take.
  public var byteCount: Int { sk_packed_bytes(type.native, rows, columns) }
}

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
