import SpecFiles
import SpecKernels

/// The directory of a ZIP file (APPNOTE.TXT 6.3, §4.3) whose entries are read where they lie: so they must be stored as
/// they are. Checksums are not compared: that would read every byte of weights that are only mapped.
struct ZipArchive {
  /// What is wrong with an archive, as a clause about the file.
  struct Fault: Error {
    let problem: String
  }

  /// One file of the archive.
  struct Entry {
    /// How its bytes are held: 0 for as they are.
    let method: UInt16
    /// Where its bytes lie in the file.
    let bytes: Range<Int>
  }

  /// The entries by their names.
  let entries: [String: Entry]

  private static let directoryEnd: UInt32 = 0x0605_4B50
  private static let wideDirectoryEnd: UInt32 = 0x0606_4B50
  private static let wideLocator: UInt32 = 0x0706_4B50
  private static let directoryEntry: UInt32 = 0x0201_4B50
  private static let localEntry: UInt32 = 0x0403_4B50
  /// A field of 32 bits whose value stands in the extra field of 64-bit numbers instead.
  private static let elsewhere = UInt64(UInt32.max)

  /// Whether a file begins as a ZIP file does.
  static func isLikely(_ file: MappedFile) -> Bool {
    file.withBytes { Bytes($0).integer(at: 0, 4) == UInt64(localEntry) }
  }

  /// Reads the directory, which stands at the end of the file.
  ///
  /// - Parameter file: the file.
  /// - Throws: ``Fault`` if it is cut off or does not agree with the file's size.
  init(_ file: MappedFile) throws(Fault) {
    entries = try file.withBytes { (all) throws(Fault) in try Self.read(Bytes(all)) }
  }

  private static func read(_ bytes: Bytes) throws(Fault) -> [String: Entry] {
    let (place, count, end) = try directory(bytes)
    var (entries, at) = ([String: Entry](), place)
    for _ in 0..<count {
      guard bytes.integer(at: at, 4) == UInt64(directoryEntry), let flags = bytes.integer(at: at + 8, 2),
        let method = bytes.integer(at: at + 10, 2), let nameCount = bytes.count(at: at + 28, 2),
        let extraCount = bytes.count(at: at + 30, 2), let commentCount = bytes.count(at: at + 32, 2),
        let name = bytes.text(at: at + 46, nameCount), at + 46 + nameCount + extraCount + commentCount <= end
      else { throw Fault(problem: "entry \(entries.count) of its ZIP directory is damaged") }
      guard flags & 1 == 0 else { throw Fault(problem: "its entry \(quoted(name)) is encrypted") }
      guard let (size, header) = sizeAndPlace(bytes, entry: at, extra: at + 46 + nameCount, extraCount),
        let content = content(bytes, header: header, size: size, before: place)
      else { throw Fault(problem: "its entry \(quoted(name)) claims bytes that are not there") }
      guard entries.updateValue(Entry(method: UInt16(method), bytes: content), forKey: name) == nil else {
        throw Fault(problem: "it has two entries \(quoted(name))")
      }
      at += 46 + nameCount + extraCount + commentCount
    }
    return entries
  }

  /// Where the directory begins, how many entries it has, and where it ends at the latest.
  private static func directory(_ bytes: Bytes) throws(Fault) -> (place: Int, count: Int, end: Int) {
    // A comment of up to 65,535 bytes may follow the record, which is searched from the end.
    guard
      let record = stride(from: bytes.count - 22, through: max(0, bytes.count - 22 - Int(UInt16.max)), by: -1)
        .first(where: { bytes.integer(at: $0, 4) == UInt64(directoryEnd) })
    else { throw Fault(problem: "it has no ZIP directory at its end, so it is cut off") }
    var (place, count, end) = (bytes.count(at: record + 16, 4), bytes.count(at: record + 10, 2), record)
    if let locator = bytes.integer(at: record - 20, 4), locator == UInt64(wideLocator) {
      guard let wide = bytes.count(at: record - 12, 8), bytes.integer(at: wide, 4) == UInt64(wideDirectoryEnd) else {
        throw Fault(problem: "its ZIP directory is damaged")
      }
      (place, count, end) = (bytes.count(at: wide + 48, 8), bytes.count(at: wide + 32, 8), wide)
    }
    // An entry has at least 46 bytes.
    guard let place, let count, place <= end, count <= (end - place) / 46 else {
      throw Fault(problem: "its ZIP directory is damaged")
    }
    return (place, count, end)
  }

  /// An entry's size and the place of its local header, from the extra field where they have 64 bits.
  private static func sizeAndPlace(
    _ bytes: Bytes,
    entry: Int,
    extra: Int,
    _ extraCount: Int
  ) -> (size: Int, header: Int)? {
    guard var packed = bytes.integer(at: entry + 20, 4), let unpacked = bytes.integer(at: entry + 24, 4),
      var header = bytes.integer(at: entry + 42, 4)
    else { return nil }
    if [packed, unpacked, header].contains(elsewhere) {
      guard var field = wideField(bytes, extra, extraCount) else { return nil }
      func next() -> UInt64? {
        defer { field += 8 }
        return bytes.integer(at: field, 8)
      }
      if unpacked == elsewhere, next() == nil { return nil }
      if packed == elsewhere {
        guard let wide = next() else { return nil }
        packed = wide
      }
      if header == elsewhere {
        guard let wide = next() else { return nil }
        header = wide
      }
    }
    guard let size = Int(exactly: packed), let place = Int(exactly: header) else { return nil }
    return (size, place)
  }

  /// Where the numbers of 64 bits stand in an entry's extra field.
  private static func wideField(_ bytes: Bytes, _ start: Int, _ count: Int) -> Int? {
    var at = start
    while at + 4 <= start + count, let tag = bytes.integer(at: at, 2), let length = bytes.count(at: at + 2, 2) {
      if tag == 1 { return at + 4 }
      at += 4 + length
    }
    return nil
  }

  /// Where an entry's bytes lie: behind its local header, and before the directory.
  private static func content(_ bytes: Bytes, header: Int, size: Int, before end: Int) -> Range<Int>? {
    guard bytes.integer(at: header, 4) == UInt64(localEntry), let name = bytes.count(at: header + 26, 2),
      let extra = bytes.count(at: header + 28, 2)
    else { return nil }
    let start = header + 30 + name + extra
    guard start <= end, size <= end - start else { return nil }
    return start..<start + size
  }

  /// Bytes of a file, read only inside of it.
  private struct Bytes {
    private let all: UnsafeRawBufferPointer

    init(_ all: UnsafeRawBufferPointer) { self.all = all }

    var count: Int { all.count }

    /// A little-endian number; nil where it is not in the file.
    func integer(at place: Int, _ size: Int) -> UInt64? {
      guard place >= 0, place <= count - size else { return nil }
      return (0..<size).reduce(0) { $0 | UInt64(all[place + $1]) << UInt64(8 * $1) }
    }

    /// A number of bytes or a place in the file; nil where it is beyond the end.
    func count(at place: Int, _ size: Int) -> Int? {
      integer(at: place, size).flatMap { $0 <= UInt64(count) ? Int($0) : nil }
    }

    func text(at place: Int, _ size: Int) -> String? {
      guard place >= 0, place <= count - size else { return nil }
      return String(decoding: all[place..<place + size], as: UTF8.self)
    }
  }
}
