import SpecFiles

/// What is wrong with a file that the recipe begins with.
package enum RecipeFileError: Error, CustomStringConvertible {
  /// It cannot be read.
  case unusable(file: String, InputProblem)
  /// It holds something else.
  case malformed(file: String, problem: String)
  /// It is not the recipe's tokenizer.
  case otherTokenizer(file: String, markers: [String])
  /// A drafter is to be made of what only the training of the target leaves, which has been deleted since.
  case madeWithTarget(path: String, record: String)

  /// One sentence: where, what was found, what to do.
  package var description: String {
    switch self {
    case .unusable(let file, let problem): problem.fault.sentence(file: file)
    case .malformed(let file, let problem): "\(file): \(problem); correct it, or restore the file and build again"
    case .otherTokenizer(let file, let markers):
      "\(file): it has no tokens \(markers.joined(separator: " and ")); name a folder without another model, or delete "
        + "the file to have it made"
    case .madeWithTarget(let path, let record):
      "\(path): it is not there, since only the training of the target makes it; delete \(record) to train the target again"
    }
  }
}

extension RecipeFileError: InputFailure {
  /// Makes the error of a problem with a file.
  package init(_ problem: InputProblem, file: String) { self = .unusable(file: file, problem) }
}
