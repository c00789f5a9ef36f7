import Foundation
import SpecFiles

/// Tells what a path is that should be a checkpoint's folder.
enum ModelFolder {
  private static let purpose = "a checkpoint folder with config.json and \(WeightNames.model.alternatives)"

  /// What is wrong with a path; nil for a folder.
  ///
  /// - Parameters:
  ///   - path: the path.
  ///   - name: how the user names it.
  /// - Returns: the error.
  static func problem(with path: String, named name: String) -> ModelError? {
    var isFolder: ObjCBool = false
    if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) {
      return isFolder.boolValue ? nil : file(name)
    }
    return absent(name)
  }

  private static func file(_ path: String) -> ModelError {
    let url = URL(fileURLWithPath: path)
    let start = (try? FileHandle(forReadingFrom: url))?.readData(ofLength: 4) ?? Data()
    if start == Data("GGUF".utf8) || url.pathExtension == "gguf" {
      let (folder, name) = (url.deletingLastPathComponent().path, url.lastPathComponent)
      let advice = FolderContent.ggufAdvice(directory: folder, name: name)
      return .notAFolder(path: path, problem: "it is a GGUF file: \(advice)")
    }
    return .missingFolder(path: path, purpose: purpose, isFile: true)
  }

  /// A name of the hub is a likely slip: other programs fetch a model by it.
  private static func absent(_ path: String) -> ModelError {
    let hub = "https://huggingface.co/"
    let name = path.hasPrefix(hub) ? String(path.dropFirst(hub.count)) : path
    let parts = name.split(separator: "/", omittingEmptySubsequences: false)
    let isName =
      parts.count == 2
      && parts.allSatisfy { part in
        !part.isEmpty && !part.hasPrefix(".")
          && part.utf8.allSatisfy { byte in
            let scalar = Unicode.Scalar(byte)
            return scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
              || "-_.".unicodeScalars.contains(scalar)
          }
      }
    guard isName, let last = parts.last, name != path || !folderExists(String(parts[0])) else {
      return .missingFolder(path: path, purpose: purpose, isFile: false)
    }
    return .notAFolder(
      path: path,
      problem: "there is no such folder, and nothing is fetched from the Hugging Face hub: "
        + "download the model first, with hf download \(name) --local-dir \(last), then name that folder"
    )
  }

  private static func folderExists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }
}

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
