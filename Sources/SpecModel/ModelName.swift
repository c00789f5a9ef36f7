import Foundation

/// What a person calls the model in a folder.
package enum ModelName {
  /// Folder names that say what lies in them, not which.
  private static let generic: Set<String> = ["model", "models", "checkpoint", "target", "weights", "hf"]

  /// The folder's name; that of the folder around it where it is but called "model", or the repository's in a cache of
  /// Hugging Face, where a folder is called by a hash (`models--ORGANIZATION--NAME/snapshots/HASH`).
  ///
  /// - Parameter directory: the absolute path of the checkpoint's folder.
  /// - Returns: the name; empty for the root of the file system.
  package static func of(directory: String) -> String {
    let components = URL(fileURLWithPath: directory).pathComponents.filter { $0 != "/" }
    if let place = components.lastIndex(of: "snapshots"), place == components.count - 2, place > 0,
      components[place - 1].hasPrefix("models--"),
      let name = components[place - 1].components(separatedBy: "--").last
    {
      return name
    }
    return components.last { !generic.contains($0.lowercased()) } ?? components.last ?? ""
  }
}
