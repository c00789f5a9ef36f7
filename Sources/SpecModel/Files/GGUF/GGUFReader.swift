import SpecFiles

/// Reads the header of a GGUF file from its bytes. Nothing that they say is believed before it is compared with how many
/// there are.
struct GGUFReader {
  private let bytes: UnsafeRawBufferPointer
  let path: String
  /// The next byte.
  private(set) var place = 0

  /// - Parameters:
  ///   - bytes: the file.
  ///   - path: where it lies, for errors.
  init(_ bytes: UnsafeRawBufferPointer, path: String) {
    self.bytes = bytes
    self.path = path
  }

  /// Bytes that have not been read.
  var remaining: Int { bytes.count - place }

  func malformed(_ problem: String) -> ModelError { .malformedFile(path: path, problem: problem) }

  /// Passes over bytes.
  ///
  /// - Parameters:
  ///   - count: how many.
  ///   - subject: what they are, for the error where the file ends before.
  /// - Returns: where they lie.
  /// - Throws: ``ModelError`` if the file ends before.
  mutating func skip(_ count: Int, _ subject: String) throws(ModelError) -> Range<Int> {
    guard count <= remaining else {
      throw malformed("it ends at byte \(bytes.count), inside \(subject), which begins at byte \(place)")
    }
    defer { place += count }
    return place..<place + count
  }

  /// A number, in little-endian order.
  mutating func integer<Number: FixedWidthInteger>(
    _ type: Number.Type = Number.self,
    _ subject: String
  ) throws(ModelError) -> Number {
    let range = try skip(MemoryLayout<Number>.size, subject)
    return Number(littleEndian: bytes.loadUnaligned(fromByteOffset: range.lowerBound, as: Number.self))
  }

  /// A number of things that follow.
  ///
  /// - Parameters:
  ///   - size: the bytes that each of them takes at least.
  ///   - subject: what they are.
  /// - Returns: the number.
  /// - Throws: ``ModelError`` if so many cannot follow.
  mutating func count(of size: Int, _ subject: String) throws(ModelError) -> Int {
    let claimed = try integer(UInt64.self, "the number of \(subject)")
    guard claimed <= UInt64(remaining / size) else {
      throw malformed("it claims \(claimed) \(subject) where \(remaining) bytes follow")
    }
    return Int(claimed)
  }

  /// A text with its length in front.
  ///
  /// - Parameter subject: what it is.
  /// - Returns: where its bytes lie.
  /// - Throws: ``ModelError`` if the file ends before.
  mutating func string(_ subject: String) throws(ModelError) -> Range<Int> {
    let length = try integer(UInt64.self, "the length of \(subject)")
    guard length <= UInt64(remaining) else {
      throw malformed("\(subject) claims \(length) bytes where \(remaining) follow")
    }
    return try skip(Int(length), subject)
  }

  /// The text of some bytes.
  func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }
}
