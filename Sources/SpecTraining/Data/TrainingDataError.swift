import SpecFiles

/// What is wrong with a file of training data.
package enum TrainingDataError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The file cannot be read, or is not what its name says.
  case unusable(file: String, InputProblem)
  /// A record has none of the fields that hold text; its place is a line, or an entry in a list.
  case noText(file: String, place: String)
  /// There is nothing in the file.
  case empty(file: String)

  /// One sentence: where, what was found, what to do.
  package var description: String {
    switch self {
    case .unusable(let file, let problem): problem.fault.sentence(file: file)
    case .noText(let file, let place):
      "\(file), \(place): there is none of the fields \(TrainingDataReader.fields) with text in it; "
        + "correct this record or take it out"
    case .empty(let file): "\(file): it holds no text; name a file with text to train on"
    }
  }
}

extension TrainingDataError: InputFailure {
  /// Makes the error of a problem with a file.
  package init(_ problem: InputProblem, file: String) { self = .unusable(file: file, problem) }
}
