import SpecCore
import SpecFiles

/// A suite whose manifest names other decoders, as the files of a folder of its own: the manifest, and beside it the questions
/// to the letter. The model that may come with the suite stays where it is.
package struct SuiteWithDecoders: Sendable {
  /// The manifest's text.
  package let manifest: String
  /// The name of the file of questions beside the manifest.
  package let questionFile: String
  /// The text of that file.
  package let questions: String
  /// How many questions a run takes of it to ask the chosen ones; nil for all.
  package let limit: Int?

  /// Reads a suite and gives it other decoders.
  ///
  /// - Parameters:
  ///   - path: the suite, as for ``Suite``.
  ///   - hash: the hash of its content when it was measured.
  ///   - decoders: the specs of the decoders.
  ///   - questionIDs: the questions to ask, as a limit or a choice of categories takes them.
  ///   - maximumNewTokens: the most tokens of an output.
  /// - Throws: `SuiteError`, also where the suite's files have changed.
  package init(
    of path: String,
    hash: String,
    decoders: [String],
    questionIDs: [Int],
    maximumNewTokens: Int
  ) throws(SuiteError) {
    let (suite, files) = (try Suite(path: path), try SuiteFiles(path: path))
    guard suite.contentHash == hash else {
      throw SuiteError(
        place: path,
        found: "other manifest or questions than those that were measured",
        expected: "the suite as it was",
        advice: "bring back its files, or measure it again"
      )
    }
    var members: [JSONMember] = []
    if let manifestPath = files.manifestPath {
      let bytes = try InputFile<SuiteError>.bytes(of: manifestPath)
      if case .object(let found) = JSONValue.parsing(String(decoding: bytes, as: UTF8.self)) { members = found }
    }
    let questionFile = suite.manifest.questionFile.split(separator: "/").last.map(String.init)
    self.questionFile = questionFile ?? SuiteManifest.defaultQuestionFile
    questions = try InputFile<SuiteError>.text(of: suite.questionPath)
    let wanted = suite.selecting(questionIDs: questionIDs)
    let categories = wanted.categories.count < suite.categories.count ? wanted.categories : nil
    let available = try suite.selecting(categories: categories, limit: nil).questions.count
    limit = wanted.questions.count < available ? wanted.questions.count : nil

    func set(_ name: String, _ value: JSONValue?) {
      members.removeAll { $0.key.elementsEqual(name.utf8) }
      if let value { members.append(JSONMember(key: ArraySlice(name.utf8), value: value)) }
    }
    if members.isEmpty {
      set("name", .text(suite.manifest.name))
      set("version", .text(suite.manifest.version))
    }
    set("model", nil)
    set("questions_of", nil)
    if let categories { set("categories", .array(categories.map { .text($0.rawValue) })) }
    set("question_file", self.questionFile == SuiteManifest.defaultQuestionFile ? nil : .text(self.questionFile))
    set("max_new_tokens", .integer(maximumNewTokens))
    set("decoders", .array(decoders.map { .text($0) }))
    manifest = JSONValue.object(members).document
  }
}
