/// A Markdown table whose columns are padded, so that it also reads as plain text.
package struct MarkdownTable {
  /// On which side of its column a text stands.
  package enum Alignment: Sendable {
    case left
    case right
  }

  private let titles: [String]
  private let alignments: [Alignment]
  private var rows: [[String]] = []

  /// Makes a table without rows.
  package init(columns: [(title: String, alignment: Alignment)]) {
    titles = columns.map(\.title)
    alignments = columns.map(\.alignment)
  }

  /// Makes a table without rows.
  ///
  /// - Parameters:
  ///   - labels: The titles of the first columns, which hold text.
  ///   - figures: The titles of the other columns, which hold numbers.
  package init(labels: [String], figures: [String]) {
    self.init(columns: labels.map { ($0, .left) } + figures.map { ($0, .right) })
  }

  /// Whether there is no row.
  package var isEmpty: Bool { rows.isEmpty }

  /// Adds a row of cells that are already safe for Markdown; cells that are left out stay empty.
  package mutating func append(_ cells: [String]) {
    rows.append(titles.indices.map { cells.indices.contains($0) ? cells[$0] : "" })
  }

  /// The lines of the table, joined.
  package var text: String {
    // Three dashes and a colon are what every Markdown reader takes for a right-aligned column.
    let widths = titles.indices.map { column in
      rows.reduce(max(TerminalText.columns(of: titles[column]), 4)) { max($0, TerminalText.columns(of: $1[column])) }
    }
    let rule = titles.indices.map { column in
      String(repeating: "-", count: widths[column] - 1) + (alignments[column] == .right ? ":" : "-")
    }
    return ([titles, rule] + rows).map { line($0, widths) }.joined(separator: "\n")
  }

  private func line(_ cells: [String], _ widths: [Int]) -> String {
    let padded = cells.indices.map { column in
      let padding = String(repeating: " ", count: max(widths[column] - TerminalText.columns(of: cells[column]), 0))
      return alignments[column] == .right ? padding + cells[column] : cells[column] + padding
    }
    return "| \(padded.joined(separator: " | ")) |"
  }
}
