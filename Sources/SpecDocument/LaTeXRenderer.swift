import SpecFiles

/// Writes a document as a part of a LaTeX document that has the package `booktabs`. Plots are left out: LaTeX cannot read
/// their format.
package struct LaTeXRenderer {
  /// Makes a renderer.
  package init() {}

  /// The document, ending with a newline.
  package func render(_ document: Document) -> String { render(document.blocks) + "\n" }

  private func render(_ blocks: [Block]) -> String {
    // A comment belongs to what follows.
    blocks.reduce(into: (text: "", isComment: true)) { result, block in
      guard let next = render(block) else { return }
      result.text += (result.text.isEmpty ? "" : result.isComment ? "\n" : "\n\n") + next
      if case .comment = block { result.isComment = true } else { result.isComment = false }
    }.text
  }

  private func render(_ block: Block) -> String? {
    switch block {
    case .heading(let level, let text): "\\\(level == 1 ? "section" : "subsection")*{\(render(text))}"
    case .paragraph(let text): wrapped(render(text))
    case .list(let items):
      environment("itemize", items.flatMap { ["\\item \(render($0.text))"] + nested($0.items.map(render)) })
    case .table(let table): render(table)
    case .note(let blocks): environment("quote", [render(blocks)])
    case .fields(let fields): render(fields.asBlocks)
    case .comment(let text): "% " + text.plain
    case .plot: nil
    }
  }

  private func nested(_ items: [String]) -> [String] {
    items.isEmpty ? [] : [environment("itemize", items.map { "\\item \($0)" })]
  }

  private func environment(_ name: String, _ lines: [String]) -> String {
    (["\\begin{\(name)}"] + lines + ["\\end{\(name)}"]).joined(separator: "\n")
  }

  private func render(_ table: Table) -> String {
    let columns = table.alignments.map { $0 == .left ? "l" : "r" }.joined()
    let notes = table.notes.map { note in
      "\\multicolumn{\(table.titles.count)}{p{0.9\\linewidth}}{\\footnotesize\n\(wrapped(render(note)))} \\\\"
    }
    let lines = ["\\toprule", row(table.titles), "\\midrule"] + table.rows.map(row) + ["\\bottomrule"] + notes
    return (["\\begin{tabular}{\(columns)}"] + lines + ["\\end{tabular}"]).joined(separator: "\n")
  }

  private func row(_ cells: [String]) -> String {
    cells.map(LaTeXText.escaped).joined(separator: " & ") + " \\\\"
  }

  private func render(_ text: RichText) -> String {
    text.inlines.map { inline in
      switch inline {
      case .text(let text): LaTeXText.escaped(text)
      case .strong(let text): "\\textbf{\(render(text))}"
      case .code(let text): "\\texttt{\(LaTeXText.escaped(text))}"
      case .lineBreak: " "
      }
    }.joined()
  }

  /// A paragraph in lines that an editor shows whole.
  private func wrapped(_ text: String) -> String {
    TerminalText.wrapped(text, columns: 100)
  }
}
