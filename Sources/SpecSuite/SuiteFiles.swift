import Foundation

/// Which files make up the suite at a path.
struct SuiteFiles {
  let directory: String
  let manifestPath: String?
  let questionFile: String
  /// The name of a suite that has no manifest to give it one.
  let name: String

  init(path: String) throws(SuiteError) {
    let url = URL(fileURLWithPath: path).standardizedFileURL
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
    } else {
      try self.init(file: url)
    }
  }

  private init(file: URL) throws(SuiteError) {
    guard file.pathExtension.lowercased() == "jsonl" else {
      throw SuiteError(
        place: file.path,
        found: "a file that does not end in .jsonl",
        expected: "the folder of a suite or a .jsonl file",
        advice: "give the folder that the file lies in"
      )
    }
    let folder = file.deletingLastPathComponent()
    directory = folder.path
    manifestPath = nil
    questionFile = file.lastPathComponent
    let isUsualName = questionFile == SuiteManifest.defaultQuestionFile
    name = isUsualName ? folder.lastPathComponent : file.deletingPathExtension().lastPathComponent
  }

  private init(folder: URL) throws(SuiteError) {
    directory = folder.path
    name = folder.lastPathComponent
    questionFile = SuiteManifest.defaultQuestionFile
    let manifest = SuiteFiles.join(directory, SuiteManifest.fileName)
    let hasManifest = SuiteFiles.isDirectory(manifest) != nil
    let hasQuestions = SuiteFiles.isDirectory(SuiteFiles.join(directory, questionFile)) != nil
    manifestPath = hasManifest ? manifest : nil
    guard hasManifest || hasQuestions else {
      throw SuiteError(
        place: directory,
        found: "neither \(SuiteManifest.fileName) nor \(questionFile)",
        expected: "one of the two in the folder of a suite",
        advice: "give the folder that holds them"
      )
    }
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
