import Foundation

/// The shared fixtures, which lie beside the package where they are available.
public enum Fixtures {
  /// The folder of all fixtures: `SPECBENCH_FIXTURES` if set, otherwise `../shared/fixtures`; nil if it is absent.
  public static let root: URL? = {
    if let path = ProcessInfo.processInfo.environment["SPECBENCH_FIXTURES"] {
      return existing(URL(fileURLWithPath: path, isDirectory: true))
    }
    return existing(package.deletingLastPathComponent().appending(path: "shared/fixtures"))
  }()

  /// A small trained Llama checkpoint with its companions and golden files; nil if it is absent.
  public static let miniLlama: URL? = root.flatMap { existing($0.appending(path: "mini-llama")) }

  /// Tiny random checkpoints of many families with golden files; nil if they are absent.
  public static let architectures: URL? = root.flatMap { existing($0.appending(path: "architectures")) }

  /// Files that PyTorch has written, good, old and malicious; nil if they are absent.
  public static let torchFiles: URL? = root.flatMap { existing($0.appending(path: "torch-files")) }

  /// Spec-Bench's official question file; nil if it is absent.
  public static let officialQuestions: URL? = root.flatMap { existing($0.appending(path: "spec-bench-question.jsonl")) }

  /// The package's own folder.
  public static let package = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  private static func existing(_ item: URL) -> URL? {
    FileManager.default.fileExists(atPath: item.path) ? item : nil
  }
}
