import CSpecKernels

/// Zero-filled float32 memory on huge pages where the system has them.
final class FloatBuffer {
  let pointer: UnsafeMutablePointer<Float>
  let count: Int

  init(count: Int, purpose: String) throws(KernelError) {
    let bytes = count * MemoryLayout<Float>.stride
    guard let memory = sk_allocate(bytes) else { throw .outOfMemory(bytes: bytes, purpose: purpose) }
    pointer = memory.bindMemory(to: Float.self, capacity: count)
    self.count = count
  }

  deinit { sk_free(pointer, count * MemoryLayout<Float>.stride) }
}

/// Rounds up to whole panels.
func paddedToPanel(_ count: Int) -> Int { (count + Int(SK_PANEL) - 1) / Int(SK_PANEL) * Int(SK_PANEL) }

/// A matrix of activations: float32 rows of one width, one row for each position.
public final class Activations {
  /// How many rows there is room for.
  public let capacity: Int
  /// Numbers in a row.
  public let width: Int
  let stride: Int
  private let buffer: FloatBuffer

  /// Zero-filled rows.
  ///
  /// - Parameters:
  ///   - capacity: number of rows.
  ///   - width: numbers in a row.
  /// - Throws: ``KernelError/outOfMemory(bytes:purpose:)``.
  public init(capacity: Int, width: Int) throws(KernelError) {
    self.capacity = capacity
    self.width = width
    stride = paddedToPanel(width)
    buffer = try FloatBuffer(count: max(1, capacity * stride), purpose: "activations")
  }

  /// The rows of a range, to compute on.
  public subscript(rows range: Range<Int>) -> ActivationRows {
    precondition(range.lowerBound >= 0 && range.upperBound <= capacity, "rows beyond the end of their buffer")
    return ActivationRows(owner: self, range: range)
  }

  /// A copy of one row.
  public subscript(row: Int) -> [Float] {
    get {
      precondition(row >= 0 && row < capacity, "a row beyond the end of its buffer")
      return Array(UnsafeBufferPointer(start: start(of: row), count: width))
    }
    set {
      precondition(row >= 0 && row < capacity && newValue.count == width, "a row of another shape")
      start(of: row).update(from: newValue, count: width)
    }
  }

  /// One number.
  public subscript(row: Int, column: Int) -> Float {
    precondition(row >= 0 && row < capacity && column >= 0 && column < width, "a number beyond the end of its buffer")
    return start(of: row)[column]
  }

  /// Writes numbers from a file into a row, rounded to what `weightType` holds (the lookup of an embedding).
  ///
  /// - Parameters:
  ///   - source: a matrix whose rows have this buffer's width.
  ///   - sourceRow: which of its rows.
  ///   - weightType: the type that the engine holds weights in.
  ///   - row: where to.
  public func load(_ source: NumberSource, row sourceRow: Int, roundedTo weightType: WeightType, into row: Int) {
    precondition(row >= 0 && row < capacity, "a row beyond the end of its buffer")
    source.widen(sourceRow * width..<(sourceRow + 1) * width, roundedTo: weightType, into: start(of: row))
  }

  /// Copies rows of another buffer of the same width.
  ///
  /// - Parameters:
  ///   - rows: what to copy.
  ///   - row: where the first of them goes.
  public func copy(_ rows: ActivationRows, to row: Int) {
    precondition(rows.owner.width == width && row >= 0 && row + rows.count <= capacity, "rows of another shape")
    start(of: row).update(from: rows.pointer, count: rows.count * stride)
  }

  /// Copies narrower rows into neighboring columns of this buffer's.
  ///
  /// - Parameters:
  ///   - rows: what to copy.
  ///   - row: where the first of them goes.
  ///   - column: where each of them begins.
  public func copy(_ rows: ActivationRows, to row: Int, column: Int) {
    defer { withExtendedLifetime(rows) {} }
    precondition(row >= 0 && row + rows.count <= capacity, "rows beyond the end of their buffer")
    precondition(column >= 0 && column + rows.width <= width, "columns beyond the end of their row")
    for place in 0..<rows.count {
      (start(of: row + place) + column).update(from: rows.pointer + place * rows.stride, count: rows.width)
    }
  }

  func start(of row: Int) -> UnsafeMutablePointer<Float> { buffer.pointer + row * stride }
}

/// Some neighboring rows of a buffer.
public struct ActivationRows {
  /// The buffer that the rows belong to.
  public let owner: Activations
  /// Which rows of the buffer.
  public let range: Range<Int>

  /// How many rows.
  public var count: Int { range.count }
  /// Numbers in a row.
  public var width: Int { owner.width }

  var pointer: UnsafeMutablePointer<Float> { owner.start(of: range.lowerBound) }
  var stride: Int { owner.stride }

  /// Some of these rows, counted from the first of them.
  public subscript(rows: Range<Int>) -> ActivationRows {
    precondition(rows.lowerBound >= 0 && rows.upperBound <= count, "rows beyond the end of their range")
    return owner[rows: range.lowerBound + rows.lowerBound..<range.lowerBound + rows.upperBound]
  }
}
