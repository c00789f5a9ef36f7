import Foundation
import SpecFiles
import SpecModel

/// A file of records at fixed places, each behind a checksum of its own. A record that was not written, or is not as it was
/// written, is not there.
///
/// The file begins with 64 hexadecimal digits, a hash of all that the records depend on. A record is 8 bytes of checksum and
/// its content, without anything in between.
final class TargetCacheFile {
  private static let headerBytes = 64
  private static let checksumBytes = 8
  private static let prefix = "target-"
  private static let suffix = ".cache"

  private let path: String
  private let descriptor: OwnedDescriptor
  /// Where each record begins, and where the last one ends.
  private let starts: [Int]
  private let seed: UInt64
  private let note: (String) -> Void
  private var isWritten = true

  /// Opens a file, or begins it. Files of other records go.
  ///
  /// - Parameters:
  ///   - folder: where it lies.
  ///   - identity: 64 hexadecimal digits.
  ///   - sizes: bytes of each record.
  ///   - note: told, in a sentence, when a file is not what it was, or cannot be written any more.
  /// - Throws: ``TrainingError/noRoom(path:needed:free:)``, `UnwritableFile`.
  init(in folder: String, identity: String, sizes: [Int], note: @escaping (String) -> Void) throws {
    precondition(identity.utf8.count == Self.headerBytes, "an identity of 64 digits")
    let name = Self.prefix + identity.prefix(16) + Self.suffix
    path = folder + "/" + name
    starts = sizes.reduce(into: [Self.headerBytes]) { $0.append(($0.last ?? 0) + Self.checksumBytes + $1) }
    seed = Self.checksum(of: Array(identity.utf8), seed: 0)
    self.note = note
    for other in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    where other != name && other.hasPrefix(Self.prefix) && other.hasSuffix(Self.suffix) {
      unlink(folder + "/" + other)
    }
    descriptor = OwnedDescriptor(open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666))
    guard descriptor.number >= 0 else { throw UnwritableFile(path: path, SystemProblem.last) }
    try prepare(identity)
  }

  /// Bytes of a file of such records.
  static func bytes(ofRecords sizes: [Int]) -> Int {
    sizes.reduce(headerBytes) { $0 + checksumBytes + $1 }
  }

  private func prepare(_ identity: String) throws {
    var status = stat()
    guard fstat(descriptor.number, &status) == 0 else { throw UnwritableFile(path: path, SystemProblem.last) }
    var header = [UInt8](repeating: 0, count: Self.headerBytes)
    let isSame = pread(descriptor.number, &header, header.count, 0) == header.count && header == Array(identity.utf8)
    let (length, wanted) = (Int(status.st_size), starts[starts.count - 1])
    if length > 0, !isSame || length != wanted {
      note("\(path): it is not as it was written; what is missing in it is computed again.")
    }
    try checkRoom(present: isSame ? Int(status.st_blocks) * 512 : 0)
    guard isSame || ftruncate(descriptor.number, 0) == 0, ftruncate(descriptor.number, off_t(wanted)) == 0,
      isSame || pwrite(descriptor.number, Array(identity.utf8), Self.headerBytes, 0) == Self.headerBytes
    else { throw UnwritableFile(path: path, SystemProblem.last) }
  }

  private func checkRoom(present: Int) throws {
    var system = statvfs()
    guard fstatvfs(descriptor.number, &system) == 0 else { return }
    let (needed, free) = (starts[starts.count - 1] - present, Int(system.f_bavail) * Int(system.f_frsize))
    guard needed <= free else { throw TrainingError.noRoom(path: path, needed: needed, free: free) }
  }

  /// Reads a record.
  ///
  /// - Parameters:
  ///   - index: which.
  ///   - content: takes it; as large as the record.
  /// - Returns: whether it is there.
  func read(_ index: Int, into content: UnsafeMutableRawBufferPointer) -> Bool {
    var checksum: UInt64 = 0
    let hasChecksum = withUnsafeMutableBytes(of: &checksum) { transfer($0, at: starts[index], pread) }
    return hasChecksum && transfer(content, at: starts[index] + Self.checksumBytes, pread)
      && checksum == Self.checksum(of: UnsafeRawBufferPointer(content), seed: seed(of: index))
  }

  /// Writes a record. If that cannot be done, the record will not be there, and no other is written any more.
  ///
  /// - Parameters:
  ///   - index: which.
  ///   - content: as large as the record.
  func write(_ index: Int, _ content: UnsafeMutableRawBufferPointer) {
    guard isWritten else { return }
    var checksum = Self.checksum(of: UnsafeRawBufferPointer(content), seed: seed(of: index))
    let write = { (number: Int32, bytes: UnsafeMutableRawPointer?, count: Int, place: off_t) in
      pwrite(number, bytes, count, place)
    }
    isWritten =
      transfer(content, at: starts[index] + Self.checksumBytes, write)
      && withUnsafeMutableBytes(of: &checksum) { transfer($0, at: starts[index], write) }
    if !isWritten {
      note("\(UnwritableFile(path: path, SystemProblem.last)); what is not in it is computed for every step.")
    }
  }

  /// Moves all bytes, in as many calls as it takes.
  private func transfer(
    _ bytes: UnsafeMutableRawBufferPointer,
    at start: Int,
    _ call: (Int32, UnsafeMutableRawPointer?, Int, off_t) -> Int
  ) -> Bool {
    var done = 0
    while done < bytes.count {
      let count = call(descriptor.number, bytes.baseAddress.map { $0 + done }, bytes.count - done, off_t(start + done))
      if count > 0 { done += count } else if count == 0 || errno != EINTR { return false }
    }
    return true
  }

  private func seed(of index: Int) -> UInt64 { Self.mixed(seed ^ UInt64(index + 1)) }

  /// A hash that differs for contents of one length that differ in any one word.
  private static func checksum(of bytes: some ContiguousBytes, seed: UInt64) -> UInt64 {
    bytes.withUnsafeBytes { buffer in
      var (hash, place) = (mixed(seed ^ UInt64(buffer.count)), 0)
      while place + 8 <= buffer.count {
        hash = mixed(hash ^ buffer.loadUnaligned(fromByteOffset: place, as: UInt64.self))
        place += 8
      }
      while place < buffer.count {
        hash = mixed(hash ^ UInt64(buffer[place]))
        place += 1
      }
      return hash
    }
  }

  private static func mixed(_ number: UInt64) -> UInt64 {
    let product = number &* 0x9e37_79b9_7f4a_7c15
    return product ^ product >> 32
  }
}
