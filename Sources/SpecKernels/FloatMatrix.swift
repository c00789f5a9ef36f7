/// A row-major float32 matrix of parameters, gradients or training activations; contiguous, zero-filled at birth.
public final class FloatMatrix {
  /// Number of rows.
  public let rows: Int
  /// Numbers in a row.
  public let columns: Int
  private let buffer: FloatBuffer

  /// How many numbers it holds.
  public var count: Int { rows * columns }

  /// A matrix of zeros.
  ///
  /// - Parameters:
  ///   - rows: number of rows, at least 1.
  ///   - columns: numbers in a row, at least 1.
  ///   - purpose: what it is for, as an error would name it.
  /// - Throws: ``KernelError/outOfMemory(bytes:purpose:)``.
  public init(rows: Int, columns: Int, purpose: String = "training") throws(KernelError) {
    precondition(rows > 0 && columns > 0, "a matrix without numbers")
    self.rows = rows
    self.columns = columns
    buffer = try FloatBuffer(count: rows * columns, purpose: purpose)
  }

  var pointer: UnsafeMutablePointer<Float> { buffer.pointer }

  /// Lends the numbers out for reading, row after row.
  ///
  /// - Parameter body: what to do with them; the buffer must not leave it.
  /// - Returns: what the body returns.
  public func withNumbers<Result>(_ body: (UnsafeBufferPointer<Float>) throws -> Result) rethrows -> Result {
    defer { withExtendedLifetime(self) {} }
    return try body(UnsafeBufferPointer(start: pointer, count: count))
  }

  /// Lends the numbers out for writing, row after row.
  ///
  /// - Parameter body: what to do with them; the buffer must not leave it.
  /// - Returns: what the body returns.
  public func withMutableNumbers<Result>(
    _ body: (UnsafeMutableBufferPointer<Float>) throws -> Result
  ) rethrows -> Result {
    defer { withExtendedLifetime(self) {} }
    return try body(UnsafeMutableBufferPointer(start: pointer, count: count))
  }

  /// Makes every number zero.
  public func clear() {
    defer { withExtendedLifetime(self) {} }
    pointer.update(repeating: 0, count: count)
  }

  /// Takes over the numbers of a matrix of the same shape.
  public func copy(from other: FloatMatrix) {
    defer { withExtendedLifetime((self, other)) {} }
    precondition(hasShape(of: other), "a copy's shapes")
    if other !== self { pointer.update(from: other.pointer, count: count) }
  }

  func hasShape(of other: FloatMatrix) -> Bool { rows == other.rows && columns == other.columns }

  func isRow(of width: Int) -> Bool { rows == 1 && columns == width }
}
