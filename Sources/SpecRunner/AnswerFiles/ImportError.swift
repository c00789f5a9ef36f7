import SpecFiles

/// What can be wrong with a result file.
package enum ImportError: InputFailure, CustomStringConvertible {
  /// The file or a line of it cannot be read.
  case unreadable(file: String, problem: InputProblem)
  /// There is no finished answer in it.
  case empty(file: String)
  /// The file is of no format that is known.
  case unknownFormat(file: String, known: [String])
  /// The file holds only sums, or something else that cannot be imported.
  case unusable(file: String, problem: String, advice: String)
  /// The file is named more than once.
  case repeated(file: String)
  /// There is no turn of a question that all files have.
  case nothingShared(files: [String])

  /// The error of a problem that reading found.
  package init(_ problem: InputProblem, file: String) { self = .unreadable(file: file, problem: problem) }

  /// One sentence that names the file and, where there is one, the line.
  package var description: String {
    switch self {
    case .empty(let file):
      "\(file): it holds no answer; name a file with finished requests"
    case .unknownFormat(let file, let known):
      "\(file): it is none of the result files that are known; name one, or its format with --format: "
        + known.joined(separator: ", ")
    case .unusable(let file, let problem, let advice): "\(file): \(problem); \(advice)"
    case .repeated(let file): "\(file): it is named more than once; name each file once"
    case .nothingShared(let files):
      "\(files.joined(separator: ", ")): they have no question in common; name files with answers to the same questions"
    case .unreadable(let file, let problem): problem.fault.sentence(file: file)
    }
  }
}
