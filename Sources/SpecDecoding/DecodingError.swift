import SpecFiles
import SpecModel

/// What a user can ask of decoding that cannot be done.
public enum DecodingError: Error, Sendable, CustomStringConvertible, Equatable {
  /// A prompt without tokens.
  case emptyPrompt
  /// A prompt that leaves no room in the context.
  case promptTooLong(tokens: Int, contextLength: Int, limit: ContextLimit?)
  /// A prompt with a token outside the vocabulary.
  case unknownToken(token: Token, vocabularySize: Int)
  /// An initial window of another length than Lookahead's settings ask for.
  case wrongWindow(tokens: Int, expected: Int)
  /// A decoder spec that cannot be read.
  case malformedSpec(text: String, problem: String)
  /// A method that is not registered.
  case unknownMethod(name: String, known: [String])
  /// A second method of a name.
  case methodExists(name: String)
  /// A setting that the method does not have.
  case unknownSetting(method: String, setting: String, known: [String])
  /// A setting's value that is not of its kind or out of its range.
  case invalidValue(method: String, setting: String, value: String, expected: String)
  /// Several values of a setting with one companion, which is trained for one of them.
  case sharedCompanion(companion: Companion.Use, setting: String, values: [String])
  /// A method whose drafts cannot be verified by rejection.
  case noRejection(method: String, known: [String])
  /// A draft vocabulary without the file that says which tokens are frequent.
  case missingFrequencies(path: String, setting: String, model: String?)
  /// A candidate tree that cannot be used.
  case invalidTree(source: String, problem: String)

  /// One sentence that names what was found and what to do.
  public var description: String {
    switch self {
    case .emptyPrompt:
      "the prompt has no tokens; give at least one"
    case .promptTooLong(let tokens, let contextLength, let limit):
      "the prompt has \(quantity(tokens, "token")) and leaves no room in the context of \(contextLength)"
        + (limit.map { " (\($0.reason))" } ?? "") + "; shorten it"
    case .unknownToken(let token, let vocabularySize):
      "it holds the token \(token), outside the vocabulary of \(vocabularySize); "
        + "use the ids of this model's tokenizer"
    case .wrongWindow(let tokens, let expected):
      "the initial window has \(quantity(tokens, "token")): with this level and window it has \(expected)"
    case .malformedSpec(let text, let problem):
      "the decoder '\(text)' cannot be read: \(problem); write it like kangaroo:exit=2,steps=6,threshold=0.6"
    case .unknownMethod(let name, let known):
      name.contains(",")
        ? "'\(name)' is not one method; name a single one here, its settings after a colon"
        : "there is no method '\(name)'\(nearestNameHint(for: name, among: known)); choose from \(known.joined(separator: ", "))"
    case .methodExists(let name):
      "there is a method '\(name)' already; give yours another name"
    case .unknownSetting(let method, let setting, let known):
      known.isEmpty
        ? "\(method) has no setting '\(setting)': it has none at all"
        : "\(method) has no setting '\(setting)'\(nearestNameHint(for: setting, among: known)); choose from \(known.joined(separator: ", "))"
    case .invalidValue(let method, let setting, let value, let expected):
      "\(method): '\(setting)' is '\(value)' where \(expected) is expected; see 'specbench methods'"
    case .sharedCompanion(let use, let setting, let values):
      "the \(use.setting) '\(use.folder)' is trained for one value of '\(setting)' and cannot serve "
        + "\(values.joined(separator: " and ")); give each value its own, like "
        + zip(values, ["DIR", "OTHER"]).map { "\(use.method):\(setting)=\($0),\(use.setting)=\($1)" }.joined(
          separator: ","
        )
    case .noRejection(let method, let known):
      "\(method) cannot verify by rejection, only by coupling; leave it out, or --verification rejection; "
        + "the methods that can are \(known.joined(separator: ", "))"
    case .missingFrequencies(let path, let setting, let model):
      "\(path): there is no such file, but \(setting) drafts the most frequent tokens: count them with specbench frequencies "
        + "--model \(ShellText.argument(model ?? "DIR")) --data FILE --output \(ShellText.argument(path)), or name another file "
        + "with frequencies=FILE"
    case .invalidTree(let source, let problem):
      "\(source): \(problem): a tree is a JSON list of paths like [[0], [0, 0], [1]], each path's beginning listed too"
    }
  }
}
