import CSpecKernels
import Foundation

/// A read-only file mapped into memory; its pages are read on first use.
public final class MappedFile {
  /// Where the file lies.
  public let path: String
  private let bytes: UnsafeRawBufferPointer

  /// - Parameter path: an existing regular file.
  /// - Throws: ``KernelError/unreadableFile(path:reason:)``.
  public init(path: String) throws(KernelError) {
    self.path = path
    let descriptor = open(path, O_RDONLY)
    guard descriptor >= 0 else { throw Self.failure(path) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw Self.failure(path) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw .unreadableFile(path: path, reason: "it is not a regular file")
    }
    let size = Int(status.st_size)
    guard size > 0 else {
      bytes = UnsafeRawBufferPointer(start: nil, count: 0)
      return
    }
    guard let start = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0), start != MAP_FAILED else {
      throw Self.failure(path)
    }
    bytes = UnsafeRawBufferPointer(start: start, count: size)
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
  ///   - name: what to call them in an error.
  /// - Returns: the numbers.
  public func numbers(_ type: NumberType, _ range: Range<Int>, name: String) -> NumberSource {
    NumberSource(
      type: type,
      bytes: UnsafeRawBufferPointer(rebasing: bytes[range]),
      owner: self,
      name: "\(name) of \(path)"
    )
  }

  deinit {
    if let start = bytes.baseAddress { munmap(UnsafeMutableRawPointer(mutating: start), bytes.count) }
  }

  private static func failure(_ path: String) -> KernelError {
    .unreadableFile(path: path, reason: String(cString: strerror(errno)))
  }
}
