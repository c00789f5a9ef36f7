/// What is wrong with a file, in the same words whichever module reads it.
public struct InputFault: Equatable, Sendable {
  /// The line in the file, counted from 1, where one is known.
  public let line: Int?
  /// What was found, as a phrase.
  public let found: String
  /// What was expected, as a phrase.
  public let expected: String
  /// What to do, as an imperative.
  public let advice: String

  /// The file, and the line where one is known.
  public func place(in file: String) -> String { "\(file)\(line.map { ", line \($0)" } ?? "")" }

  /// What is wrong, without the place.
  public var clause: String { "found \(found), expected \(expected)" }

  /// The sentence for a user: `FILE, line 3: found this, expected that; do so`.
  ///
  /// - Parameters:
  ///   - file: the file.
  ///   - advice: what to do, where the module knows better.
  /// - Returns: the sentence.
  public func sentence(file: String, advice: String? = nil) -> String {
    "\(place(in: file)): \(clause); \(advice ?? self.advice)"
  }
}

extension InputProblem {
  /// The problem in words.
  public var fault: InputFault {
    switch self {
    case .missing:
      InputFault(nil, "no such file", "a readable file", "check the path and its spelling")
    case .danglingLink:
      InputFault(nil, "a link to a file that is not there", "a readable file", "mend the link or name the file itself")
    case .notOrdinary(let kind):
      InputFault(
        nil,
        kind.name,
        "a file",
        kind == .folder ? "name a file, or put the file in the place of this folder" : "give the path of a file on disk"
      )
    case .tooLarge(let bytes, let limit):
      InputFault(nil, "\(bytes) bytes", "at most \(limit) bytes", "split the file or name another one")
    case .unreadable:
      InputFault(nil, "a file that cannot be read", "a readable file", "check the permissions of the file")
    case .notUTF8(let line):
      InputFault(line, "bytes that are not UTF-8", "UTF-8 text", "save the file in the encoding UTF-8")
    case .foreign(let kind):
      InputFault(nil, kind.description, kind.whatIsWanted, kind.advice)
    case .syntax(let error):
      InputFault(
        error.line,
        "\(error.found ?? "the end of the text") at column \(error.column)",
        error.expected ?? "nothing after the end of the JSON value",
        "correct the JSON there"
      )
    case .mismatch(let mismatch): mismatch.fault
    }
  }
}

extension JSONMismatch {
  /// The mismatch in words.
  var fault: InputFault {
    // The way to a value may lead over keys of the file's own.
    let name = "\"\(printable(path, limit: 200))\""
    guard let found else { return InputFault(line, "no \(name)", expected, "add \(name)") }
    guard !path.isEmpty else {
      let isObject = expected == "an object"
      return InputFault(
        line,
        found.summary,
        isObject ? "a JSON object" : expected,
        isObject ? "write it in braces, with a name in quotes before each value" : "correct it"
      )
    }
    return InputFault(line, "\(found.summary) as \(name)", expected, "correct \(name)")
  }
}

extension InputFault {
  init(_ line: Int?, _ found: String, _ expected: String, _ advice: String) {
    self.init(line: line, found: found, expected: expected, advice: advice)
  }
}
