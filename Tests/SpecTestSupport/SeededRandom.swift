import Foundation
public import SpecCore
import SpecKernels

/// The generator of random tests.
public typealias SeededRandom = SplitMix64

extension SplitMix64 {
  /// Numbers between −scale and scale.
  public mutating func floats(_ count: Int, scale: Float = 1) -> [Float] {
    (0..<count).map { _ in (Float(next() >> 40) / Float(1 << 23) - 1) * scale }
  }

  /// Rows of random numbers.
  public mutating func activations(rows: Int, width: Int, scale: Float = 1) throws -> Activations {
    let x = try Activations(capacity: rows, width: width)
    for row in 0..<rows { x[row] = floats(width, scale: scale) }
    return x
  }

  /// Random numbers as a file would hold them.
  public mutating func numbers(_ count: Int, as type: NumberType) -> RawNumbers {
    switch type {
    case .float32: RawNumbers(floats: floats(count))
    case .bfloat16: RawNumbers(halves: floats(count).map { UInt16($0.bitPattern >> 16) })
    // Exponents around one, any sign and fraction, and now and then a subnormal number.
    case .float16:
      RawNumbers(
        halves: (0..<count).map { _ in
          UInt16(truncatingIfNeeded: next()) & 0x83ff | (below(20) == 0 ? 0 : UInt16(10 + below(6)) << 10)
        }
      )
    }
  }

  /// Paths of a random tree of `count` nodes in the slots after `prefix`.
  public mutating func paths(count: Int, after prefix: Int) -> [[Int]] {
    var paths: [[Int]] = []
    for node in 0..<count {
      let parent = node == 0 ? -1 : below(node + 1) - 1
      paths.append((parent < 0 ? [] : paths[parent]) + [prefix + node])
    }
    return paths
  }
}

/// Bytes as they lie in a file.
public final class RawNumbers {
  private let bytes: UnsafeMutableRawBufferPointer

  /// float32 numbers.
  public init(floats: [Float]) { bytes = Self.copy(floats) }

  /// Numbers of 16 bits.
  public init(halves: [UInt16]) { bytes = Self.copy(halves) }

  deinit { bytes.deallocate() }

  /// The numbers.
  public func source(_ type: NumberType) -> NumberSource {
    NumberSource(type: type, bytes: UnsafeRawBufferPointer(bytes), owner: self)
  }

  private static func copy<Number>(_ numbers: [Number]) -> UnsafeMutableRawBufferPointer {
    numbers.withUnsafeBytes { source in
      let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: source.count, alignment: 16)
      bytes.copyMemory(from: source)
      return bytes
    }
  }
}

/// Whether two buffers hold the same bits.
public func sameBits(_ a: Activations, _ b: Activations) -> Bool {
  (0..<a.capacity).allSatisfy { row in zip(a[row], b[row]).allSatisfy { $0.bitPattern == $1.bitPattern } }
}

/// Foundation's, for files that import `Testing` and name nothing else of Foundation.
public func exponential(_ x: Double) -> Double { exp(x) }

/// Foundation's.
public func cosine(_ x: Double) -> Double { cos(x) }

/// Foundation's.
public func sine(_ x: Double) -> Double { sin(x) }

/// Foundation's.
public func logarithm(_ x: Double) -> Double { log(x) }

/// Foundation's.
public func hyperbolicTangent(_ x: Double) -> Double { tanh(x) }
