import SpecFiles

/// A table of texts.
package struct Table: Sendable {
  /// On which side of its column a text stands.
  package enum Alignment: Sendable {
    case left
    case right
  }

  /// The titles of the columns.
  package let titles: [String]
  /// One for each column.
  package let alignments: [Alignment]
  /// Each with one cell for each column.
  package private(set) var rows: [[String]] = []
  /// What has to be known of the whole table, below it.
  package var notes: [RichText] = []

  /// Makes a table without rows.
  package init(columns: [(title: String, alignment: Alignment)]) {
    titles = columns.map(\.title.onOneLine)
    alignments = columns.map(\.alignment)
  }

  /// Makes a table without rows.
  ///
  /// - Parameters:
  ///   - labels: the titles of the first columns, which hold text.
  ///   - numbers: the titles of the other columns, which hold numbers.
  package init(labels: [String], numbers: [String]) {
    self.init(columns: labels.map { ($0, .left) } + numbers.map { ($0, .right) })
  }

  /// Whether there is no row.
  package var isEmpty: Bool { rows.isEmpty }

  /// Adds a row of raw texts; cells that are left out stay empty.
  package mutating func append(_ cells: [String]) {
    rows.append(titles.indices.map { cells.indices.contains($0) ? cells[$0].onOneLine : "" })
  }

  /// Lines with bars between the columns, which are padded so that the table can be read as it is.
  ///
  /// - Parameter escape: makes a cell fit for the format.
  /// - Returns: the titles, a rule and the rows.
  func lines(_ escape: (String) -> String) -> [String] {
    let (titles, rows) = (titles.map(escape), rows.map { $0.map(escape) })
    // Three dashes and a colon are what every Markdown reader takes for a right-aligned column.
    let widths = titles.indices.map { column in
      rows.reduce(max(TerminalText.columns(of: titles[column]), 4)) { max($0, TerminalText.columns(of: $1[column])) }
    }
    let rule = titles.indices.map { column in
      String(repeating: "-", count: widths[column] - 1) + (alignments[column] == .right ? ":" : "-")
    }
    return ([titles, rule] + rows).map { line($0, widths) }
  }

  private func line(_ cells: [String], _ widths: [Int]) -> String {
    let padded = cells.indices.map { column in
      let padding = String(repeating: " ", count: max(widths[column] - TerminalText.columns(of: cells[column]), 0))
      return alignments[column] == .right ? padding + cells[column] : cells[column] + padding
    }
    return "| \(padded.joined(separator: " | ")) |"
  }
}
