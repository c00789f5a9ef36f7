import SpecFiles

/// Writes a document as a page that needs no other file and follows the reader's light or dark mode.
package struct HTMLRenderer {
  /// Makes a renderer.
  package init() {}

  /// A whole page, ending with a newline.
  ///
  /// - Parameters:
  ///   - document: what it shows.
  ///   - title: the title of its window.
  /// - Returns: an HTML document.
  package func render(_ document: Document, title: String) -> String {
    """
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>\(MarkupText.escaped(title))</title>
    <style>\(Self.style)</style>
    </head>
    <body>
    \(render(document.blocks))
    </body>
    </html>

    """
  }

  private func render(_ blocks: [Block]) -> String {
    blocks.compactMap(render).joined(separator: "\n")
  }

  private func render(_ block: Block) -> String? {
    switch block {
    case .heading(let level, let text): "<h\(level)>\(render(text))</h\(level)>"
    case .paragraph(let text): "<p>\(render(text))</p>"
    case .list(let items): "<ul>\(items.map(render).joined())</ul>"
    case .table(let table): ([render(table)] + table.notes.map { "<p>\(render($0))</p>" }).joined(separator: "\n")
    case .note(let blocks): "<blockquote>\(render(blocks))</blockquote>"
    case .plot(let plot): plot.svg
    case .fields(let fields): render(fields.asBlocks)
    case .comment: nil
    }
  }

  private func render(_ item: ListItem) -> String {
    let inner = item.items.map { "<li>\(render($0))</li>" }.joined()
    return "<li>\(render(item.text))\(inner.isEmpty ? "" : "<ul>\(inner)</ul>")</li>"
  }

  private func render(_ table: Table) -> String {
    func row(_ cells: [String], _ tag: String) -> String {
      let columns = zip(cells, table.alignments).map { cell, alignment in
        "<\(tag)\(alignment == .right ? " class=\"r\"" : "")>\(MarkupText.escaped(cell))</\(tag)>"
      }
      return "<tr>\(columns.joined())</tr>"
    }
    let body = table.rows.map { row($0, "td") }.joined(separator: "\n")
    return
      "<div class=\"scroll\"><table>\n<thead>\(row(table.titles, "th"))</thead>\n<tbody>\n\(body)\n</tbody></table></div>"
  }

  private func render(_ text: RichText) -> String {
    text.inlines.map { inline in
      switch inline {
      case .text(let text): MarkupText.escaped(text)
      case .strong(let text): "<strong>\(render(text))</strong>"
      case .code(let text): "<code>\(MarkupText.escaped(text))</code>"
      case .lineBreak: "\n"
      }
    }.joined()
  }

  private static let style = """
    body{font:15px/1.5 system-ui,-apple-system,'Segoe UI',Helvetica,Arial,sans-serif;max-width:60rem;margin:2rem auto;\
    padding:0 1rem;color:#1f2328;background:#fff}
    h1,h2{line-height:1.25;margin-top:2rem}
    h1,h2,p,li{overflow-wrap:anywhere}
    .scroll{overflow-x:auto}
    table{border-collapse:collapse;font-variant-numeric:tabular-nums;font-size:.9rem}
    th,td{padding:.25rem .6rem;border-bottom:1px solid #d1d9e0;white-space:nowrap;text-align:left}
    .r{text-align:right}
    code{font-family:ui-monospace,SFMono-Regular,Menlo,monospace;font-size:.85em;overflow-wrap:anywhere}
    blockquote{margin:1rem 0;padding:.2rem 1rem;border-left:4px solid #d29922}
    .plot{display:block;max-width:100%;height:auto;margin:1rem 0}
    @media (prefers-color-scheme:dark){body{color:#f0f6fc;background:#0d1117}th,td{border-color:#3d444d}}
    """
}
