import SpecFiles

/// Writes a document as Markdown that can also be read as it is.
package struct MarkdownRenderer {
  /// Where each plot lies, by its name; the others are left out.
  private let plots: [String: String]

  /// - Parameter plots: where each plot lies, by its name; those that are not there are left out.
  package init(plots: [String: String] = [:]) { self.plots = plots }

  /// The document, ending with a newline.
  package func render(_ document: Document) -> String { render(document.blocks) + "\n" }

  private func render(_ blocks: [Block]) -> String {
    blocks.compactMap(render).joined(separator: "\n\n")
  }

  private func render(_ block: Block) -> String? {
    switch block {
    case .heading(let level, let text): String(repeating: "#", count: level) + " " + render(text)
    case .paragraph(let text): render(text)
    case .list(let items): items.map(render).joined(separator: "\n")
    case .table(let table): ([render(table)] + table.notes.map(render)).joined(separator: "\n\n")
    case .note(let blocks):
      render(blocks).split(separator: "\n", omittingEmptySubsequences: false)
        .map { $0.isEmpty ? ">" : "> \($0)" }.joined(separator: "\n")
    case .plot(let plot): plots[plot.name].map { "![\(render(RichText(raw: plot.title)))](\($0))" }
    case .fields(let fields): render(fields.asBlocks)
    case .comment: nil
    }
  }

  private func render(_ item: ListItem) -> String {
    (["- \(render(item.text))"] + item.items.map { "  - \(render($0))" }).joined(separator: "\n")
  }

  private func render(_ table: Table) -> String {
    table.lines { MarkdownText.escaped($0, in: .cell) }.joined(separator: "\n")
  }

  private func render(_ text: RichText) -> String {
    text.inlines.map { inline in
      switch inline {
      case .text(let text): MarkdownText.escaped(text, in: .line)
      case .strong(let text): "**\(render(text))**"
      case .code(let text): MarkdownText.code(text)
      case .lineBreak: "\n"
      }
    }.joined()
  }
}

extension Fields {
  /// The same as a list.
  var asBlocks: [Block] {
    let items = entries.map { label, text in
      ListItem(label.isEmpty ? text : "\(strong: RichText(raw: label)): \(text)")
    }
    return (title.map { [.paragraph($0)] } ?? []) + [.list(items)]
  }
}
