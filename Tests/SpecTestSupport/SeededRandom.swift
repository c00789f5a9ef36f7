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
    case .blocks: RawNumbers(blocks: blocks(count / type.numbersInBlock, as: type))
    }
  }

  /// Random blocks of quantized numbers: bits of any kind, but scales as those of weights.
  public mutating func blocks(_ count: Int, as type: NumberType) -> [UInt8] {
    guard case .blocks(let format) = type else { return [] }
    var bytes = (0..<count * type.size).map { _ in UInt8(truncatingIfNeeded: next()) }
    // The places of scales and minimums in float16.
    let places: [Int] =
      switch format {
      case .q80, .q40, .q50: [0]
      case .q41, .q51, .q4k, .q5k: [0, 2]
      case .q2k: [80, 82]
      case .q3k: [108]
      case .q6k: [208]
      }
    for block in 0..<count {
      for place in places {
        // Exponents from 2^-12 to 2^-9, any sign and fraction; now and then 0 or a subnormal number.
        let exponent = below(20) == 0 ? 0 : UInt16(3 + below(4)) << 10
        let half = UInt16(truncatingIfNeeded: next()) & 0x83ff | exponent
        bytes[block * type.size + place] = UInt8(half & 0xff)
        bytes[block * type.size + place + 1] = UInt8(half >> 8)
      }
    }
    return bytes
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

  /// Blocks of quantized numbers.
  public init(blocks: [UInt8]) { bytes = Self.copy(blocks) }

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
