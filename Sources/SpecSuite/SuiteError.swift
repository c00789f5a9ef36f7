import SpecFiles

/// What is wrong with a suite, said in one sentence: where, what was found, what was expected, what to do.
package struct SuiteError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The path of the file or folder, or the name of the user's option that is at fault.
  package let place: String

  /// The line in the file, counted from 1, or nil where the whole place is meant.
  package let line: Int?

  /// What was found there.
  package let found: String

  /// What was expected instead.
  package let expected: String

  /// What the user can do about it.
  package let advice: String

  /// Makes an error from the parts of its sentence; each part is a phrase without a full stop.
  ///
  /// - Parameters:
  ///   - place: the file, the folder or the option at fault.
  ///   - line: the line in the file, counted from 1, where one is known.
  ///   - found: what was found.
  ///   - expected: what was expected.
  ///   - advice: what to do, as an imperative.
  package init(place: String, line: Int? = nil, found: String, expected: String, advice: String) {
    self.place = place
    self.line = line
    self.found = found
    self.expected = expected
    self.advice = advice
  }

  /// The sentence for the user.
  package var description: String {
    let position = line.map { ", line \($0)" } ?? ""
    return "\(place)\(position): found \(found), expected \(expected); \(advice)"
  }
}

extension SuiteError: InputFailure {
  /// Makes the error of a problem with one of a suite's files.
  package init(_ problem: InputProblem, file: String) {
    let fault = problem.fault
    self.init(place: file, line: fault.line, found: fault.found, expected: fault.expected, advice: fault.advice)
  }
}
