import Foundation
import SpecFiles
import SpecTestSupport
import Testing

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// Hostile texts, written by each escaper and read back by a reader that knows nothing of it.
@Suite struct EscapingTests {
  private static let texts = HostileText.texts(4000, seed: 1)

  /// What is shown in the place of a scalar that does something: its number.
  private func shown(_ scalar: Unicode.Scalar) -> String {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator:
      let names: [Unicode.Scalar: String] = ["\0": "\\0", "\n": "\\n", "\r": "\\r", "\t": "\\t"]
      let digits = String(scalar.value, radix: 16, uppercase: true)
      let width = scalar.value < 0x80 ? 2 : scalar.value < 0x10000 ? 4 : 8
      return names[scalar] ?? "\\u{\(String(repeating: "0", count: width - digits.count))\(digits)}"
    default: return String(scalar)
    }
  }

  /// A text on one line: white space is one space.
  private func onOneLine(_ text: String) -> [Unicode.Scalar] {
    text.unicodeScalars.split(whereSeparator: \.properties.isWhitespace)
      .map { $0.map(shown).joined() }.joined(separator: " ").unicodeScalars.map(\.self)
  }

  @Test func markupIsReadBackAsOneText() throws {
    let elements = Self.texts.map { "<t a=\"\(MarkupText.escaped($0))\">\(MarkupText.escaped($0))</t>" }
    let reader = try MarkupReader("<r>\(elements.joined())</r>")
    try #require(reader.elements.map(\.name) == Array(repeating: "t", count: Self.texts.count))
    for (text, element) in zip(Self.texts, reader.elements) {
      let expected = text.unicodeScalars.map { scalar in
        if scalar == "\n" || scalar == "\t" { return String(scalar) }
        return scalar.value == 0xFFFE || scalar.value == 0xFFFF ? "\u{FFFD}" : shown(scalar)
      }.joined()
      #expect(Array(element.text.utf8) == Array(expected.utf8), "\(text.debugDescription)")
      #expect(Array((element.attributes["a"] ?? "").utf8) == Array(expected.utf8), "\(text.debugDescription)")
    }
  }

  /// Everything that Markdown gives a meaning to stands behind a backslash, and without the backslashes it is the text.
  @Test func plainMarkdownHasNoLivingSign() {
    let living = Set("\\`|*[]<&~$".unicodeScalars)
    for text in Self.texts {
      var read: [Unicode.Scalar] = []
      var isEscaped = false
      for scalar in MarkdownText.escaped(text.onOneLine, in: .line).unicodeScalars {
        if scalar == "\\", !isEscaped {
          isEscaped = true
          continue
        }
        if !isEscaped { #expect(!living.contains(scalar) && scalar != "\n", "\(text.debugDescription)") }
        read.append(scalar)
        isEscaped = false
      }
      #expect(read == onOneLine(text) && !isEscaped, "\(text.debugDescription)")
    }
  }

  @Test(arguments: [
    ("# x", ##"\# x"##), ("- x", #"\- x"#), ("--", #"\--"#), ("-5", "-5"), ("1. x", #"1\. x"#), ("1.5", "1.5"),
    ("2)", #"2\)"#), ("> x", #"\> x"#), ("a #", ##"a \#"##), ("C# x", "C# x"), ("http://x", #"http\://x"#),
    ("www.x", #"www\.x"#), ("a@b", #"a\@b"#), ("CPU @ 2", "CPU @ 2"), ("$x$", #"\$x\$"#), (" \u{A0} a  b ", "a b"),
  ])
  func signsAreEscapedWhereTheyMeanSomething(text: String, expected: String) {
    #expect(MarkdownText.escaped(text.onOneLine, in: .line) == expected)
  }

  /// A code span ends at its fence and nowhere before, whatever joins with a backtick.
  @Test func codeSpansHoldTheirText() throws {
    for text in Self.texts where !text.unicodeScalars.allSatisfy({ $0 == " " }) {
      let code = Array(MarkdownText.code(text).unicodeScalars)
      let fence = code.prefix { $0 == "`" }.count
      let runs = code.split { $0 != "`" }.map(\.count)
      try #require(fence > 0 && runs.first == fence && runs.last == fence, "\(text.debugDescription)")
      #expect(!runs.dropFirst().dropLast().contains(fence), "\(text.debugDescription)")
      var content = code.dropFirst(fence).dropLast(fence)
      if content.first == " ", content.last == " " { content = content.dropFirst().dropLast() }
      #expect(
        Array(content) == text.unicodeScalars.flatMap { Array(shown($0).unicodeScalars) },
        "\(text.debugDescription)"
      )
    }
  }

  /// A cell of a table begins no block, and no bar in it ends it.
  @Test(arguments: [
    ("# x", "# x"), ("- x", "- x"), ("1. x", "1. x"), ("> x", "> x"), ("=", "="), ("a #", "a #"), ("a|b", #"a\|b"#),
    ("a\\|b", #"a\\\|b"#), ("_x_", #"\_x\_"#), ("a@b", #"a\@b"#), ("<b>", #"\<b>"#),
  ])
  func cellsHoldNoBlocks(text: String, expected: String) {
    #expect(MarkdownText.escaped(text, in: .cell) == expected)
  }

  @Test func cellsOfCommaSeparatedValuesAreReadBack() throws {
    for text in Self.texts {
      let line = "7,\(CSVText.cell(text)),-0.5\n"
      let rows = CommaSeparatedReader.rows(line)
      #expect(rows.count == 1 && rows.first?.count == 3, "\(text.debugDescription)")
      let cell = Array((rows.first?[1] ?? "").unicodeScalars)
      let signs: [Unicode.Scalar] = ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"]
      #expect(cell.first.map { !signs.contains($0) } ?? true, "\(text.debugDescription)")
      #expect(
        (cell.first == "'" ? Array(cell.dropFirst()) : cell) == Array(text.unicodeScalars),
        "\(text.debugDescription)"
      )
    }
    #expect(CSVText.cell("kangaroo:exit=2") == "kangaroo:exit=2" && CSVText.cell("=1") == "'=1")
  }

  @Test func lateXIsReadBackWithoutCommands() throws {
    for text in Self.texts {
      let read = try #require(LaTeXReader.text(LaTeXText.escaped(text.onOneLine)), "\(text.debugDescription)")
      #expect(read == onOneLine(text), "\(text.debugDescription)")
    }
    #expect(LaTeXText.escaped("a--b ?`") == "a-{}-b ?{}`")
    #expect(LaTeXText.escaped("95 % of 1.7×, 2–3, –-") == #"95\,\% of 1.7$\times$, 2--3, --{}-"#)
  }

  @Test func terminalsObeyNothing() {
    for text in Self.texts {
      let expected = text.unicodeScalars.map { $0 == "\n" || $0 == "\t" ? String($0) : shown($0) }.joined()
      #expect(Array(TerminalText.harmless(text).utf8) == Array(expected.utf8), "\(text.debugDescription)")
    }
    #expect(TerminalText.harmless("a\u{200D}b\u{202E}", keepsJoiners: true) == "a\u{200D}b\\u{202E}")
  }

  /// A shell takes each argument for what it was.
  @Test func shellsReadArgumentsBack() throws {
    let texts = Self.texts.prefix(1500).filter { !$0.utf8.contains(0) }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    let script = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).sh")
    defer { try? FileManager.default.removeItem(at: script) }
    try Data("printf '%s\\0' \(texts.map(ShellText.argument).joined(separator: " "))\n".utf8).write(to: script)
    process.arguments = [script.path]
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    let read = [UInt8](output).split(separator: 0, omittingEmptySubsequences: false).dropLast().map(Array.init)
    #expect(read == texts.map { Array($0.utf8) })
  }

  @Test func namesOfFilesStayInTheirFolder() {
    for text in Self.texts + [String(repeating: "世", count: 500)] {
      let name = FileNameText.name(text)
      #expect(name.utf8.count <= 200 && !name.utf8.contains(UInt8(ascii: "/")) && name.utf8.first != UInt8(ascii: "."))
      #expect(name.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control })
    }
    #expect(FileNameText.name("toy-llama-kangaroo_2.1") == "toy-llama-kangaroo_2.1")
  }

  @Test(arguments: [
    ("a/b", false), ("..", true), ("a/../b", true), ("/a", true), ("/\u{301}a", true), ("~", true), ("a..b", false),
    ("\u{0D4E}/../../\u{301}x", true), ("a\0", true), ("...", false),
  ])
  func pathsThatLeadOutAreSeen(path: String, leadsOut: Bool) {
    #expect(InnerPath.leadsOut(path) == leadsOut)
    if leadsOut { #expect(!InnerPath.isName(path)) }
  }

  @Test func jsonIsReadBack() throws {
    // Foundation's reader loses marks of the byte order inside of a text.
    for text in Self.texts where !text.unicodeScalars.contains("\u{FEFF}") {
      let line = JSONValue.members(["t": .text(text)]).line
      #expect(!line.utf8.contains { $0 < 0x20 })
      let read = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: String])
      #expect(read["t"].map { Array($0.utf8) } == Array(text.utf8), "\(text.debugDescription)")
    }
  }
}
