import Foundation
import SpecSuite
import SpecTestSupport
import Testing

/// A folder of its own for one test, removed when the test is over.
final class Workspace {
  let path: String

  init() throws {
    let folder = FileManager.default.temporaryDirectory.resolvingSymlinksInPath()
    path = folder.appendingPathComponent("specsuite-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit {
    try? FileManager.default.removeItem(atPath: path)
  }

  /// Writes a file, with the folders that it lies in, and returns its path.
  @discardableResult
  func write(_ text: String, to name: String) throws -> String {
    try write(Data(text.utf8), to: name)
  }

  @discardableResult
  func write(_ data: Data, to name: String) throws -> String {
    let url = URL(fileURLWithPath: path).appendingPathComponent(name)
    try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try data.write(to: url)
    return url.path
  }

  /// One line of a question file.
  static func line(_ id: Int, _ category: String = "qa", turns: [String] = ["Who?"]) -> String {
    let texts = turns.map { "\"\($0)\"" }.joined(separator: ", ")
    return "{\"question_id\": \(id), \"category\": \"\(category)\", \"turns\": [\(texts)]}\n"
  }
}

/// Runs what must fail and returns its error, whose description must be one sentence.
func failure(
  sourceLocation: SourceLocation = #_sourceLocation,
  _ body: () throws(SuiteError) -> Void
) -> SuiteError {
  do {
    try body()
  } catch {
    let sentence = error.description
    #expect(!sentence.hasSuffix(".") && !sentence.contains("\n"), sourceLocation: sourceLocation)
    return error
  }
  Issue.record("nothing was thrown", sourceLocation: sourceLocation)
  return SuiteError(place: "", found: "", expected: "", advice: "")
}

extension Fixtures {
  /// The suite that the package ships.
  static let essentials = package.appending(path: "Suites/essentials").path
}
