import SpecFiles
import SpecModel

/// A text that was known before, read into a suffix automaton (Hu et al. 2024, arXiv 2411.10666, §3.2).
struct TextLibrary {
  /// Its tokens.
  let tokens: [Token]
  /// Reads every part of it.
  let automaton: SuffixAutomaton
  /// By how many tokens its end must be longer than the text's own.
  let bias: Int

  /// The library of the settings `text` and `bias`; nil where no text is named.
  ///
  /// - Throws: ``TextFileError`` if the file cannot be read, `TokenizerError` for the target's tokenizer.
  init?(_ settings: SettingValues, _ files: TargetFiles) throws {
    guard settings.text("text") != Self.none, let model = files.model else { return nil }
    let text = try InputFile<TextFileError>.text(of: files.file(settings.text("text")), limit: Self.largestText)
    tokens = try Tokenizer(model).encode(PromptText(quoting: text))
    bias = try settings.integer("bias")
    var automaton = SuffixAutomaton()
    for token in tokens { automaton.append(token) }
    self.automaton = automaton
  }

  /// Refuses a text file that is not there, or a target without a tokenizer to read it with.
  static func check(_ settings: SettingValues, _ files: TargetFiles) throws {
    guard settings.text("text") != none else { return }
    let path = files.file(settings.text("text"))
    guard files.model != nil else { throw settings.invalid("text", "none, since this model has no tokenizer,") }
    guard let kind = FilePlace.kind(at: path) else { throw TextFileError(.missing, file: path) }
    guard kind == .file else { throw TextFileError(.notOrdinary(kind), file: path) }
  }

  /// The value of the setting `text` where there is no such file.
  private static let none = "none"
  /// The largest text file, since an automaton takes about a hundred times the memory of its text.
  private static let largestText = 16 << 20

  /// Where the text is.
  static let setting = Setting(
    name: "text",
    kind: .text,
    default: none,
    help: "a text file to draft from, too, where it knows a longer end than the text itself",
    namesFile: true
  )

  /// When it is drafted from.
  static let biasSetting = Setting(
    name: "bias",
    kind: .integer(0...64),
    default: "5",
    help: "by how many tokens the end that the text file knows must be longer"
  )
}

/// A text file that cannot be drafted from.
struct TextFileError: InputFailure, CustomStringConvertible {
  private let problem: InputProblem
  private let file: String

  init(_ problem: InputProblem, file: String) { (self.problem, self.file) = (problem, file) }

  /// One sentence that names the file.
  var description: String { problem.fault.sentence(file: file) }
}
