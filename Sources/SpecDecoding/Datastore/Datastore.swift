import Foundation
import SpecFiles
import SpecKernels
import SpecModel

/// Token ids of texts with their suffix array, in a file that is mapped into memory: where REST looks for what follows (He
/// et al. 2023, arXiv 2311.08252, §3.1).
///
/// The file, all numbers little-endian: a ``Header`` of 64 bytes; the ids, four bytes each; the places of the ids sorted
/// by what follows, four bytes each. Between texts stands ``separator``.
package struct Datastore {
  /// What stands before the ids.
  package struct Header: Equatable {
    /// `SPECREST`, the format's version, entries of the vocabulary, the fingerprint, the number of ids, and 8 zeros.
    static let size = 64
    static let magic = Array("SPECREST".utf8)
    static let version: UInt32 = 1

    /// One more than the highest id.
    package let vocabulary: Int
    /// How many ids there are, separators included.
    package let count: Int
    /// Tells tokenizers apart; zeros where it is not known.
    package let fingerprint: [UInt8]
  }

  /// Stands between texts: no token.
  package static let separator = UInt32.max
  /// Bytes of a tokenizer's fingerprint.
  static let fingerprintSize = 32

  /// What stands before the ids.
  package let header: Header
  private let file: MappedFile

  /// Maps a datastore and checks its header and its length.
  ///
  /// - Parameter path: the file.
  /// - Throws: ``DatastoreError``.
  package init(path: String) throws(DatastoreError) {
    guard let kind = FilePlace.kind(at: path) else {
      throw isEntry(path) ? .unreadable(path: path, "it is a link to a file that is not there") : .missing(path: path)
    }
    guard kind == .file else { throw .unreadable(path: path, "it is \(kind.name)") }
    do {
      file = try MappedFile(path: path)
    } catch {
      throw .unreadable(path: path, "it cannot be read")
    }
    InputLog.note(mapped: path)
    header = try file.withBytes { (bytes) throws(DatastoreError) in try Header(bytes, path: path) }
  }

  /// Checks that every number in it can be used.
  ///
  /// - Throws: ``DatastoreError/damaged(path:problem:)``.
  package func checkContent() throws(DatastoreError) {
    let path = file.path
    try withNumbers { (numbers) throws(DatastoreError) in
      for place in 0..<numbers.count {
        let id = numbers.id(at: place)
        guard Int(id) < header.vocabulary || id == Self.separator else {
          throw .damaged(
            path: path,
            problem: "id \(place + 1) is \(id), outside its vocabulary of \(header.vocabulary)"
          )
        }
        guard numbers.place(at: place) < numbers.count else {
          throw .damaged(path: path, problem: "entry \(place + 1) of its suffix array lies outside the text")
        }
      }
    }
  }

  /// Gives ids and places, which must not be kept beyond the call.
  func withNumbers<Result, Failure>(_ body: (Numbers) throws(Failure) -> Result) throws(Failure) -> Result {
    try file.withBytes { (bytes) throws(Failure) in try body(Numbers(bytes: bytes, count: header.count)) }
  }

  /// The numbers of a mapped file.
  struct Numbers {
    fileprivate let bytes: UnsafeRawBufferPointer
    /// How many ids and how many places there are.
    let count: Int

    /// The id that stands at a place of the text.
    func id(at place: Int) -> UInt32 { number(place) }

    /// The place whose text is the given one in order.
    func place(at order: Int) -> Int { Int(number(count + order)) }

    private func number(_ index: Int) -> UInt32 {
      UInt32(littleEndian: bytes.load(fromByteOffset: Header.size + 4 * index, as: UInt32.self))
    }
  }
}

extension Datastore.Header {
  /// Reads a header, and checks that the file has what it promises.
  fileprivate init(_ bytes: UnsafeRawBufferPointer, path: String) throws(DatastoreError) {
    guard bytes.count >= Self.size, bytes.prefix(Self.magic.count).elementsEqual(Self.magic) else {
      throw .damaged(path: path, problem: "it does not begin as a datastore does")
    }
    func number<Number: FixedWidthInteger>(at offset: Int) -> Number {
      Number(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Number.self))
    }
    let version: UInt32 = number(at: 8)
    guard version == Self.version else {
      throw .damaged(path: path, problem: "it has version \(version) of the format where \(Self.version) is read")
    }
    let (entries, ids): (UInt32, UInt64) = (number(at: 12), number(at: 48))
    guard ids <= UInt64(SuffixArray.longestText), bytes.count == Self.size + 8 * Int(ids) else {
      throw .damaged(path: path, problem: "it has \(bytes.count) bytes, which are not those of its \(ids) ids")
    }
    (vocabulary, count) = (Int(entries), Int(ids))
    fingerprint = Array(bytes[16..<16 + Datastore.fingerprintSize])
  }

  /// The header's bytes.
  var bytes: [UInt8] {
    Self.magic + Datastore.bytes(Self.version) + Datastore.bytes(UInt32(vocabulary)) + fingerprint
      + Datastore.bytes(UInt64(count)) + [UInt8](repeating: 0, count: 8)
  }
}

extension Datastore {
  /// A number's bytes in the file.
  static func bytes(_ number: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: number.littleEndian, Array.init)
  }
}

extension Datastore {
  /// Maps a datastore that a target can draft from.
  ///
  /// - Parameters:
  ///   - target: the model.
  ///   - path: the file.
  /// - Returns: the datastore.
  /// - Throws: ``DatastoreError``, also if it is of another tokenizer than the target's; `TokenizerError` for that one.
  static func of(_ target: TargetFiles, path: String) throws -> Datastore {
    let store = try Datastore(path: path)
    let (found, expected) = (store.header.vocabulary, target.configuration.vocabularySize)
    guard found <= expected else {
      let problem = "its vocabulary has \(found) entries where the model's has \(expected)"
      throw DatastoreError.foreign(path: path, problem: problem)
    }
    let isKnown = store.header.fingerprint.contains { $0 != 0 }
    if isKnown, let model = target.model, try Tokenizer(model).fingerprint != store.header.fingerprint {
      throw DatastoreError.foreign(path: path, problem: "some of its tokens stand for another text")
    }
    return store
  }
}

/// A datastore that cannot be drafted from.
package enum DatastoreError: Error, Equatable, CustomStringConvertible {
  /// There is no file.
  case missing(path: String)
  /// What is there cannot be read.
  case unreadable(path: String, String)
  /// The file is no datastore, or not a whole one.
  case damaged(path: String, problem: String)
  /// It is made with another tokenizer than the target's.
  case foreign(path: String, problem: String)
  /// There is more text than a datastore holds.
  case tooLong(path: String, ids: Int)

  /// One sentence that names the file and what to do.
  package var description: String {
    switch self {
    case .missing(let path):
      "\(path): there is no such file, but rest and ngram draft from a datastore: make one with specbench datastore, or name "
        + "another with datastore=FILE"
    case .unreadable(let path, let problem): "\(path): \(problem); name a datastore that specbench datastore has made"
    case .damaged(let path, let problem):
      "\(path): this is no whole datastore, since \(problem); make it anew with specbench datastore"
    case .foreign(let path, let problem):
      "\(path): this datastore is of another tokenizer, since \(problem); make one for this model with specbench datastore"
    case .tooLong(let path, let ids):
      "\(path): a datastore holds at most \(SuffixArray.longestText) ids, and these are \(ids); give less text"
    }
  }
}
