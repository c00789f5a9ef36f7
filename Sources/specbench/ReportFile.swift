import Foundation
import SpecFiles
import SpecReport
import SpecRunner

/// A Markdown report with its plots in a folder beside it.
enum ReportFile {
  /// Writes the report and its plots.
  ///
  /// - Parameters:
  ///   - summary: the run.
  ///   - path: the report's file; the folder is named after it.
  /// - Throws: `UnwritableFile`.
  static func write(_ summary: RunSummary, to path: String) throws(UnwritableFile) {
    try write(RunPlots.render(summary), to: path) { MarkdownReport.render(summary, plots: $0) }
  }

  /// Writes a text and the plots that it names.
  ///
  /// - Parameters:
  ///   - plots: the plots.
  ///   - path: the text's file; the folder is named after it.
  ///   - render: makes the text, given where each plot lies.
  /// - Throws: `UnwritableFile`.
  static func write(
    _ plots: [Plot],
    to path: String,
    render: ([String: String]) -> String
  ) throws(UnwritableFile) {
    let url = URL(fileURLWithPath: path)
    let isRegular = FileManager.default.fileExists(atPath: path)
    let type = try? FileManager.default.attributesOfItem(atPath: path)[.type] as? FileAttributeType
    // Beside a terminal or a pipe there is no place for a folder.
    guard !isRegular || type == .typeRegular || type == .typeSymbolicLink else {
      return try OutputFile.write(render([:]), to: path)
    }
    let folder = url.deletingPathExtension().lastPathComponent + "-plots"
    let place = url.deletingLastPathComponent().appending(path: folder)
    do {
      if !plots.isEmpty { try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true) }
    } catch {
      throw UnwritableFile(path: place.path)
    }
    var places: [String: String] = [:]
    for plot in plots {
      try OutputFile.write(plot.svg, to: place.appending(path: "\(plot.name).svg").path)
      places[plot.name] = "\(Self.encoded(folder))/\(plot.name).svg"
    }
    try OutputFile.write(render(places), to: path)
  }

  /// A name as a link may hold it.
  private static func encoded(_ name: String) -> String {
    name.addingPercentEncoding(withAllowedCharacters: .urlPathAllowed.subtracting(CharacterSet(charactersIn: "()")))
      ?? name
  }
}
