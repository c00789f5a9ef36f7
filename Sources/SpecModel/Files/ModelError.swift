import SpecFiles

/// What can be wrong with a model's files.
public enum ModelError: LinedError, CustomStringConvertible {
  /// A file or folder that is needed is not there.
  case missingFile(path: String, purpose: String)
  /// The folder that is needed is not there, or is a file.
  case missingFolder(path: String, purpose: String, isFile: Bool)
  /// A file that cannot be read for what it should be.
  case malformedFile(path: String, problem: String)
  /// A file of torch.save names a function or class that plain tensors do not need.
  case forbiddenGlobal(path: String, name: String)
  /// A file of another kind than its name says.
  case foreignFile(path: String, ForeignFile)
  /// A folder, a pipe or a device in the place of a file.
  case notOrdinary(path: String, FilePlace.Kind)
  /// A tensor is not in the checkpoint.
  case missingTensor(path: String, name: String)
  /// A tensor does not have the shape that the configuration asks for.
  case wrongShape(path: String, name: String, found: [Int], expected: [Int])
  /// A tensor is stored in a number type that the engine does not read.
  case unsupportedType(path: String, name: String, found: String)
  /// The configuration asks for something that the engine does not do.
  case unsupportedFeature(path: String, feature: String, supported: String)
  /// A path that does not lead to a checkpoint's folder, with what lies there instead and what to do.
  case notAFolder(path: String, problem: String)
  /// There are no weights that can be read, but something else lies there.
  case otherWeights(path: String, found: String, advice: String)
  /// The index names files that are not there.
  case missingShards(path: String, names: [String])
  /// The first of several problems of a kind.
  case andOthers(first: String, others: Int)
  /// Several things are wrong with one file, or with the files of one folder.
  case several(path: String, problems: [any Error])
  /// A companion (adapter, heads) was made for another target.
  case companionMismatch(path: String, problem: String)
  /// Random weights could not be made.
  case noMemory(name: String, reason: String)
  /// There is no synthetic shape of this name.
  case unknownShape(name: String, known: [String])

  /// The sentence, or what several problems have in common and then each of them.
  public var lines: [String] {
    guard case .several(let path, let problems) = self else { return [description] }
    return ["\(path): \(problems.count) things stand in the way:"]
      + problems.map { "  - \(Self.shortened("\($0)", inside: path))" }
  }

  /// One sentence that names the file, what was found and what to do.
  public var description: String {
    switch self {
    case .missingFile(let path, let purpose):
      "\(path): there is no such file, which should hold \(purpose); check the path or fetch the file"
    case .missingFolder(let path, let purpose, let isFile):
      isFile
        ? "\(path): it is a file where \(purpose) is expected; name the folder that it lies in"
        : "\(path): there is no such folder, which should be \(purpose); check the path or fetch the model"
    case .malformedFile(let path, let problem):
      "\(path): \(problem); correct the file, or fetch it again if it is damaged"
    case .forbiddenGlobal(let path, let name):
      "\(path): it asks for \(quoted(name)), which plain tensors do not need, so nothing of it was run or loaded; "
        + "fetch the weights as safetensors, or save a state dict alone with torch.save(model.state_dict(), FILE)"
    case .foreignFile(let path, let kind):
      InputProblem.foreign(kind).fault.sentence(file: path)
    case .notOrdinary(let path, let kind):
      InputProblem.notOrdinary(kind).fault.sentence(file: path)
    case .missingTensor(let path, let name):
      "\(path): there is no tensor '\(name)', which this architecture needs; "
        + "check that config.json and the weights belong together"
    case .wrongShape(let path, let name, let found, let expected):
      "\(path): the tensor '\(name)' has the shape \(found) where the configuration asks for \(expected); "
        + "check that config.json and the weights belong together"
    case .unsupportedType(let path, let name, let found):
      "\(path): the tensor \(quoted(name)) is stored as \(found); F32, F16 and BF16 can be read; convert the checkpoint"
    case .unsupportedFeature(let path, let feature, let supported):
      "\(path): \(feature) is not supported; \(supported)"
    case .notAFolder(let path, let problem):
      "\(path): \(problem)"
    case .otherWeights(let path, let found, let advice):
      "\(path): there is no such file, but \(found): \(advice)"
    case .missingShards(let path, let names):
      "\(path): it names \(quantity(names.count, "file")) that \(names.count == 1 ? "is" : "are") "
        + "not there, \(list(names)); fetch what is missing, or the whole model again"
    case .andOthers(let first, let others):
      "\(first) (and \(quantity(others, "other tensor")))"
    case .several: lines.joined(separator: "\n")
    case .noMemory(let name, let reason):
      "the tensor '\(name)' cannot be made: \(reason)"
    case .unknownShape(let name, let known):
      "there is no shape '\(name)'\(nearestNameHint(for: name, among: known)); choose one of \(known.joined(separator: ", "))"
    case .companionMismatch(let path, let problem):
      "\(path): \(problem); choose the one that was trained for this target"
    }
  }
}

extension ModelError {
  /// One error for several problems; the problem itself if there is only one, nil if there is none.
  ///
  /// - Parameters:
  ///   - problems: what was found, in the order in which it is told.
  ///   - path: the file or folder that all of them are about.
  /// - Returns: the error.
  package static func joining(_ problems: [ModelError], path: String) -> ModelError? {
    problems.count > 1 ? .several(path: path, problems: problems) : problems.first
  }

  /// The first of several problems with tensors, and how many more there are; nil if there is none.
  ///
  /// - Parameter problems: all of them; those of a wrong configuration or another model's weights are often hundreds.
  /// - Returns: the error.
  package static func firstOf(_ problems: [ModelError]) -> ModelError? {
    guard let first = problems.first, problems.count > 1 else { return problems.first }
    return .andOthers(first: "\(first)", others: problems.count - 1)
  }

  /// A sentence about a file, or about a file of a folder, without what is said above it.
  private static func shortened(_ sentence: String, inside path: String) -> String {
    for prefix in [path + ": ", path + "/"] where sentence.hasPrefix(prefix) {
      return String(sentence.dropFirst(prefix.count))
    }
    return sentence
  }

  /// The first names of a list, and how many more there are.
  private func list(_ names: [String]) -> String {
    let shown = names.prefix(3).map { quoted($0) }.joined(separator: ", ")
    return names.count > 3 ? "\(shown) and \(names.count - 3) more" : shown
  }
}

/// A model computed logits that are not all finite numbers: no token can be chosen from them, and nothing that follows
/// would mean anything.
public struct NotFiniteLogits: Error, Sendable, Equatable, CustomStringConvertible {
  /// Whose logits.
  public enum Source: String, Sendable {
    /// The model whose output is reproduced.
    case target
    /// What drafts for it: an adapter, heads, a draft model, or the target with fewer layers.
    case drafter
  }

  /// Whose logits.
  public let source: Source
  /// The position of the token that they are for, from 0.
  public let position: Int

  /// - Parameters:
  ///   - source: whose logits.
  ///   - position: the position of the token that they are for, from 0.
  public init(_ source: Source, at position: Int) {
    self.source = source
    self.position = position
  }

  /// One sentence that names the model and the position, and says what to do.
  public var description: String {
    "the \(source.rawValue)'s logits for the token at position \(position + 1) are not finite numbers: its weights are "
      + "damaged or too large for this arithmetic; fetch or train it again, or try another --dtype"
  }
}
