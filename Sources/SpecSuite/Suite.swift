import SpecCore
import SpecFiles

/// A suite as it is measured: the manifest and the questions, read and checked.
package struct Suite: Sendable {
  /// The absolute path of the folder that holds the suite's files.
  package let directory: String

  /// What the suite says about itself; for a question file without a manifest, the defaults.
  package let manifest: SuiteManifest

  /// How conversations are written: as the manifest chooses, unless ``written(with:)`` was asked for another way.
  package let template: PromptWriter

  /// What a user should know about how the question file was read, one sentence each.
  package let notes: [String]

  /// The questions in the order of their file, only those of the manifest's categories.
  package let questions: [Question]

  /// SHA-256 in hexadecimal of the manifest's bytes followed by the question file's bytes. It names the files, so that
  /// a selection has the hash of the suite it was taken from.
  package let contentHash: String

  /// The absolute path of the question file.
  package let questionPath: String

  /// Turns of all questions.
  package let promptCount: Int

  /// The absolute path of the model that comes with the suite, if one does.
  package var modelPath: String? { manifest.model.map { SuiteFiles.join(directory, $0) } }

  /// Reads a suite.
  ///
  /// - Parameter path: a folder with a `suite.json`, a folder with only a `question.jsonl`, or a `.jsonl` file.
  /// - Throws: `SuiteError` for the first thing that is wrong in one of the files.
  package init(path: String) throws(SuiteError) {
    let files = try SuiteFiles(path: path)
    let manifestBytes =
      try files.manifestPath.map { (path) throws(SuiteError) in try InputFile<SuiteError>.bytes(of: path) } ?? []
    if let manifestPath = files.manifestPath {
      manifest = try SuiteManifest(bytes: manifestBytes, place: manifestPath)
    } else {
      manifest = SuiteManifest(name: files.name, questionFile: files.questionFile)
    }
    directory = files.directory
    questionPath = try files.questionPath(manifest)
    template = .parts(try manifest.chatTemplate.template(place: files.manifestPath ?? questionPath))

    let questionBytes = try InputFile<SuiteError>.bytes(of: questionPath)
    let contents = try QuestionFile.contents(questionBytes, place: questionPath)
    notes = contents.notes
    questions = try Suite.questions(
      of: manifest.categories,
      from: contents.questions,
      place: questionPath,
      advice: "correct \"categories\" in the manifest"
    )

    promptCount = questions.reduce(0) { $0 + $1.turns.count }
    contentHash = SuiteContents.hash([manifestBytes, questionBytes])
  }

  /// The suite with its conversations written in another way.
  ///
  /// - Parameter template: how.
  /// - Returns: the suite with this template in the place of its own.
  package func written(with template: PromptWriter) -> Suite { Suite(self, questions: questions, template: template) }

  init(_ whole: Suite, questions: [Question], template: PromptWriter? = nil) {
    directory = whole.directory
    manifest = whole.manifest
    self.template = template ?? whole.template
    contentHash = whole.contentHash
    questionPath = whole.questionPath
    notes = whole.notes
    self.questions = questions
    promptCount = questions.reduce(0) { $0 + $1.turns.count }
  }

  /// Whether its questions are for a model that follows instructions: it names a template for them, or asks tasks as
  /// Spec-Bench does.
  package var expectsInstructions: Bool {
    template != .plain || questions.contains { Category.tasks.contains($0.category) }
  }

  /// The categories that occur among the questions: Spec-Bench's in the order of the tables, then the others as they
  /// first appear.
  package var categories: [Category] { Category.inOrder(questions.map(\.category)) }
}
