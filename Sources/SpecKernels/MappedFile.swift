import CSpecKernels
import Foundation

/// A read-only file mapped into memory; its pages are read on first use, and may change under the reader.
public final class MappedFile {
  /// Where the file lies.
  public let path: String
  private let bytes: UnsafeRawBufferPointer
  private let descriptor: Int32
  private let watch: OpaquePointer?

  /// - Parameter path: an existing regular file.
  /// - Throws: ``KernelError/unreadableFile(path:reason:)``.
  public init(path: String) throws(KernelError) {
    self.path = path
    // A pipe to which nobody writes would otherwise block the reader for ever.
    let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { throw Self.failure(path) }
    let mapped: UnsafeRawBufferPointer
    do {
      mapped = try Self.map(descriptor, path)
    } catch {
      close(descriptor)
      throw error
    }
    (self.descriptor, bytes) = (descriptor, mapped)
    watch = mapped.baseAddress.flatMap { sk_watch_mapping($0, mapped.count, descriptor, path) }
  }

  private static func map(_ descriptor: Int32, _ path: String) throws(KernelError) -> UnsafeRawBufferPointer {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw failure(path) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw .unreadableFile(path: path, reason: "it is not a regular file")
    }
    let size = Int(status.st_size)
    guard size > 0 else { return UnsafeRawBufferPointer(start: nil, count: 0) }
    guard let start = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0), start != MAP_FAILED else {
      throw failure(path)
    }
    return UnsafeRawBufferPointer(start: start, count: size)
  }

  /// Makes the process end with a sentence that names the file, and exit code 2, when a mapped file has become shorter and
  /// is read beyond its end; the system's own way is to end it without a word. For programs, not for libraries.
  public static func endProcessOnShrinking() { _ = sk_end_on_shrunk_file() }

  /// Checks that no file was written to since it was mapped: what was read of it before and after would not fit together.
  ///
  /// - Throws: ``KernelError/changedFile(path:isShorter:)``.
  public static func requireUnchanged() throws(KernelError) {
    var isShorter = false
    guard let path = sk_changed_mapping(&isShorter) else { return }
    defer { free(path) }
    throw .changedFile(path: String(cString: path), isShorter: isShorter)
  }

  /// How many bytes the file has.
  public var count: Int { bytes.count }

  /// Gives the file's bytes, which must not be kept beyond the call.
  public func withBytes<Result, Failure>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    defer { withExtendedLifetime(self) {} }
    return try body(bytes)
  }

  /// Some of the file's bytes as numbers, which keep the file mapped.
  ///
  /// - Parameters:
  ///   - type: how each number is stored.
  ///   - range: whole numbers inside the file.
  ///   - name: what to call them in an error, the tensor's name.
  /// - Returns: the numbers.
  public func numbers(_ type: NumberType, _ range: Range<Int>, name: String) -> NumberSource {
    NumberSource(
      type: type,
      bytes: UnsafeRawBufferPointer(rebasing: bytes[range]),
      owner: self,
      name: name,
      file: path
    )
  }

  deinit {
    if let watch { sk_unwatch_mapping(watch) }
    close(descriptor)
    if let start = bytes.baseAddress { munmap(UnsafeMutableRawPointer(mutating: start), bytes.count) }
  }

  private static func failure(_ path: String) -> KernelError {
    .unreadableFile(path: path, reason: String(cString: strerror(errno)))
  }
}
