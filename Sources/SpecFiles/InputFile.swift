import Foundation

/// Reads files that nobody has checked before.
public enum InputFile<Failure: InputFailure> {
  /// The most bytes that are read unless a caller says otherwise: several times the largest tokenizer files in use.
  public static var byteLimit: Int { 256 << 20 }

  /// All bytes of an ordinary file that has no more than a limit; links are followed.
  ///
  /// - Throws: The module's error if the file is absent, no ordinary file, too large or not readable.
  public static func bytes(of path: String, limit: Int = byteLimit) throws(Failure) -> [UInt8] {
    // The system would take a path only up to its first zero.
    guard !path.utf8.contains(0) else { throw Failure(.missing, file: path) }
    // A pipe to which nobody writes would otherwise block the reader for ever.
    let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw Failure([ENOENT, ENOTDIR].contains(errno) ? .missing : .unreadable, file: path)
    }
    let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw Failure(.unreadable, file: path) }
    guard status.st_mode & S_IFMT == S_IFREG else { throw Failure(.notOrdinary, file: path) }
    let size = Int(status.st_size)
    guard size <= limit else { throw Failure(.tooLarge(bytes: size, limit: limit), file: path) }
    do {
      return [UInt8](try handle.read(upToCount: size) ?? Data())
    } catch {
      throw Failure(.unreadable, file: path)
    }
  }
}

/// The bytes of a text without the byte order mark that some editors put first.
public func withoutByteOrderMark(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
  bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes
}
