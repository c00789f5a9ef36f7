import Foundation

/// Reads the small files of a suite, which nobody has checked before.
enum InputFile {
  /// Larger files are no suite: they would only fill the memory.
  static let byteLimit = 256 << 20

  /// All bytes of a regular file.
  static func bytes(of path: String) throws(SuiteError) -> [UInt8] {
    try checkIsRegular(path)
    do {
      return [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    } catch {
      throw SuiteError(
        place: path,
        found: "a file that cannot be read",
        expected: "a readable file",
        advice: "check the permissions of the file"
      )
    }
  }

  /// A pipe or a device would block the reader or never end, so that only regular files pass.
  private static func checkIsRegular(_ path: String) throws(SuiteError) {
    let resolved = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    guard let attributes = try? FileManager.default.attributesOfItem(atPath: resolved) else {
      throw SuiteError(
        place: path,
        found: "no such file",
        expected: "a readable file",
        advice: "check the path and its spelling"
      )
    }
    guard attributes[.type] as? FileAttributeType == .typeRegular else {
      throw SuiteError(
        place: path,
        found: "something that is not a regular file",
        expected: "a file",
        advice: "give the path of a file on disk"
      )
    }
    let size = (attributes[.size] as? NSNumber)?.intValue ?? 0
    guard size <= byteLimit else {
      throw SuiteError(
        place: path,
        found: "\(size) bytes",
        expected: "at most \(byteLimit) bytes",
        advice: "split the file into several suites"
      )
    }
  }

  /// The bytes as text, without the byte order mark that some editors put first.
  static func text(_ bytes: ArraySlice<UInt8>, place: String, line: Int? = nil) throws(SuiteError) -> String {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw SuiteError(
        place: place,
        line: line,
        found: "bytes that are not UTF-8",
        expected: "UTF-8 text",
        advice: "save the file in the encoding UTF-8"
      )
    }
    return text
  }

  static func withoutByteOrderMark(_ bytes: [UInt8]) -> ArraySlice<UInt8> {
    bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes[...]
  }
}
