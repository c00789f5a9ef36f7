import Foundation
import SpecDocument
import SpecFiles

/// A Markdown report with its plots in a folder beside it.
enum ReportFile {
  /// Makes the report of what was just measured. If that fails, it is told first that what was measured is whole.
  ///
  /// - Parameters:
  ///   - kept: a sentence that says where it is and how its report is made.
  ///   - body: reads what was measured and writes the report.
  /// - Returns: what `body` returns.
  /// - Throws: what `body` throws.
  static func afterMeasuring<Result>(kept: String, _ body: () throws -> Result) throws -> Result {
    do {
      return try Activity.during("Making the report", body)
    } catch {
      tell(kept)
      throw error
    }
  }

  /// Writes the report and its plots.
  ///
  /// - Parameters:
  ///   - document: the report.
  ///   - path: the report's file; the folder is named after it.
  /// - Throws: `UnwritableFile`.
  static func write(_ document: Document, to path: String) throws {
    let plots = document.plots
    // Beside a terminal or a pipe there is no place for a folder.
    guard [nil, .file].contains(FilePlace.kind(at: path)), FilePlace.descriptor(namedBy: path) == nil, !plots.isEmpty
    else {
      return try OutputFile.write(MarkdownRenderer().render(document), to: path)
    }
    // Who opens the report finds its plots beside the file, not beside a link to it.
    let url = URL(fileURLWithPath: (try? FilePlace.resolved(path)) ?? path)
    let folder = url.deletingPathExtension().lastPathComponent + "-plots"
    let place = url.deletingLastPathComponent().appending(path: folder).path
    let files = plots.map { (path: "\(place)/\($0.name).svg", text: $0.svg) }
    let places = plots.map { ($0.name, "\(Self.encoded(folder))/\($0.name).svg") }
    let text = MarkdownRenderer(plots: Dictionary(places) { first, _ in first }).render(document)
    try OutputFile.withFolder(place) { try OutputFile.writeAll(files + [(path: path, text: text)]) }
  }

  /// A name as a link may hold it.
  private static func encoded(_ name: String) -> String {
    name.addingPercentEncoding(withAllowedCharacters: .urlPathAllowed.subtracting(CharacterSet(charactersIn: "()")))
      ?? name
  }
}
