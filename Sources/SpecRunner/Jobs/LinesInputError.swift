import SpecFiles

/// What can be wrong with a file of JSON lines that a command works through.
package enum LinesInputError: InputFailure, CustomStringConvertible {
  /// The file or a line of it cannot be read.
  case unreadable(file: String, problem: InputProblem)
  /// There is no line of what is expected, with a line as it could be.
  case empty(file: String, of: String, like: String)

  /// The error of a problem that reading found.
  package init(_ problem: InputProblem, file: String) { self = .unreadable(file: file, problem: problem) }

  /// One sentence that names the file and, where there is one, the line.
  package var description: String {
    switch self {
    case .empty(let file, let noun, let example):
      "\(file): it holds no \(noun); write a JSON object like \(example) in each line"
    case .unreadable(let file, let problem): problem.fault.sentence(file: file)
    }
  }
}
