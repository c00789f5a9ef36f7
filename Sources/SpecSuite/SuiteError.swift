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
    return "\(place)\(position): found \(found), expected \(expected); \(advice)"
  }
}

extension SuiteError: InputFailure {
  /// Makes the error of a problem with one of a suite's files.
  public init(_ problem: InputProblem, file: String) {
    let fault = problem.fault
    self.init(place: file, line: fault.line, found: fault.found, expected: fault.expected, advice: fault.advice)
  }
}
