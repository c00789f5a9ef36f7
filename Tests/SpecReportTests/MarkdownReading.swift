import Foundation
import SpecReport
import Testing

/// A table of a Markdown text read back.
struct ReadTable {
  let lines: [String]
  let titles: [String]
  let rows: [[String]]

  /// Reads the first table after the heading.
  init(_ text: String, after heading: String) throws {
    let all = text.components(separatedBy: "\n")
    let start = try #require(all.firstIndex { $0 == heading }, "\(heading)")
    lines = Array(all[start...].drop { !$0.hasPrefix("|") }.prefix { $0.hasPrefix("|") })
    try #require(lines.count >= 2)
    titles = Self.cells(lines[0])
    rows = lines.dropFirst(2).map(Self.cells)
  }

  /// Reads a text that begins with a table.
  init(_ text: String) throws {
    lines = text.components(separatedBy: "\n").prefix { $0.hasPrefix("|") }.map { $0 }
    try #require(lines.count >= 2)
    titles = Self.cells(lines[0])
    rows = lines.dropFirst(2).map(Self.cells)
  }

  func cell(_ row: String, _ column: String) throws -> String {
    let index = try #require(titles.firstIndex(of: column), "\(column)")
    let cells = try #require(rows.first { $0.first == row }, "\(row)")
    return cells[index]
  }

  /// The cells of a line, split where a `|` is not escaped.
  static func cells(_ line: String) -> [String] {
    var cells = [""]
    var isEscaped = false
    for character in line {
      if character == "|", !isEscaped {
        cells.append("")
      } else {
        cells[cells.count - 1].append(character)
      }
      isEscaped = character == "\\" && !isEscaped
    }
    return cells.dropFirst().dropLast().map { $0.trimmingCharacters(in: .whitespaces) }
  }
}

/// Every run of table lines of a text.
func tables(of text: String) -> [[String]] {
  text.components(separatedBy: "\n")
    .split { !$0.hasPrefix("|") }
    .map(Array.init)
}
