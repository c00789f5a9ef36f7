import Foundation
import SpecFiles

/// The files of a split model: `NAME-00001-of-00003.gguf` and so on, of which the first has the metadata.
enum GGUFParts {
  /// Opens a model's files.
  ///
  /// - Parameter path: the file, or any one of a split model's.
  /// - Returns: all of them, in order.
  /// - Throws: ``ModelError`` if one is absent, malformed or belongs to another model.
  static func open(_ path: String) throws(ModelError) -> [GGUFFile] {
    let file = try GGUFFile(path: path)
    let count = try file.integer("split.count") ?? 1
    guard count > 1 else { return [file] }
    let url = URL(fileURLWithPath: path)
    let folder = FilePlace.folder(of: path)
    guard let name = Name(url.lastPathComponent), name.count == count else {
      throw .malformedFile(
        path: path,
        problem:
          "it is one of \(count) parts of a model, whose names end with -00001-of-\(digits(count)).gguf and so on"
      )
    }
    let names = (1...count).map { name.part($0) }
    let missing = names.filter { !isEntry("\(folder)/\($0)") }
    guard missing.isEmpty else { throw .missingShards(path: path, names: missing) }
    var parts: [GGUFFile] = []
    for (index, partName) in names.enumerated() {
      let part = partName == url.lastPathComponent ? file : try GGUFFile(path: "\(folder)/\(partName)")
      guard try part.integer("split.count") == count, try part.integer("split.no") == index else {
        throw .malformedFile(path: part.path, problem: "it is not part \(index + 1) of \(count), as its name says")
      }
      parts.append(part)
    }
    try checkTensors(parts)
    return parts
  }

  private static func checkTensors(_ parts: [GGUFFile]) throws(ModelError) {
    var names: Set<String> = []
    for part in parts {
      for name in part.entries.keys.sorted() where !names.insert(name).inserted {
        throw .malformedFile(path: part.path, problem: "the tensor \(quoted(name)) is in another part too")
      }
    }
    guard let total = try parts[0].integer("split.tensors.count"), total != names.count else { return }
    throw .malformedFile(
      path: parts[0].path,
      problem: "it tells of \(total) tensors where its \(parts.count) parts have \(names.count)"
    )
  }

  /// The name of a part.
  struct Name {
    /// What comes before the numbers.
    let stem: String
    /// How many parts there are.
    let count: Int

    /// Nil for any other name.
    init?(_ name: String) {
      guard let match = name.wholeMatch(of: /(.+)-([0-9]{5})-of-([0-9]{5})\.gguf/), let count = Int(match.3) else {
        return nil
      }
      stem = String(match.1)
      self.count = count
    }

    /// The name of another part, from 1.
    func part(_ number: Int) -> String { "\(stem)-\(digits(number))-of-\(digits(count)).gguf" }
  }

  private static func digits(_ number: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, 5 - text.count)) + text
  }
}
