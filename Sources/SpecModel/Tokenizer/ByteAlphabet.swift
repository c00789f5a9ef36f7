/// GPT-2's alphabet of 256 printable characters, in which vocabularies and merges of byte-level BPE are written.
package enum ByteAlphabet {
  /// The byte that each scalar below U+0144 stands for. Printable Latin-1 stands for itself; the other 68 bytes, in
  /// ascending order, are written as U+0100 and onwards.
  private static let byteOfScalar: [UInt8?] = {
    var table = [UInt8?](repeating: nil, count: 256)
    for byte in UInt8.min...UInt8.max {
      switch byte {
      case 0x21...0x7E, 0xA1...0xAC, 0xAE...0xFF: table[Int(byte)] = byte
      default: table.append(byte)
      }
    }
    return table
  }()

  /// The scalar, as UTF-8, that each byte is written as.
  private static let letterOfByte: [[UInt8]] = {
    var letters = [[UInt8]](repeating: [], count: 256)
    for (scalar, byte) in byteOfScalar.enumerated() {
      // All letters lie below U+0800.
      guard let byte else { continue }
      letters[Int(byte)] = scalar < 0x80 ? [UInt8(scalar)] : [0xC0 | UInt8(scalar >> 6), 0x80 | UInt8(scalar & 0x3F)]
    }
    return letters
  }()

  /// How a byte is written in the alphabet, as UTF-8.
  static func letter(of byte: UInt8) -> [UInt8] { letterOfByte[Int(byte)] }

  /// How bytes are written in the alphabet, as UTF-8.
  package static func word(of bytes: some Sequence<UInt8>) -> [UInt8] {
    bytes.flatMap { letterOfByte[Int($0)] }
  }

  /// The bytes that a word of the alphabet stands for, or nil if it is not written in the alphabet throughout.
  package static func bytes(of word: ArraySlice<UInt8>) -> [UInt8]? {
    var result: [UInt8] = []
    result.reserveCapacity(word.count)
    var position = word.startIndex
    while position < word.endIndex {
      var value = Int(word[position])
      position += 1
      if value >= 0x80 {
        // The alphabet ends far below U+0800, so any longer sequence is foreign to it.
        guard value & 0xE0 == 0xC0, position < word.endIndex else { return nil }
        value = (value & 0x1F) << 6 | Int(word[position] & 0x3F)
        position += 1
      }
      guard value < byteOfScalar.count, let byte = byteOfScalar[value] else { return nil }
      result.append(byte)
    }
    return result
  }
}
