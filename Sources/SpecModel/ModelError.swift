import SpecFiles

/// What can be wrong with a model's files.
public enum ModelError: Error, Sendable, CustomStringConvertible {
  /// A file or folder that is needed is not there.
  case missingFile(path: String, purpose: String)
  /// The folder that is needed is not there, or is a file.
  case missingFolder(path: String, purpose: String, isFile: Bool)
  /// A file that cannot be read for what it should be.
  case malformedFile(path: String, problem: String)
  /// A file of another kind than its name says.
  case foreignFile(path: String, ForeignFile)
  /// A tensor is not in the checkpoint.
  case missingTensor(path: String, name: String)
  /// A tensor does not have the shape that the configuration asks for.
  case wrongShape(path: String, name: String, found: [Int], expected: [Int])
  /// A tensor is stored in a number type that the engine does not read.
  case unsupportedType(path: String, name: String, found: String)
  /// The configuration asks for something that the engine does not do.
  case unsupportedFeature(path: String, feature: String, supported: String)
  /// A companion (adapter, heads) was made for another target.
  case companionMismatch(path: String, problem: String)
  /// Random weights could not be made.
  case noMemory(name: String, reason: String)
  /// There is no synthetic shape of this name.
  case unknownShape(name: String, known: [String])

  /// One sentence that names the file, what was found and what to do.
  public var description: String {
    switch self {
    case .missingFile(let path, let purpose):
      "\(path): there is no such file, which should hold \(purpose): check the path or fetch the file"
    case .missingFolder(let path, let purpose, let isFile):
      isFile
        ? "\(path) is a file where \(purpose) is expected: name the folder that it lies in"
        : "\(path): there is no such folder, which should be \(purpose): check the path or fetch the model"
    case .malformedFile(let path, let problem):
      "\(path): \(problem): the file is damaged or not what its name says; fetch it again"
    case .foreignFile(let path, let kind):
      "\(path): \(InputProblem.foreign(kind))"
    case .missingTensor(let path, let name):
      "\(path): there is no tensor '\(name)', which this architecture needs: "
        + "check that config.json and the weights belong together"
    case .wrongShape(let path, let name, let found, let expected):
      "\(path): the tensor '\(name)' has the shape \(found) where the configuration asks for \(expected): "
        + "check that config.json and the weights belong together"
    case .unsupportedType(let path, let name, let found):
      "\(path): the tensor '\(name)' is stored as \(found); F32, F16 and BF16 can be read: convert the checkpoint"
    case .unsupportedFeature(let path, let feature, let supported):
      "\(path): \(feature) is not supported; \(supported)"
    case .noMemory(let name, let reason):
      "the tensor '\(name)' cannot be made: \(reason)"
    case .unknownShape(let name, let known):
      "there is no shape '\(name)'\(nearestNameHint(for: name, among: known)): choose one of \(known.joined(separator: ", "))"
    case .companionMismatch(let path, let problem):
      "\(path): \(problem): choose the one that was trained for this target"
    }
  }
}
