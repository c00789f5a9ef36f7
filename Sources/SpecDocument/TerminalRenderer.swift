import SpecFiles

/// Writes a document as plain text. Plots are left out.
package struct TerminalRenderer {
  /// The width of the terminal; nil for lines of any length.
  private let columns: Int?

  /// - Parameter columns: the width of the terminal: paragraphs are broken there, and a table that has no room is a list.
  ///   Nil for lines of any length.
  package init(columns: Int? = nil) { self.columns = columns }

  /// The document, ending with a newline.
  package func render(_ document: Document) -> String { render(document.blocks) + "\n" }

  private func render(_ blocks: [Block]) -> String {
    blocks.compactMap(render).joined(separator: "\n\n")
  }

  private func render(_ block: Block) -> String? {
    switch block {
    case .heading(let level, let text): heading(text.plain, level)
    case .paragraph(let text): TerminalText.wrapped(text.plain, columns: columns)
    case .list(let items):
      items.flatMap { [point($0.text, "- ")] + $0.items.map { point($0, "  - ") } }.joined(separator: "\n")
    case .table(let table):
      ([render(table)] + table.notes.map { TerminalText.wrapped($0.plain, columns: columns) })
        .joined(separator: "\n\n")
    case .note(let blocks):
      TerminalRenderer(columns: columns.map { $0 - 2 }).render(blocks)
        .split(separator: "\n", omittingEmptySubsequences: false).map { $0.isEmpty ? "|" : "| \($0)" }
        .joined(separator: "\n")
    case .fields(let fields): render(fields)
    case .plot, .comment: nil
    }
  }

  private func heading(_ text: String, _ level: Int) -> String {
    let width = min(TerminalText.columns(of: text), columns ?? .max)
    return TerminalText.wrapped(text, columns: columns) + "\n"
      + String(repeating: level == 1 ? "=" : "-", count: max(width, 1))
  }

  private func point(_ text: RichText, _ mark: String) -> String {
    TerminalText.wrapped(text.plain, after: mark, columns: columns, indentation: mark.count)
  }

  private func render(_ table: Table) -> String {
    let lines = table.lines(TerminalText.line)
    let width = lines.first.map(TerminalText.columns) ?? 0
    guard let columns, width > columns else { return lines.joined(separator: "\n") }
    return list(table, columns)
  }

  /// The cells of each row below each other.
  private func list(_ table: Table, _ columns: Int) -> String {
    let width = (table.titles.map(TerminalText.columns).max() ?? 0) + 4
    return table.rows.map { row in
      zip(table.titles, row).enumerated().map { index, cell in
        let label = (index == 0 ? "" : "  ") + TerminalText.line(cell.0)
        return TerminalText.wrapped(
          TerminalText.line(cell.1),
          after: padded(label, to: width),
          columns: columns,
          indentation: width
        )
      }.joined(separator: "\n")
    }.joined(separator: "\n\n")
  }

  private func render(_ fields: Fields) -> String {
    let indentation = fields.title == nil || fields.labelColumns != nil ? 0 : 2
    let lines = fields.entries.map { label, text in
      let name = TerminalText.line(label) + (fields.labelColumns != nil || label.isEmpty ? "" : "  ")
      return TerminalText.wrapped(
        text.plain,
        after: String(repeating: " ", count: indentation) + padded(name, to: fields.labelColumns ?? 0),
        columns: columns,
        indentation: fields.labelColumns ?? indentation + 2
      )
    }
    return ((fields.title.map { [$0.plain] } ?? []) + lines).joined(separator: "\n")
  }

  private func padded(_ text: String, to width: Int) -> String {
    text + String(repeating: " ", count: max(width - TerminalText.columns(of: text), 0))
  }
}

extension RichText {
  /// The text without its marks, on one line and harmless to a terminal.
  package var plain: String {
    inlines.map { inline in
      switch inline {
      case .text(let text), .code(let text): TerminalText.line(text)
      case .strong(let text): text.plain
      case .lineBreak: " "
      }
    }.joined()
  }
}
