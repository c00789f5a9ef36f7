import Foundation
import SpecCore
import SpecFiles

/// Finds a suite by its path or by its name.
package enum SuiteLocator {
  /// The environment variable that names a folder of suites.
  package static let environmentVariable = "SPECBENCH_SUITES"

  /// The folder of suites that is looked for while walking up.
  package static let folderName = "Suites"

  /// The path of a suite. A path that exists wins; a name is looked for in the folder that `SPECBENCH_SUITES` names,
  /// then in every `Suites` folder on the way up from the working directory, then from the executable.
  ///
  /// - Parameters:
  ///   - nameOrPath: what the user gave.
  ///   - environment: the environment variables of the process.
  ///   - workingDirectory: the absolute path of the working directory.
  ///   - executable: the path of the running program.
  /// - Returns: the absolute path of the suite's folder or file.
  /// - Throws: `SuiteError` that lists all places tried.
  package static func locate(
    _ nameOrPath: String,
    environment: [String: String],
    workingDirectory: String,
    executable: String
  ) throws(SuiteError) -> String {
    guard !nameOrPath.isBlank else {
      throw SuiteError(
        place: "the suite",
        found: "an empty name",
        expected: "a name or a path",
        advice: "give the name of a suite"
      )
    }
    var places = [FilePlace.absolute(nameOrPath, in: workingDirectory)]
    // What has a slash is a path: looking for it elsewhere would find a folder that the user did not mean.
    if !nameOrPath.contains("/"), nameOrPath != ".", nameOrPath != ".." {
      if let folder = environment[environmentVariable], !folder.isEmpty {
        places.append(SuiteFiles.join(FilePlace.absolute(folder, in: workingDirectory), nameOrPath))
      }
      let program = URL(fileURLWithPath: FilePlace.absolute(executable, in: workingDirectory)).resolvingSymlinksInPath()
      let starts = [FilePlace.absolute(workingDirectory, in: "/"), program.deletingLastPathComponent().path]
      places += starts.flatMap(foldersUpwards).map { SuiteFiles.join($0, "\(folderName)/\(nameOrPath)") }
    }
    if let path = places.first(where: { SuiteFiles.isDirectory($0) != nil }) { return path }
    var seen: Set<String> = []
    let tried = places.filter { seen.insert($0).inserted }
    if let error = notAmongTheKnown(nameOrPath, tried: tried) { throw error }
    throw SuiteError(
      place: "the suite \(quoted(nameOrPath))",
      found: "nothing at \(tried.joined(separator: ", "))",
      expected: "a suite at one of these places",
      advice: "check the spelling, give the path of the suite or set \(environmentVariable) to a folder of suites"
    )
  }

  /// The error for a name where there are suites, but none of it: lists them, since they say more than places do.
  private static func notAmongTheKnown(_ name: String, tried: [String]) -> SuiteError? {
    let folders = tried.dropFirst().map { URL(fileURLWithPath: $0).deletingLastPathComponent().path }
    let found = folders.map { (folder: $0, names: suiteNames(in: $0)) }
    let suites = found.filter { !$0.names.isEmpty }
    guard !suites.isEmpty else { return nil }
    let names = suites.flatMap(\.names)
    let isCategory = Category.tasks.contains { $0.rawValue == name } || Category.conversationNames.contains(name)
    let category = Category(questionCategory: name)?.rawValue ?? name
    return SuiteError(
      place: "the suite \(quoted(name))",
      found: isCategory
        ? "the name of a category"
        : "neither a suite nor a file of this name" + nearestNameHint(for: name, among: names),
      expected: suites.map { "\($0.names.joined(separator: " or ")) in \($0.folder)" }.joined(separator: ", or "),
      advice: isCategory
        ? "give a suite, and the category with --categories \(category)"
        : "give one of these, or the path of a suite or of a file of questions"
    )
  }

  /// The names of the suites in a folder.
  private static func suiteNames(in folder: String) -> [String] {
    let entries = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return entries.filter { name in
      [SuiteManifest.fileName, SuiteManifest.defaultQuestionFile].contains {
        SuiteFiles.isDirectory(SuiteFiles.join(folder, name) + "/" + $0) == false
      }
    }.sorted()
  }

  /// The folder itself and those that it lies in, up to the root.
  private static func foldersUpwards(from folder: String) -> [String] {
    var folders: [String] = []
    var components = folder.split(separator: "/")
    while !components.isEmpty {
      folders.append("/" + components.joined(separator: "/"))
      components.removeLast()
    }
    return folders + ["/"]
  }
}
