/// What can be wrong with a file that nobody has checked before.
public enum InputProblem: Error, Equatable, Sendable {
  /// Nothing is at the path.
  case missing
  /// At the path is a link to a file that is not there.
  case danglingLink
  /// At the path is a folder, a pipe or a device.
  case notOrdinary(FilePlace.Kind)
  /// The file has more bytes than are read.
  case tooLarge(bytes: Int, limit: Int)
  /// The file cannot be opened or read, mostly for want of permission.
  case unreadable
  /// The file is not UTF-8; the line, counted from 1, holds the first bad byte.
  case notUTF8(line: Int)
  /// The file is of another kind than its name says.
  case foreign(ForeignFile)
  /// The text is not JSON.
  case syntax(JSONSyntaxError)
  /// The text is JSON, but a value is absent or of another kind than its reader needs.
  case mismatch(JSONMismatch)
}

/// Where a text goes wrong as JSON.
public struct JSONSyntaxError: Error, Equatable, Sendable {
  /// The line in the file, counted from 1.
  public let line: Int
  /// The Unicode scalar in the line, counted from 1.
  public let column: Int
  /// What stands there, fit for a message; nil for the end of the text.
  public let found: String?
  /// What should stand there, fit for a message; nil for the end of the text.
  public let expected: String?
}

/// A value that its reader cannot take.
public struct JSONMismatch: Error, Equatable, Sendable {
  /// The way to the value, such as `model.merges[3]`; empty for the whole document.
  public let path: String
  /// The line of the document in a file that holds one document in each line, otherwise nil.
  public let line: Int?
  /// What stands there; nil where nothing does.
  public let found: JSONValue?
  /// What should stand there, fit for a message.
  public let expected: String
}

extension InputProblem: CustomStringConvertible {
  /// The problem without the file's name: `line 3: found this, expected that`.
  public var description: String { "\(fault.line.map { "line \($0): " } ?? "")\(fault.clause)" }
}

extension JSONMismatch: CustomStringConvertible {
  /// The mismatch without its place: `found this, expected that`.
  public var description: String { fault.clause }
}

/// A module's own error, which says in the module's words what is wrong with a file.
public protocol InputFailure: Error {
  /// Makes the error of a problem with the file at a path, or with what else is named in its place.
  init(_ problem: InputProblem, file: String)
}
