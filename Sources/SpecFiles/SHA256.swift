import CSpecFiles
import Foundation

/// The hash function SHA-256 of FIPS 180-4, fed piece by piece.
public struct SHA256: Sendable {
  private static let blockSize = 64

  private var state = SHA256.initialState
  /// Bytes that do not fill a block yet.
  private var pending: [UInt8] = []
  private var byteCount: UInt64 = 0

  /// Begins a hash of nothing.
  public init() {
    pending.reserveCapacity(SHA256.blockSize)
  }

  /// Adds bytes at the end.
  ///
  /// - Parameter bytes: any bytes that lie together in memory, such as an array, `Data` or a mapped file's buffer.
  public mutating func update(_ bytes: some ContiguousBytes) {
    bytes.withUnsafeBytes { append($0) }
  }

  /// The hash of all bytes so far, which may be followed by more.
  ///
  /// - Returns: 32 bytes.
  public func digest() -> [UInt8] {
    var last = self
    let bitCount = byteCount &* 8
    let zeros = (2 * SHA256.blockSize - 9 - pending.count) % SHA256.blockSize
    let length = (0..<8).map { UInt8(truncatingIfNeeded: bitCount &>> (56 - 8 * UInt64($0))) }
    last.update([0x80] + [UInt8](repeating: 0, count: zeros) + length)
    return last.state.indices.flatMap { index in
      (0..<4).map { UInt8(truncatingIfNeeded: last.state[index] &>> (24 - 8 * UInt32($0))) }
    }
  }

  /// The hash of all bytes so far as text.
  ///
  /// - Returns: 64 hexadecimal digits in lower case.
  public func hexDigest() -> String {
    let digits = Array("0123456789abcdef")
    return String(digest().flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
  }

  /// The hash of some bytes as text.
  ///
  /// - Parameter bytes: the bytes to hash.
  /// - Returns: 64 hexadecimal digits in lower case.
  public static func hexDigest(of bytes: some ContiguousBytes) -> String {
    var hash = SHA256()
    hash.update(bytes)
    return hash.hexDigest()
  }

  private mutating func append(_ bytes: UnsafeRawBufferPointer) {
    byteCount &+= UInt64(bytes.count)
    var rest = bytes[...]
    if !pending.isEmpty {
      let missing = rest.prefix(SHA256.blockSize - pending.count)
      pending.append(contentsOf: missing)
      rest = rest.dropFirst(missing.count)
      guard pending.count == SHA256.blockSize else { return }
      pending.withUnsafeBytes { SHA256.compress($0, into: &state) }
      pending.removeAll(keepingCapacity: true)
    }
    let whole = rest.prefix(rest.count / SHA256.blockSize * SHA256.blockSize)
    SHA256.compress(UnsafeRawBufferPointer(rebasing: whole), into: &state)
    pending.append(contentsOf: rest.dropFirst(whole.count))
  }
}

extension SHA256 {
  private static let initialState = SIMD8<UInt32>(
    0x6a09_e667,
    0xbb67_ae85,
    0x3c6e_f372,
    0xa54f_f53a,
    0x510e_527f,
    0x9b05_688c,
    0x1f83_d9ab,
    0x5be0_cd19
  )

  private static func compress(_ blocks: UnsafeRawBufferPointer, into state: inout SIMD8<UInt32>) {
    guard let start = blocks.baseAddress else { return }
    withUnsafeMutableBytes(of: &state) { words in
      guard let words = words.baseAddress else { return }
      spec_sha256_blocks(
        words.assumingMemoryBound(to: UInt32.self),
        start.assumingMemoryBound(to: UInt8.self),
        blocks.count / blockSize
      )
    }
  }
}
