import SpecDocument
import SpecFiles
import SpecTestSupport
import Testing

/// Texts of people who mean harm, everywhere in a document: each format keeps its shape, and shows what was written.
@Suite struct HostileTextTests {
  private static let texts = HostileText.texts(250, seed: 7).filter { !shown($0).isEmpty }

  /// A text on one line, as every format shows it.
  private static func shown(_ text: String) -> [Unicode.Scalar] {
    text.unicodeScalars.split(whereSeparator: \.properties.isWhitespace)
      .map { TerminalText.line(String(String.UnicodeScalarView($0))) }.joined(separator: " ").unicodeScalars.map(\.self)
  }

  /// A document with the text in each place.
  private static func document(_ text: String) -> Document {
    var table = Table(labels: ["a", text], numbers: ["c"])
    table.append([text, "x", "1"])
    table.notes = ["\(text)"]
    return Document([
      .comment("\(text)"), .heading(1, "\(text)"), .paragraph("\(text) and \(strong: "\(text)")\n\(code: text)"),
      .list([ListItem("\(text)", items: ["\(text)"])]), .table(table), .note([.paragraph("\(text)")]),
      .plot(Plot(name: "p", ShareBarPlot(title: text, note: text, parts: [text], rows: [(text, [1])]))),
      .fields(Fields(title: "\(text)", labelColumns: 8, [(text, "\(text)")])),
    ])
  }

  /// Lines, each as what a reader of Markdown takes it for.
  private static func shape(_ text: String) -> [String] {
    text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      if line.isEmpty { return "" }
      if line.first == "|" {
        let cells = line.indices.count { index in
          line[index] == "|" && line[..<index].reversed().prefix { $0 == "\\" }.count.isMultiple(of: 2)
        }
        return "| \(cells)"
      }
      // A fence of backticks has none behind it; else it is code inside a line.
      if line.starts(with: "```".unicodeScalars), !line.drop(while: { $0 == "`" }).contains("`") { return "fence" }
      let marks = ["# ", "- ", "  - ", "> - ", "> ", "1. ", "![", "=", "--", "+ ", "    "]
      let mark = marks.first { line.starts(with: $0.unicodeScalars) }
      return mark.map { $0 + "text" } ?? "text"
    }
  }

  @Test func markdownKeepsItsShape() {
    let renderer = MarkdownRenderer(plots: ["p": "p.svg"])
    let own = Self.shape(renderer.render(Self.document("x")))
    for text in Self.texts {
      let rendered = renderer.render(Self.document(text))
      #expect(Self.shape(rendered) == own, "\(text.debugDescription)")
      #expect(TerminalText.harmless(rendered) == rendered, "\(text.debugDescription)")
    }
  }

  @Test func pageShowsTheTexts() throws {
    let own = try MarkupReader(page: HTMLRenderer().render(Self.document("x"), title: "x")).elements.map(\.name)
    for text in Self.texts {
      let page = try MarkupReader(page: HTMLRenderer().render(Self.document(text), title: text))
      #expect(page.elements.map(\.name) == own, "\(text.debugDescription)")
      let expected = Self.shown(text).map { $0.value == 0xFFFE || $0.value == 0xFFFF ? "\u{FFFD}" : $0 }
      for name in ["h1", "li", "td", "strong", "p"] {
        let found = page.elements.filter { $0.name == name }.map { Array($0.text.unicodeScalars) }
        #expect(found.contains { $0.starts(with: expected) }, "\(name) \(text.debugDescription)")
      }
    }
  }

  @Test func latexShowsTheTexts() throws {
    let own = LaTeXReader.structure(LaTeXRenderer().render(Self.document("x")))
    for text in Self.texts {
      let rendered = LaTeXRenderer().render(Self.document(text))
      let lines = rendered.unicodeScalars.split(separator: "\n")
      #expect(LaTeXReader.structure(rendered) == own, "\(text.debugDescription)")
      #expect(lines.first?.first == "%" && !lines.dropFirst().contains { $0.first == "%" })
      // The heading lies between a command and a brace.
      let heading = try #require(lines.first { $0.starts(with: "\\section*{".unicodeScalars) })
      let shown = String(String.UnicodeScalarView(heading.dropFirst(10).dropLast()))
      #expect(LaTeXReader.text(shown) == Self.shown(text), "\(text.debugDescription)")
    }
  }

  @Test func terminalObeysNothing() {
    for text in Self.texts {
      for columns in [nil, 30, 200] {
        let rendered = TerminalRenderer(columns: columns).render(Self.document(text))
        #expect(TerminalText.harmless(rendered) == rendered, "\(text.debugDescription)")
        #expect(!rendered.unicodeScalars.contains("\t"), "\(text.debugDescription)")
      }
      let title = TerminalRenderer().render(Self.document(text)).unicodeScalars.prefix { $0 != "\n" }
      #expect(Array(title) == Self.shown(text), "\(text.debugDescription)")
    }
  }
}
