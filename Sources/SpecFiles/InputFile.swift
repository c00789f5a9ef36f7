import Foundation

/// Reads files that nobody has checked before.
public enum InputFile<Failure: InputFailure> {
  /// The most bytes that are read unless a caller says otherwise: several times the largest tokenizer files in use.
  public static var byteLimit: Int { 256 << 20 }

  /// All bytes of an ordinary file that has no more than a limit; links are followed.
  ///
  /// - Throws: the module's error if the file is absent, no ordinary file, too large or not readable.
  public static func bytes(of path: String, limit: Int = byteLimit) throws(Failure) -> [UInt8] {
    // The system would take a path only up to its first zero.
    guard !path.utf8.contains(0) else { throw Failure(.missing, file: path) }
    // A pipe to which nobody writes would otherwise block the reader for ever.
    let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else {
      let isMissing = [ENOENT, ENOTDIR].contains(errno)
      throw Failure(!isMissing ? .unreadable : isEntry(path) ? .danglingLink : .missing, file: path)
    }
    let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw Failure(.unreadable, file: path) }
    let kind = FilePlace.Kind(mode: status.st_mode)
    guard kind == .file else { throw Failure(.notOrdinary(kind), file: path) }
    let size = Int(status.st_size)
    guard size <= limit else { throw Failure(.tooLarge(bytes: size, limit: limit), file: path) }
    do {
      let bytes = [UInt8](try handle.read(upToCount: size) ?? Data())
      InputLog.note(path, bytes: bytes)
      return bytes
    } catch {
      throw Failure(.unreadable, file: path)
    }
  }

  /// The text of an ordinary file in UTF-8, with or without a byte order mark, that has no more than a limit of bytes.
  ///
  /// - Throws: the module's error as for ``bytes(of:limit:)``, or if the file is not UTF-8.
  public static func text(of path: String, limit: Int = byteLimit) throws(Failure) -> String {
    let bytes = withoutByteOrderMark(try bytes(of: path, limit: limit)[...])
    if let line = linesBeforeInvalidUTF8(in: bytes) { throw Failure(.notUTF8(line: line + 1), file: path) }
    return String(decoding: bytes, as: UTF8.self)
  }
}

/// Whether a folder has an entry at a path, be it a link to what is not there: such a file is not absent but broken.
public func isEntry(_ path: String) -> Bool {
  var status = stat()
  return !path.utf8.contains(0) && lstat(path, &status) == 0
}

/// The bytes of a text without the byte order mark that some editors put first.
public func withoutByteOrderMark(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
  bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes
}

/// How many lines come before the first that is not UTF-8; nil if all are.
func linesBeforeInvalidUTF8(in text: ArraySlice<UInt8>) -> Int? {
  if String(validating: text, as: UTF8.self) != nil { return nil }
  var line = 0
  var rest = text
  while let end = rest.firstIndex(of: 0x0A), String(validating: rest[..<end], as: UTF8.self) != nil {
    rest = rest[(end + 1)...]
    line += 1
  }
  return line
}
