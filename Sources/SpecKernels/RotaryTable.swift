import CSpecKernels

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
