import SpecModel
import SpecSuite

extension Suite {
  /// Refuses a model that the suite's trained parts were not made for.
  ///
  /// - Parameter files: the model's files; what keeps them from being used is told elsewhere.
  /// - Throws: ``OtherTarget``, `ModelError`.
  func checkTarget(_ files: ModelFiles) throws {
    guard let target = manifest.target, let checkpoint = files.checkpoint else { return }
    guard try checkpoint.fingerprint() != target.fingerprint else { return }
    throw OtherTarget(path: files.location.path, suite: manifest.name, target: target.name)
  }
}

/// A model that the trained parts of a suite were not made for.
struct OtherTarget: Error, CustomStringConvertible {
  /// The model.
  let path: String
  /// The suite's name.
  let suite: String
  /// What its parts were made for.
  let target: String

  var description: String {
    "\(path): the suite \(suite) comes with parts that were trained for \(target), and this is another model; give that one, "
      + "in any weight type, as a folder or a GGUF file, or another suite"
  }
}
