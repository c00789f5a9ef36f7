import Foundation
import SpecFiles

/// Where a model lies: a folder in Hugging Face layout, or a GGUF file, which holds everything that the files of such a
/// folder do.
public struct ModelLocation: Sendable, Equatable {
  /// What lies there.
  public enum Format: Sendable {
    case folder, gguf
  }

  /// The folder, or the file; of a model that is split into several files the first.
  public let path: String
  /// What lies there.
  public let format: Format

  /// Finds out what a path names. A folder without a configuration and with one model in the format GGUF names that.
  ///
  /// - Parameter path: a folder or a file, whether or not it is there.
  public init(_ path: String) {
    if Self.isGGUF(path) {
      (self.path, format) = (Self.firstPart(path), .gguf)
    } else if let file = Self.onlyModel(in: path) {
      (self.path, format) = (file, .gguf)
    } else {
      (self.path, format) = (path, .folder)
    }
  }

  /// The folder in which what belongs to the model lies: trained adapters, heads and draft models.
  public var directory: String { format == .folder ? path : FilePlace.folder(of: path) }

  /// The file that tells the model's shape, whether or not it is there.
  package var configurationFile: String { format == .folder ? path + "/config.json" : path }

  /// The file that holds the tokenizer, whether or not it is there.
  package var tokenizerFile: String { format == .folder ? path + "/tokenizer.json" : path }

  /// What a person calls the model.
  package var name: String {
    guard format == .gguf else { return ModelName.of(directory: path) }
    let name = URL(fileURLWithPath: path).lastPathComponent
    if let part = GGUFParts.Name(name) { return part.stem }
    return name.hasSuffix(".gguf") ? String(name.dropLast(".gguf".count)) : name
  }

  /// Whether a path names a file in the format GGUF, by its name or by its first bytes.
  private static func isGGUF(_ path: String) -> Bool {
    // A pipe would block the reader.
    guard FilePlace.kind(at: path) == .file else { return false }
    if path.hasSuffix(".gguf") { return true }
    let start = try? FileHandle(forReadingFrom: URL(fileURLWithPath: path)).read(upToCount: 4)
    return start == Data("GGUF".utf8)
  }

  /// The first file of a split model, if it is there.
  private static func firstPart(_ path: String) -> String {
    guard let name = GGUFParts.Name(URL(fileURLWithPath: path).lastPathComponent) else { return path }
    let first = FilePlace.folder(of: path) + "/" + name.part(1)
    return isEntry(first) ? first : path
  }

  private static func onlyModel(in directory: String) -> String? {
    guard !isEntry(directory + "/config.json") else { return nil }
    let models = models(among: (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? [])
    return models.count == 1 ? directory + "/" + models[0] : nil
  }

  /// The names of the models in the format GGUF in a folder: of a split one that of the first file that is there.
  ///
  /// - Parameter names: what lies in the folder.
  /// - Returns: the names, sorted; files that belong to another model, such as its eyes, are none.
  static func models(among names: [String]) -> [String] {
    var models: [String] = []
    var stems: Set<String> = []
    for name in names.sorted() where name.hasSuffix(".gguf") && !name.hasPrefix("mmproj") {
      if let part = GGUFParts.Name(name), !stems.insert(part.stem).inserted { continue }
      models.append(name)
    }
    return models
  }
}
