import Foundation
import GRDB
import SpecDocument
import SpecCore
import SpecFiles
import SpecReport
import SpecStore
import SpecTestSupport
import Testing

/// Every report of a run whose names, settings, warnings and answers were written by somebody who means harm: it has the
/// shape of the same run's report with harmless ones.
@Suite struct HostileReportTests {
  private let workspace: Workspace
  private let run: Int64
  private let harmless: Shapes

  init() throws {
    workspace = try Workspace()
    var record = Example.run
    record.repeats = 2
    run = try RandomRun(in: workspace.store, seed: 31, record: record).run
    try workspace.connection().write { database in
      try database.execute(sql: "UPDATE environment SET warnings = json_array('one', 'two')")
      try database.execute(sql: "UPDATE run SET options = json_object('a', 'b')")
    }
    harmless = try Shapes(workspace.store, run)
  }

  /// What texts of the database must not change.
  private struct Shapes: Equatable {
    let markdown: [[String]]
    let lines: [Int]
    let commands: [[String]]
    let page: [String]
    let drawings: [[String]]
    let cells: [Int]
    let rows: [Int]

    init(_ store: BenchmarkStore, _ run: Int64) throws {
      let summary = try RunSummary(store: store, run: run)
      let comparison = try RunComparison(
        ComparisonSide(store: store, run: run, decoder: summary.decoders.first { $0.ordinal == 0 }?.name),
        ComparisonSide(store: store, run: run, decoder: summary.decoders.first { $0.ordinal == 2 }?.name)
      )
      let documents = [
        RunReport.document(summary), SweepReport.document([summary]), ComparisonReport.document(comparison),
        try RunList.document(store),
      ]
      let texts = documents.map { MarkdownRenderer().render($0) }
      let plain = documents.map { TerminalRenderer().render($0) }
      for text in texts + plain { #expect(TerminalText.harmless(text) == text) }
      markdown = texts.map(Self.outline)
      lines = plain.map { $0.unicodeScalars.count { $0 == "\n" } }
      commands = documents.map { LaTeXReader.structure(LaTeXRenderer().render($0)) }
      page = try MarkupReader(page: HTMLRenderer().render(RunReport.document(summary), title: "SpecBench report"))
        .elements.map(\.name)
      drawings = try RunPlots.render(summary).map { try MarkupReader($0.svg).elements.map(\.name) }
      cells = CommaSeparatedReader.rows(FlatReport.csv(summary)).map(\.count)
      rows = LaTeXRenderer().render(PaperTable.document(summary)).unicodeScalars.split(separator: "\n").map { line in
        line.first == "%" ? -1 : line.indices.count { line[$0] == "&" && line[line.index(before: $0)] != "\\" }
      }
    }

    /// What each line is, and how many cells it has.
    private static func outline(_ text: String) -> [String] {
      Array(text.unicodeScalars).split(separator: "\n", omittingEmptySubsequences: false).map { line in
        let start = line.first == "|" ? ["|"] : line.prefix { "#->*! ".unicodeScalars.contains($0) }
        let bars = line.indices.filter { index in
          line[index] == "|" && line[..<index].reversed().prefix { $0 == "\\" }.count.isMultiple(of: 2)
        }
        return String(String.UnicodeScalarView(start)) + (line.first == "|" ? " \(bars.count)" : "")
      }
    }
  }

  /// Replaces each text that a user, a file or the machine has given.
  private func poison(_ random: inout SplitMix64) throws -> (model: String, decoders: [String]) {
    func text() -> String {
      // SQLite's texts end at a zero, and a name of white space alone is none.
      let text = HostileText.text(&random).replacing("\0", with: "\u{1}")
      return "x" + text + "y"
    }
    func name(_ ordinal: Int) -> String { text() + String(ordinal) }
    let model = text()
    let decoders = (0..<4).map(name)
    try workspace.connection().write { database in
      for column in ["model_path", "architecture", "weight_type", "stored_weight_type", "suite_name", "suite_version"]
        + ["suite_path", "suite_hash", "model_hash", "command_line"]
      {
        try database.execute(sql: "UPDATE run SET \(column) = ?", arguments: [text()])
      }
      try database.execute(
        sql: "UPDATE run SET model_name = ?, options = json_object('a', ?)",
        arguments: [model, text()]
      )
      for column in ["host_name", "cpu_model", "affinity", "governor", "operating_system", "kernel", "compiler"]
        + ["package_version", "source_commit", "kernel_set"]
      {
        try database.execute(sql: "UPDATE environment SET \(column) = ?", arguments: [text()])
      }
      try database.execute(sql: "UPDATE environment SET warnings = json_array(?, ?)", arguments: [text(), text()])
      for (ordinal, name) in decoders.enumerated() {
        try database.execute(
          sql: """
            UPDATE decoder SET name = ?, spec = ?, method = CASE method WHEN 'vanilla' THEN 'vanilla' ELSE ? END
            WHERE ordinal = ?
            """,
          arguments: [name, text(), text(), ordinal]
        )
      }
      try database.execute(sql: "UPDATE prompt SET skip_reason = ? WHERE skip_reason IS NOT NULL", arguments: [text()])
      try database.execute(sql: "UPDATE prompt SET subcategory = ?, ids_hash = ?", arguments: [text(), text()])
      try database.execute(sql: "UPDATE generation SET text = ?", arguments: [text()])
    }
    return (model, decoders)
  }

  @Test(arguments: 1...12)
  func everyFormatKeepsItsShape(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let (model, decoders) = try poison(&random)
    let shapes = try Shapes(workspace.store, run)
    for (hostile, own) in zip(shapes.markdown, harmless.markdown) { #expect(hostile == own) }
    #expect(shapes.page == harmless.page && shapes.lines == harmless.lines && shapes.commands == harmless.commands)
    #expect(shapes.drawings == harmless.drawings)
    #expect(shapes.cells == harmless.cells && shapes.rows == harmless.rows)
    let summary = try RunSummary(store: workspace.store, run: run)
    try namesAreReadBack(summary, model, decoders)
    try exportStaysInItsFolder()
  }

  private func namesAreReadBack(_ summary: RunSummary, _ model: String, _ decoders: [String]) throws {
    let rows = CommaSeparatedReader.rows(FlatReport.csv(summary))
    let column = try #require(rows.first?.firstIndex(of: "decoder"))
    #expect(Set(rows.dropFirst().map { Array($0[column].utf8) }) == Set(decoders.map { Array($0.utf8) }))
    let json = try #require(
      try JSONSerialization.jsonObject(with: Data(try JSONReport.render(summary).utf8)) as? [String: Any]
    )
    #expect((json["model"] as? String).map { Array($0.utf8) } == Array(model.utf8))
    for line in try FlatReport.jsonLines(summary).utf8.split(separator: 0x0A) {
      #expect(try JSONSerialization.jsonObject(with: Data(line)) is [String: Any])
    }
    // The decoders of the page's first table, and those of the table for papers; settings may follow the name.
    let cells = try MarkupReader(page: HTMLRenderer().render(RunReport.document(summary), title: "SpecBench report"))
      .elements.filter { $0.name == "td" }.map(\.text)
    let latex = LaTeXRenderer().render(PaperTable.document(summary))
    for decoder in summary.decoders {
      let line = decoder.name.unicodeScalars.split(whereSeparator: \.properties.isWhitespace)
        .map { TerminalText.harmless(String(String.UnicodeScalarView($0))) }.joined(separator: " ")
      // What no XML may hold is replaced.
      let cell = line.replacing("\u{FFFE}", with: "\u{FFFD}").replacing("\u{FFFF}", with: "\u{FFFD}")
      #expect(cells.contains { $0.utf8.starts(with: cell.utf8) }, "\(decoder.name.debugDescription)")
      let row = latex.split(separator: "\n").compactMap { $0.components(separatedBy: " & ").first }
      #expect(
        row.contains { LaTeXReader.text($0)?.starts(with: line.unicodeScalars) == true },
        "\(decoder.name.debugDescription)"
      )
    }
  }

  private func exportStaysInItsFolder() throws {
    let files = try SpecBenchExport.render(store: workspace.store, run: run)
    #expect(Set(files.map { $0.name.lowercased() }).count == files.count && files.count == 4)
    for file in files {
      #expect(FileNameText.name(file.name) == file.name && file.name.hasSuffix(".jsonl"))
      for line in file.text.utf8.split(separator: 0x0A) {
        #expect(try JSONSerialization.jsonObject(with: Data(line)) is [String: Any])
      }
    }
  }

  /// Two names that differ only in what a file's name cannot hold do not overwrite each other.
  @Test func exportedFilesHaveNamesOfTheirOwn() throws {
    try workspace.connection().write { database in
      for (ordinal, name) in ["a/b", "a:b", "A/B"].enumerated() {
        try database.execute(sql: "UPDATE decoder SET name = ? WHERE ordinal = ?", arguments: [name, ordinal])
      }
    }
    let names = try SpecBenchExport.render(store: workspace.store, run: run).map(\.name)
    #expect(
      Set(names) == [
        "toy-llama-a-b.jsonl", "toy-llama-a-b-2.jsonl", "toy-llama-A-B-3.jsonl", "toy-llama-vanilla-2.jsonl",
      ]
    )
  }
}
