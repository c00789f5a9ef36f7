/// An error that may tell of several things, each in a line of its own. All other errors are told in one line.
public protocol LinedError: Error {
  /// The lines. What a name or a file's text may break in them is no line of its own.
  var lines: [String] { get }
}
