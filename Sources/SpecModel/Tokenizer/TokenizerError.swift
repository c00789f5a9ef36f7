import SpecFiles

/// What is wrong with the files of a tokenizer.
public enum TokenizerError: LinedError, CustomStringConvertible, Equatable, Sendable {
  /// The file is missing, is no ordinary file, is too large, or may not be read.
  case unreadable(file: String, reason: String)
  /// The file is of another kind than its name says.
  case foreign(file: String, ForeignFile)
  /// The file is not JSON, or a value in it is missing, has the wrong type or contradicts another one.
  case malformed(file: String, place: String, found: String, expected: String)
  /// Several things are wrong with a file.
  case several(file: String, [TokenizerError])
  /// The file is well formed, but has a part that this tokenizer does not do; what it may have instead ends the sentence.
  case unsupported(file: String, feature: String, supported: String)

  /// The sentence, or what several problems have in common and then each of them.
  public var lines: [String] {
    guard case .several(let file, let problems) = self else { return [description] }
    return ["\(file): \(problems.count) things stand in the way:"] + problems.map { "  - \($0)" }
  }

  /// One sentence that names the file, what was found, what was expected and what to do.
  public var description: String {
    switch self {
    case .unreadable(let file, let reason):
      "\(file): \(reason); give the path of a complete Hugging Face checkpoint folder"
    case .foreign(let file, let kind):
      InputProblem.foreign(kind).fault.sentence(file: file)
    case .malformed(let file, let place, let found, let expected):
      "\(file): found \(found) at \(place), expected \(expected); download or export the file again"
    case .several: lines.joined(separator: "\n")
    case .unsupported(let file, let feature, let supported):
      "\(file): it has \(feature), which is not supported; use a checkpoint whose tokenizer has \(supported)"
    }
  }
}
