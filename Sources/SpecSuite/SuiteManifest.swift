import SpecCore
import SpecFiles

/// What a suite says about itself in its `suite.json`.
package struct SuiteManifest: Equatable, Sendable {
  /// The name of the suite, for commands and reports.
  package let name: String

  /// The version; results of different versions are not compared.
  package let version: String

  /// One or two sentences about the suite; may be empty.
  package let description: String

  /// The categories taken from the question file, or nil for all that occur in it.
  package let categories: [Category]?

  /// How conversations are written for the model.
  package let chatTemplate: ChatTemplateChoice

  /// The question file, relative to the suite's folder and inside it.
  package let questionFile: String

  /// The suite beside this one in its folder whose questions are asked; nil for the suite's own.
  package let questionsOf: String?

  /// The model that the suite's trained parts were made for, or nil where any may be measured.
  package let target: SuiteTarget?

  /// The folder of the model that comes with the suite, relative to the suite's folder and inside it, or nil.
  package let model: String?

  /// The most tokens generated for one turn.
  package let maxNewTokens: Int

  /// The settings of the decoders to run unless the user names others, such as `kangaroo:exit=2,steps=6`.
  package let decoders: [String]

  /// The name of a manifest in the folder of its suite.
  package static let fileName = "suite.json"

  /// The question file of a suite whose manifest names none.
  package static let defaultQuestionFile = "question.jsonl"

  /// The values that `maxNewTokens` can take, in tokens.
  package static let maxNewTokensRange = 1...65536

  /// The tokens generated for one turn where the manifest gives no number.
  package static let defaultMaxNewTokens = 128

  /// Reads and checks a manifest.
  ///
  /// - Parameter path: the path of the file.
  /// - Throws: `SuiteError` for the first thing that is wrong, an unknown key included.
  package init(path: String) throws(SuiteError) {
    try self.init(bytes: InputFile<SuiteError>.bytes(of: path), place: path)
  }

  init(bytes: [UInt8], place: String) throws(SuiteError) {
    try self.init(SuiteField(parsing: bytes[...], file: place, repeatedKeys: false))
  }

  /// The manifest of a question file that comes without one.
  init(name: String, questionFile: String) {
    self.name = name
    version = "unversioned"
    description = ""
    categories = nil
    chatTemplate = .named(ChatTemplate.plain.name)
    self.questionFile = questionFile
    questionsOf = nil
    target = nil
    model = nil
    maxNewTokens = SuiteManifest.defaultMaxNewTokens
    decoders = []
  }
}

extension SuiteManifest {
  private static let keys = [
    "name", "version", "description", "categories", "chat_template", "question_file", "questions_of", "target",
    "model", "max_new_tokens", "decoders",
  ]

  private init(_ reader: SuiteField) throws(SuiteError) {
    try reader.rejectUnknownKeys(known: Self.keys, owner: "")
    name = try reader.shownText("name", limit: 100)
    version = try reader.shownText("version", limit: 100)
    description = try reader.shownText("description", limit: 1000, default: "")
    categories = try SuiteManifest.categories(reader)
    let template = try reader.member("chat_template").ifPresent
    chatTemplate = try template.map(ChatTemplateChoice.init) ?? .named(ChatTemplate.plain.name)
    questionFile = try SuiteManifest.innerPath("question_file", reader) ?? Self.defaultQuestionFile
    questionsOf = try SuiteManifest.neighbor(reader)
    target = try reader.member("target").ifPresent.map(SuiteTarget.init)
    model = try SuiteManifest.innerPath("model", reader)
    maxNewTokens = try SuiteManifest.maxNewTokens(reader)
    let hasDecoders = try reader.member("decoders").ifPresent != nil
    decoders = hasDecoders ? try reader.filledTexts("decoders", mayBeEmpty: true, limit: 1000) : []
  }

  private static func categories(_ reader: SuiteField) throws(SuiteError) -> [Category]? {
    let key = "categories"
    guard try reader.member(key).ifPresent != nil else { return nil }
    return try Category.named(reader.filledTexts(key), place: reader.file)
  }

  /// A suite may be handed on by people who do not know each other, so that it reads no file outside its folder.
  private static func innerPath(_ key: String, _ reader: SuiteField) throws(SuiteError) -> String? {
    guard try reader.member(key).ifPresent != nil else { return nil }
    let path = try reader.shownText(key, limit: 1000)
    guard !InnerPath.leadsOut(path) else {
      throw reader.error(
        found: "\(quoted(path)) as \"\(key)\"",
        expected: "a relative path inside the suite's folder",
        advice: "put it into the folder and give its name"
      )
    }
    return path
  }

  /// The name of another suite, which lies in the same folder as this one.
  private static func neighbor(_ reader: SuiteField) throws(SuiteError) -> String? {
    let key = "questions_of"
    guard try reader.member(key).ifPresent != nil else { return nil }
    let name = try reader.shownText(key, limit: 100)
    guard !name.contains("/"), name != ".", name != "..", try reader.member("question_file").ifPresent == nil else {
      throw reader.error(
        found: "\(quoted(name)) as \"\(key)\"",
        expected: "the name of a suite in the same folder, and no \"question_file\" beside it",
        advice: "give the name alone, or put the questions into the suite"
      )
    }
    return name
  }

  private static func maxNewTokens(_ reader: SuiteField) throws(SuiteError) -> Int {
    guard let field = try reader.member("max_new_tokens").ifPresent else { return defaultMaxNewTokens }
    guard case .integer(let count) = field.value, maxNewTokensRange.contains(count) else {
      let range = "\(maxNewTokensRange.lowerBound) to \(maxNewTokensRange.upperBound)"
      throw field.mismatch(expected: "an integer from \(range)")
    }
    return count
  }
}
