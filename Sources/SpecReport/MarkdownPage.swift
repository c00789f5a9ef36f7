import Foundation

/// Turns the Markdown that the reports are written in into HTML: headings, paragraphs, tables, lists of two levels,
/// quotations, images of known drawings, bold text, code and escaped characters.
struct MarkdownPage {
  /// Drawings as SVG elements, by what their images name.
  let drawings: [String: String]

  /// The body of a page.
  ///
  /// - Parameter markdown: a report.
  /// - Returns: HTML elements.
  func html(of markdown: String) -> String {
    Self.blocks(markdown.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)).map(block)
      .joined(separator: "\n")
  }

  /// Lines between empty lines.
  private static func blocks(_ lines: [String]) -> [[String]] {
    lines.split(separator: "").map(Array.init)
  }

  private func block(_ lines: [String]) -> String {
    guard let first = lines.first else { return "" }
    if first.hasPrefix("# ") { return "<h1>\(inline(String(first.dropFirst(2))))</h1>" }
    if first.hasPrefix("## ") { return "<h2>\(inline(String(first.dropFirst(3))))</h2>" }
    if first.hasPrefix("| ") { return table(lines) }
    if first.hasPrefix("- ") { return list(lines) }
    if first.hasPrefix(">") {
      let inner = lines.map { String($0.dropFirst($0.hasPrefix("> ") ? 2 : 1)) }
      return "<blockquote>\(Self.blocks(inner).map(block).joined(separator: "\n"))</blockquote>"
    }
    if first.hasPrefix("!["), let drawing = image(first) { return drawing }
    return "<p>\(inline(lines.joined(separator: "\n")))</p>"
  }

  private func image(_ line: String) -> String? {
    guard let start = line.range(of: "](")?.upperBound, line.hasSuffix(")") else { return nil }
    return drawings[String(line[start...].dropLast())]
  }

  /// A list of two levels: the points of the second lie inside the point of the first that they follow.
  private func list(_ lines: [String]) -> String {
    var text = "<ul>"
    var (isOpen, isNested) = (false, false)
    for line in lines {
      let nested = line.hasPrefix("  - ")
      let item = inline(String(line.dropFirst(nested ? 4 : 2)))
      if nested {
        text += isNested ? "" : "<ul>"
        text += "<li>\(item)</li>"
      } else {
        text += (isNested ? "</ul>" : "") + (isOpen ? "</li>" : "") + "<li>\(item)"
        isOpen = true
      }
      isNested = nested
    }
    return text + (isNested ? "</ul>" : "") + (isOpen ? "</li>" : "") + "</ul>"
  }

  private func table(_ lines: [String]) -> String {
    let rows = lines.map(cells)
    let isRight = rows.count > 1 ? rows[1].map { $0.hasSuffix(":") } : []
    func row(_ cells: [String], _ tag: String) -> String {
      let columns = cells.enumerated().map { index, cell in
        let style = isRight.indices.contains(index) && isRight[index] ? " class=\"r\"" : ""
        return "<\(tag)\(style)>\(inline(cell))</\(tag)>"
      }
      return "<tr>\(columns.joined())</tr>"
    }
    let body = rows.dropFirst(2).map { row($0, "td") }.joined(separator: "\n")
    return
      "<div class=\"scroll\"><table>\n<thead>\(row(rows[0], "th"))</thead>\n<tbody>\n\(body)\n</tbody></table></div>"
  }

  /// The cells of a row: what lies between bars that are not escaped.
  private func cells(_ line: String) -> [String] {
    var cells = [""]
    var isEscaped = false
    for character in line.dropFirst() {
      if character == "|", !isEscaped { cells.append("") } else { cells[cells.count - 1].append(character) }
      isEscaped = character == "\\" && !isEscaped
    }
    return cells.dropLast().map { $0.trimmingCharacters(in: .whitespaces) }
  }

  /// Bold text, code and escaped characters.
  private func inline(_ text: String) -> String {
    var result = ""
    var isBold = false
    var rest = text[...]
    while let character = rest.first {
      if character == "\\", let next = rest.dropFirst().first {
        result += Self.escaped(String(next))
        rest = rest.dropFirst(2)
      } else if rest.hasPrefix("**") {
        isBold.toggle()
        result += isBold ? "<strong>" : "</strong>"
        rest = rest.dropFirst(2)
      } else if character == "`" {
        let fence = rest.prefix { $0 == "`" }
        let inner = rest.dropFirst(fence.count)
        guard let end = inner.range(of: fence) else { return result + Self.escaped(String(rest)) }
        result += "<code>\(Self.escaped(String(inner[..<end.lowerBound])))</code>"
        rest = inner[end.upperBound...]
      } else {
        result += Self.escaped(String(character))
        rest = rest.dropFirst()
      }
    }
    return result + (isBold ? "</strong>" : "")
  }

  static func escaped(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
      .replacing("\"", with: "&quot;")
  }
}
