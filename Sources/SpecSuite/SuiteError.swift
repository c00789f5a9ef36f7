import SpecFiles

/// What is wrong with a suite, said in one sentence: where, what was found, what was expected, what to do.
public struct SuiteError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The path of the file or folder, or the name of the user's option that is at fault.
  public let place: String

  /// The line in the file, counted from 1, or nil where the whole place is meant.
  public let line: Int?

  /// What was found there.
  public let found: String

  /// What was expected instead.
  public let expected: String

  /// What the user can do about it.
  public let advice: String

  /// Makes an error from the parts of its sentence; each part is a phrase without a full stop.
  ///
  /// - Parameters:
  ///   - place: The file, the folder or the option at fault.
  ///   - line: The line in the file, counted from 1, where one is known.
  ///   - found: What was found.
  ///   - expected: What was expected.
  ///   - advice: What to do, as an imperative.
  public init(place: String, line: Int? = nil, found: String, expected: String, advice: String) {
    self.place = place
    self.line = line
    self.found = found
    self.expected = expected
    self.advice = advice
  }

  /// The sentence for the user.
  public var description: String {
    let position = line.map { ", line \($0)" } ?? ""
    return "\(place)\(position): found \(found), expected \(expected); \(advice)."
  }
}

extension SuiteError: InputFailure {
  /// Makes the error of a problem with one of a suite's files.
  public init(_ problem: InputProblem, file: String) {
    let (line, found, expected, advice): (Int?, String, String, String) =
      switch problem {
      case .missing: (nil, "no such file", "a readable file", "check the path and its spelling")
      case .danglingLink:
        (nil, "a link to a file that is not there", "a readable file", "mend the link or give the path of the file")
      case .notOrdinary: (nil, "something that is not a regular file", "a file", "give the path of a file on disk")
      case .tooLarge(let bytes, let limit):
        (nil, "\(bytes) bytes", "at most \(limit) bytes", "split the file into several suites")
      case .unreadable:
        (nil, "a file that cannot be read", "a readable file", "check the permissions of the file")
      case .notUTF8(let line):
        (line, "bytes that are not UTF-8", "UTF-8 text", "save the file in the encoding UTF-8")
      case .foreign(let kind): (nil, kind.description, "the file that its name promises", kind.advice)
      case .syntax(let error):
        (
          error.line, "\(error.found ?? "the end of the text") at column \(error.column)",
          error.expected ?? "nothing after the end of the JSON value", "correct the JSON there"
        )
      case .mismatch(let mismatch): SuiteError.parts(mismatch)
      }
    self.init(place: file, line: line, found: found, expected: expected, advice: advice)
  }

  private static func parts(_ mismatch: JSONMismatch) -> (Int?, String, String, String) {
    let (line, path, expected) = (mismatch.line, mismatch.path, mismatch.expected)
    guard let value = mismatch.found else { return (line, "no \"\(path)\"", expected, "add \"\(path)\"") }
    guard !path.isEmpty else {
      return (line, value.summary, "a JSON object", "write it in braces, with a name in quotes before each value")
    }
    return (line, "\(value.summary) as \"\(path)\"", expected, "correct \"\(path)\"")
  }
}
