import Foundation
import SpecFiles

/// Which files make up the suite at a path.
struct SuiteFiles {
  let directory: String
  let manifestPath: String?
  let questionFile: String
  /// The name of a suite that has no manifest to give it one.
  let name: String

  init(path: String) throws(SuiteError) {
    let url = URL(fileURLWithPath: FilePlace.absolute(path))
    guard let isDirectory = SuiteFiles.isDirectory(path) else {
      throw SuiteError(
        place: path.isEmpty ? "the path of the suite" : path,
        found: path.isEmpty ? "an empty path" : "no such file or folder",
        expected: "the folder of a suite or a .jsonl file",
        advice: "check the path and its spelling"
      )
    }
    if isDirectory {
      try self.init(folder: url)
    } else if url.lastPathComponent == SuiteManifest.fileName {
      try self.init(folder: url.deletingLastPathComponent())
    } else {
      try self.init(file: url)
    }
  }

  private init(file: URL) throws(SuiteError) {
    let folder = file.deletingLastPathComponent()
    guard ["jsonl", "json"].contains(file.pathExtension.lowercased()) else {
      throw SuiteFiles.otherFile(file)
    }
    directory = folder.path
    manifestPath = nil
    questionFile = file.lastPathComponent
    let isUsualName = questionFile == SuiteManifest.defaultQuestionFile
    name = isUsualName ? folder.lastPathComponent : file.deletingPathExtension().lastPathComponent
  }

  /// Where the questions lie: in the suite's folder, or in that of the suite beside it which the manifest names.
  ///
  /// - Parameter manifest: the suite's.
  /// - Returns: the absolute path.
  /// - Throws: `SuiteError` if there is no such suite, or its questions are another's, too.
  func questionPath(_ manifest: SuiteManifest) throws(SuiteError) -> String {
    guard let name = manifest.questionsOf else { return SuiteFiles.join(directory, manifest.questionFile) }
    let folder = URL(fileURLWithPath: directory).deletingLastPathComponent().appending(path: name).path
    func missing(_ found: String) -> SuiteError {
      SuiteError(
        place: manifestPath ?? directory,
        found: found,
        expected: "a suite with questions of its own in \(folder)",
        advice: "put that suite beside this one, or name another in \"questions_of\""
      )
    }
    guard SuiteFiles.isDirectory(folder) == true else {
      throw missing("\"questions_of\": \(quoted(name)), but no such folder")
    }
    let files = try SuiteFiles(path: folder)
    guard let path = files.manifestPath else { return SuiteFiles.join(folder, files.questionFile) }
    let other = try SuiteManifest(path: path)
    guard other.questionsOf == nil else { throw missing("questions of a third suite in \(path)") }
    return SuiteFiles.join(folder, other.questionFile)
  }

  /// The error for a file with another ending: what it is says how it becomes one of questions.
  private static func otherFile(_ file: URL) -> SuiteError {
    let start = (try? FileHandle(forReadingFrom: file))?.readData(ofLength: 512) ?? Data()
    let separators: [String: Character] = ["csv": ",", "tsv": "\t"]
    let table = separators[file.pathExtension.lowercased()].map { ForeignFile.table(separator: $0) }
    let foreign = ForeignFile(beginning: start) ?? table
    return SuiteError(
      place: file.path,
      found: foreign?.description ?? "a file that does not end in .jsonl or .json",
      expected: "the folder of a suite or a file of questions that ends in .jsonl or .json",
      advice: foreign?.advice ?? "give the folder that the file lies in, or rename a file of questions"
    )
  }

  private init(folder: URL) throws(SuiteError) {
    directory = folder.path
    name = folder.lastPathComponent
    questionFile = SuiteManifest.defaultQuestionFile
    let manifest = SuiteFiles.join(directory, SuiteManifest.fileName)
    // A link to nothing is no absent file: reading it says what is wrong.
    let hasManifest = isEntry(manifest)
    let hasQuestions = isEntry(SuiteFiles.join(directory, questionFile))
    manifestPath = hasManifest ? manifest : nil
    guard hasManifest || hasQuestions else {
      throw SuiteError(
        place: directory,
        found: "neither \(SuiteManifest.fileName) nor \(questionFile)",
        expected: "one of the two in the folder of a suite",
        advice: SuiteFiles.advice(for: folder)
      )
    }
  }

  /// What to give instead of a folder without a suite: the files of questions that may lie in it.
  private static func advice(for folder: URL) -> String {
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    let candidates = files.filter { $0.hasSuffix(".jsonl") }.sorted().prefix(5).map { quoted($0) }
    guard !candidates.isEmpty else { return "give the folder that holds them" }
    return "give the path of a file of questions, as that of \(candidates.joined(separator: " or "))"
  }

  /// Whether a folder is at the path, or nil where nothing is.
  static func isDirectory(_ path: String) -> Bool? {
    var isDirectory: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) ? isDirectory.boolValue : nil
  }

  static func join(_ folder: String, _ name: String) -> String {
    folder.hasSuffix("/") ? folder + name : folder + "/" + name
  }
}
