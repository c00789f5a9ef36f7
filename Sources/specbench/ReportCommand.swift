import ArgumentParser
import Foundation
import SpecDocument
import SpecFiles
import SpecReport
import SpecRunner
import SpecStore

struct ReportCommand: ParsableCommand {
  /// What a report is written as.
  enum Format: String, ExpressibleByArgument, CaseIterable {
    case markdown, html, json, jsonl, csv, latex
  }

  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Make a run's report from the database, the last run's by default.",
    discussion: """
      Of several runs it is one table with the tokens per second of all their decoders, beside each other and without \
      calling anything a speedup that is none: for the same suite on several engines.
      """
  )

  @Argument(help: ArgumentHelp("The run's number, as 'specbench runs' lists it, or several.", valueName: "run"))
  var numbers: [Int64] = []

  @Option(help: ArgumentHelp("The database.", valueName: "file"))
  var database = "specbench.sqlite"

  @Option(help: ArgumentHelp("Where to write it. Default: standard output.", valueName: "file"))
  var output: String?

  @Option(
    help: ArgumentHelp(
      "markdown (with --output, plots in a folder beside it), html (one page with plots), json, jsonl, csv or latex.",
      valueName: "format"
    )
  )
  var format = Format.markdown

  func validate() throws {
    try refuseEmptyPaths(["--database": database, "--output": output])
    if numbers.count > 1, ![.markdown, .html].contains(format) {
      throw ValidationError("--format \(format.rawValue) has room for one run; name one, or choose markdown or html")
    }
  }

  func run() throws {
    Interruption.promise("Stopped: nothing was written.")
    try Activity.during("Making the report", numbers.count > 1 ? makeOfSeveral : make)
  }

  private func makeOfSeveral() throws {
    let store = try BenchmarkStore(openingAt: database)
    let document = try EnginesReport.document(store, runs: numbers)
    let text =
      format == .html
      ? HTMLRenderer().render(document, title: "SpecBench report") : MarkdownRenderer().render(document)
    guard let output else { return try sayExactly(text.hasSuffix("\n") ? text : text + "\n") }
    let kept = try numbers.flatMap { try RunFiles.kept(store, $0) }
    try OutputFile.check(output, keeping: [(database, "the database")] + kept)
    try OutputFile.write(text.hasSuffix("\n") ? text : text + "\n", to: output)
  }

  private func make() throws {
    let store = try BenchmarkStore(openingAt: database)
    guard let id = try numbers.first ?? store.lastRun()?.id else {
      throw ValidationError("\(database): it holds no run; make one with 'specbench run'")
    }
    let summary = try RunSummary(store: store, run: id)
    let text =
      switch format {
      case .markdown: MarkdownRenderer().render(RunReport.document(summary))
      case .html: HTMLRenderer().render(RunReport.document(summary), title: "SpecBench report")
      case .json: try JSONReport.render(summary)
      case .jsonl: try FlatReport.jsonLines(summary)
      case .csv: FlatReport.csv(summary)
      case .latex: LaTeXRenderer().render(PaperTable.document(summary))
      }
    let whole = text.hasSuffix("\n") ? text : text + "\n"
    if let output {
      try OutputFile.check(output, keeping: [(database, "the database")] + RunFiles.kept(store, id))
      if format == .markdown { return try ReportFile.write(RunReport.document(summary), to: output) }
      try OutputFile.write(whole, to: output)
    } else {
      try sayExactly(whole)
    }
  }
}

struct RunsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "runs", abstract: "List the runs in a database.")

  @Option(help: ArgumentHelp("The database.", valueName: "file"))
  var database = "specbench.sqlite"

  func validate() throws { try refuseEmptyPaths(["--database": database]) }

  func run() throws {
    let list = try RunList.document(BenchmarkStore(openingAt: database))
    // What a terminal shows has its width; elsewhere it is a table that can be pasted.
    if Screen.columns == nil { try say(markdown: list) } else { try say(list) }
  }
}
