import Foundation
import SpecFiles

/// What can be told of weights that torch.save wrote, without following the program that they are.
enum TorchFile {
  /// How much of a file is looked at, in bytes: the names of tensors stand before the numbers.
  private static let beginning = 1 << 20

  /// Whether texts stand at the beginning of a file, where it names its tensors.
  ///
  /// - Parameters:
  ///   - names: what is looked for.
  ///   - path: the file.
  /// - Returns: those of the names that stand there; none for what cannot be read.
  static func names(_ names: [String], in path: String) -> Set<String> {
    // A pipe would block the reader.
    guard FilePlace.kind(at: path) == .file,
      let start = try? FileHandle(forReadingFrom: URL(fileURLWithPath: path)).read(upToCount: beginning)
    else { return [] }
    return Set(names.filter { start.range(of: Data($0.utf8)) != nil })
  }
}
