import SpecFiles

/// Turns the Markdown that the reports are written in into HTML: headings, paragraphs, tables, lists of two levels,
/// quotations, images of known drawings, bold text, code and escaped signs.
///
/// It reads Unicode scalars, as every reader of Markdown does: what `MarkdownText` has escaped stays text here.
struct MarkdownPage {
  private typealias Line = ArraySlice<Unicode.Scalar>

  /// Drawings as SVG elements, by what their images name.
  let drawings: [String: String]

  /// The body of a page.
  ///
  /// - Parameter markdown: a report.
  /// - Returns: HTML elements.
  func html(of markdown: String) -> String {
    let lines = Array(markdown.unicodeScalars).split(separator: "\n", omittingEmptySubsequences: false)
    return Self.blocks(lines).map(block).joined(separator: "\n")
  }

  /// Lines between empty lines.
  private static func blocks(_ lines: [Line]) -> [[Line]] {
    lines.split(whereSeparator: \.isEmpty).map(Array.init)
  }

  private func block(_ lines: [Line]) -> String {
    guard let first = lines.first else { return "" }
    if first.starts("# ") { return "<h1>\(inline(first.dropFirst(2)))</h1>" }
    if first.starts("## ") { return "<h2>\(inline(first.dropFirst(3)))</h2>" }
    if first.starts("| ") { return table(lines) }
    if first.starts("- ") { return list(lines) }
    if first.starts(">") {
      let inner = lines.map { $0.dropFirst($0.starts("> ") ? 2 : 1) }
      return "<blockquote>\(Self.blocks(inner).map(block).joined(separator: "\n"))</blockquote>"
    }
    if first.starts("!["), let drawing = image(first) { return drawing }
    return "<p>\(lines.map(inline).joined(separator: "\n"))</p>"
  }

  private func image(_ line: Line) -> String? {
    guard line.last == ")", let start = line.indices.first(where: { line[$0...].starts("](") }) else { return nil }
    return drawings[line[(start + 2)...].dropLast().text]
  }

  /// A list of two levels: the points of the second lie inside the point of the first that they follow.
  private func list(_ lines: [Line]) -> String {
    var text = "<ul>"
    var (isOpen, isNested) = (false, false)
    for line in lines {
      let nested = line.starts("  - ")
      let item = inline(line.dropFirst(nested ? 4 : 2))
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

  private func table(_ lines: [Line]) -> String {
    let rows = lines.map(cells)
    let isRight = rows.count > 1 ? rows[1].map { $0.last == ":" } : []
    func row(_ cells: [Line], _ tag: String) -> String {
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
  private func cells(_ line: Line) -> [Line] {
    var cells: [Line] = []
    var isEscaped = false
    var start = line.startIndex + 1
    for index in line.indices.dropFirst() {
      if line[index] == "|", !isEscaped {
        cells.append(line[start..<index].trimmed)
        start = index + 1
      }
      isEscaped = line[index] == "\\" && !isEscaped
    }
    return cells
  }

  /// Bold text, code and escaped signs.
  private func inline(_ text: Line) -> String {
    var result = ""
    var isBold = false
    var rest = text
    while let scalar = rest.first {
      if scalar == "\\", let next = rest.dropFirst().first, next.isPunctuation {
        result += MarkupText.escaped(String(next))
        rest = rest.dropFirst(2)
      } else if rest.starts("**") {
        isBold.toggle()
        result += isBold ? "<strong>" : "</strong>"
        rest = rest.dropFirst(2)
      } else if scalar == "`" {
        let fence = rest.prefix { $0 == "`" }
        let inner = rest.dropFirst(fence.count)
        if let end = Self.end(of: inner, fence: fence.count) {
          result += "<code>\(MarkupText.escaped(Self.content(inner[..<end]).text))</code>"
          rest = inner[(end + fence.count)...]
        } else {
          result += fence.text
          rest = inner
        }
      } else {
        result += MarkupText.escaped(String(scalar))
        rest = rest.dropFirst()
      }
    }
    return result + (isBold ? "</strong>" : "")
  }

  /// Where the next run of as many backticks begins; nil if there is none.
  private static func end(of code: Line, fence: Int) -> Int? {
    var rest = code
    while let start = rest.firstIndex(of: "`") {
      let run = rest[start...].prefix { $0 == "`" }
      if run.count == fence { return start }
      rest = rest[run.endIndex...]
    }
    return nil
  }

  /// Code without the space on each side that keeps its own backticks from the fence.
  private static func content(_ code: Line) -> Line {
    let isPadded = code.first == " " && code.last == " " && code.contains { $0 != " " }
    return isPadded ? code.dropFirst().dropLast() : code
  }
}

extension ArraySlice<Unicode.Scalar> {
  fileprivate var text: String { String(String.UnicodeScalarView(self)) }

  fileprivate var trimmed: Self {
    let end = lastIndex { $0 != " " }
    return end.map { self[...$0].drop { $0 == " " } } ?? self[startIndex..<startIndex]
  }

  fileprivate func starts(_ prefix: String) -> Bool { starts(with: prefix.unicodeScalars) }
}

extension Unicode.Scalar {
  /// Whether a backslash before it is but an escape.
  fileprivate var isPunctuation: Bool {
    isASCII && (0x21...0x7E).contains(value) && !properties.isAlphabetic && !("0"..."9").contains(self)
  }
}
