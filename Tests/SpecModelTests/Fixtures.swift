import Foundation

/// The shared fixtures, which lie beside the package where they are available.
enum Fixtures {
  /// The folder of all fixtures: `SPECBENCH_FIXTURES` if set, otherwise `../shared/fixtures`; nil if it is absent.
  static let root: URL? = {
    if let path = ProcessInfo.processInfo.environment["SPECBENCH_FIXTURES"] {
      return existing(URL(fileURLWithPath: path, isDirectory: true))
    }
    let package = URL(fileURLWithPath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    return existing(package.deletingLastPathComponent().appending(path: "shared/fixtures"))
  }()

  /// A small trained Llama checkpoint with its companions and golden files; nil if it is absent.
  static let miniLlama: URL? = root.flatMap { existing($0.appending(path: "mini-llama")) }

  private static func existing(_ folder: URL) -> URL? {
    FileManager.default.fileExists(atPath: folder.path) ? folder : nil
  }
}
