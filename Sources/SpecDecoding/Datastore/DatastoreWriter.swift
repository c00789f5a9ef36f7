import SpecFiles
import SpecModel

extension Tokenizer {
  /// Tells tokenizers apart by what each of their tokens stands for: SHA-256 of all entries in order.
  package var fingerprint: [UInt8] {
    var hash = SHA256()
    for token in 0..<Token(vocabularySize) {
      let bytes = bytes(of: token)
      hash.update(Datastore.bytes(UInt32(bytes.count)) + bytes)
    }
    return hash.digest()
  }
}

extension Datastore {
  /// Numbers that are written at once.
  private static let piece = 1 << 16

  /// Writes a datastore. The file appears whole at the end, or not at all.
  ///
  /// - Parameters:
  ///   - texts: the token ids of each text.
  ///   - vocabulary: one more than the highest id that there may be.
  ///   - fingerprint: the tokenizer's; nil where none is known.
  ///   - path: the file.
  ///   - progress: called before each round of sorting with how many tokens are compared; what it throws ends the work.
  /// - Returns: how many ids it holds, separators included.
  /// - Throws: ``DatastoreError/tooLong(path:ids:)``, `UnwritableFile`, what `progress` throws.
  @discardableResult
  package static func write(
    _ texts: [[Token]],
    vocabulary: Int,
    fingerprint: [UInt8]? = nil,
    to path: String,
    progress: (Int) throws -> Void = { _ in }
  ) throws -> Int {
    let (header, ids, places) = try content(
      texts,
      vocabulary: vocabulary,
      fingerprint: fingerprint,
      named: path,
      progress: progress
    )
    try OutputFile.write(to: path) { (file) throws(UnwritableFile) in
      try file.append(header.bytes)
      for numbers in [ids, places] {
        for start in stride(from: 0, to: numbers.count, by: piece) {
          try file.append(bytes(of: numbers[start..<min(start + piece, numbers.count)]))
        }
      }
    }
    return ids.count
  }

  /// The bytes of a small datastore.
  ///
  /// - Parameters:
  ///   - texts: the token ids of each text.
  ///   - vocabulary: one more than the highest id that there may be.
  /// - Returns: what ``write(_:vocabulary:fingerprint:to:progress:)`` would write.
  package static func bytes(of texts: [[Token]], vocabulary: Int) -> [UInt8] {
    let text = joined(texts)
    let header = Header(vocabulary: vocabulary, count: text.count, fingerprint: unknownTokenizer)
    let places = SuffixArray.places(of: symbols(text, vocabulary), symbols: vocabulary + 1) { _ in }
    return header.bytes + bytes(of: text[...]) + bytes(of: places[...])
  }

  private static func content(
    _ texts: [[Token]],
    vocabulary: Int,
    fingerprint: [UInt8]?,
    named path: String,
    progress: (Int) throws -> Void
  ) throws -> (Header, ids: [UInt32], places: [UInt32]) {
    let ids = joined(texts)
    guard ids.count <= SuffixArray.longestText else { throw DatastoreError.tooLong(path: path, ids: ids.count) }
    let places = try SuffixArray.places(of: symbols(ids, vocabulary), symbols: vocabulary + 1, progress: progress)
    let header = Header(vocabulary: vocabulary, count: ids.count, fingerprint: fingerprint ?? unknownTokenizer)
    return (header, ids, places)
  }

  private static let unknownTokenizer = [UInt8](repeating: 0, count: fingerprintSize)

  /// The texts with a separator behind each.
  private static func joined(_ texts: [[Token]]) -> [UInt32] {
    var ids: [UInt32] = []
    ids.reserveCapacity(texts.reduce(0) { $0 + $1.count + 1 })
    for text in texts {
      for token in text { ids.append(UInt32(token)) }
      ids.append(separator)
    }
    return ids
  }

  /// The ids with the separator as the largest of few symbols, as it is the largest of all numbers.
  private static func symbols(_ ids: [UInt32], _ vocabulary: Int) -> [UInt32] {
    ids.map { $0 == separator ? UInt32(vocabulary) : $0 }
  }

  private static func bytes(of numbers: ArraySlice<UInt32>) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(4 * numbers.count)
    for number in numbers { withUnsafeBytes(of: number.littleEndian) { bytes += $0 } }
    return bytes
  }
}
