import Foundation
import SpecDocument
import SpecReport
import SpecStore
import Testing

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// The formats beside Markdown and JSON.
@Suite struct FormatReportTests {
  private func summary(_ workspace: Workspace) throws -> RunSummary {
    try RunSummary(store: workspace.store, run: try CertaintyTests.record(in: workspace.store))
  }

  @Test func plotsAreWellFormedAndNamedInTheReport() throws {
    let workspace = try Workspace()
    let summary = try summary(workspace)
    let plots = RunPlots.render(summary)
    #expect(plots.map(\.name) == ["speedup", "time", "acceptance", "accept-lengths", "latency", "batch"])
    for plot in plots {
      #expect(XMLParser(data: Data(plot.svg.utf8)).parse(), "\(plot.name)")
      #expect(plot.svg.contains("prefers-color-scheme:dark"))
      #expect(!plot.svg.contains("NaN") && !plot.svg.contains("inf"))
    }
    let places = Dictionary(uniqueKeysWithValues: plots.map { ($0.name, "plots/\($0.name).svg") })
    let text = MarkdownRenderer(plots: places).render(RunReport.document(summary))
    for place in places.values { #expect(text.contains("](\(place))")) }
    #expect(!MarkdownRenderer().render(RunReport.document(summary)).contains("]("))
  }

  /// Each image is described by the title of what it shows.
  @Test func imagesAreDescribedByTheirTitles() throws {
    let workspace = try Workspace()
    let random = try RandomRun(in: workspace.store, seed: 9)
    let summary = try RunSummary(store: workspace.store, run: random.run)
    let plots = RunPlots.render(summary)
    let places = Dictionary(uniqueKeysWithValues: plots.map { ($0.name, "plots/\($0.name).svg") })
    let text = MarkdownRenderer(plots: places).render(RunReport.document(summary))
    for plot in plots { #expect(text.contains("\n![\(plot.title)](plots/\(plot.name).svg)\n"), "\(plot.name)") }
    #expect(Set(plots.map(\.title)).count == plots.count && plots.count >= 5)
  }

  @Test(arguments: [(1, "over questions"), (3, "of this suite")])
  func speedupPlotNamesItsIntervals(repeats: Int, name: String) throws {
    let workspace = try Workspace()
    let run = try CertaintyTests.record(in: workspace.store, repeats: repeats)
    let plot = try #require(RunPlots.render(try RunSummary(store: workspace.store, run: run)).first)
    #expect(plot.name == "speedup" && plot.svg.contains(", with 95 % intervals \(name); the line marks vanilla"))
  }

  /// The plot of the times and its table call the same thing by the same name.
  @Test func partsOfTheTimeHaveTheNamesOfTheTable() throws {
    let workspace = try Workspace()
    let summary = try summary(workspace)
    let plot = try #require(RunPlots.render(summary).first { $0.name == "time" })
    let titles = try ReadTable(MarkdownRenderer().render(RunReport.document(summary)), after: "## Where the time goes")
      .titles
    let legend = #/<text class="label" [^>]*y="60(?:\.0)?"[^>]*>([^<]*)</text>/#
    let parts = plot.svg.matches(of: legend).map { String($0.output.1) }
    #expect(parts == ["draft", "verify", "outside passes"])
    #expect(parts.allSatisfy { part in titles.contains { $0.lowercased() == part } })
  }

  @Test func pageNeedsNoOtherFile() throws {
    let workspace = try Workspace()
    let page = HTMLRenderer().render(RunReport.document(try summary(workspace)), title: "SpecBench report")
    #expect(page.hasPrefix("<!DOCTYPE html>"))
    for word in ["<script", "<link", "src=", "href=", "@import", "url("] { #expect(!page.contains(word), "\(word)") }
    #expect(page.components(separatedBy: "<svg").count == 7)
    #expect(page.contains("<td class=\"r\">1.00x</td>"))
    // What is left is well-formed but for the document type and two void elements.
    let body = page.replacing("<!DOCTYPE html>", with: "").replacing(/<meta [^>]*>/, with: "")
    #expect(XMLParser(data: Data(body.utf8)).parse())
  }

  /// A list may hold points alone; those of the second level belong to the point above.
  @Test func nestedListsLieInTheirPoint() throws {
    let workspace = try Workspace()
    let page = HTMLRenderer().render(RunReport.document(try summary(workspace)), title: "SpecBench report")
    #expect(page.contains("<li><strong>Decoders</strong>:<ul><li>vanilla: <code>vanilla:steps=6</code></li>"))
    #expect(page.contains("</li></ul></li><li><strong>Settings</strong>"))
    #expect(!page.contains("</li><ul>") && !page.contains("</ul><li>"))
  }

  @Test func flatFormatsHaveTheSameRows() throws {
    let workspace = try Workspace()
    let summary = try summary(workspace)
    let csv = FlatReport.csv(summary).split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false)
    }
    let lines = try FlatReport.jsonLines(summary).split(separator: "\n").map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
    #expect(csv.count == 10 && lines.count == 9)
    #expect(Set(csv.map(\.count)).count == 1)
    let titles = csv[0].map(String.init)
    let (name, place) = (try #require(titles.firstIndex(of: "decoder")), try #require(titles.firstIndex(of: "speedup")))
    for (row, line) in zip(csv.dropFirst(), lines) {
      #expect(Set(line.keys) == Set(titles))
      #expect(String(row[name]) == line["decoder"] as? String)
      // The two writers may differ in the last digit.
      let (flat, json) = (try #require(Double(row[place])), try #require(line["speedup"] as? Double))
      #expect(abs(flat - json) <= 1e-14 * json)
    }
    // A category with two questions has no interval over questions: an empty cell, and null.
    #expect(lines.contains { $0["category"] as? String == "rag" && $0["questions_low"] is NSNull })
  }

  @Test func cellsWithCommasAreQuoted() throws {
    let workspace = try Workspace()
    let random = try RandomRun(in: workspace.store, seed: 4)
    var record = Example.run
    record.modelName = "a \"toy\", b"
    let other = try RandomRun(in: workspace.store, seed: 4, record: record)
    let csv = FlatReport.csv(try RunSummary(store: workspace.store, run: other.run))
    #expect(csv.contains("2,\"a \"\"toy\"\", b\",demo,"))
    #expect(FlatReport.csv(try RunSummary(store: workspace.store, run: random.run)).contains("\n1,toy-llama,demo,"))
  }

  @Test func tableForPapers() throws {
    let workspace = try Workspace()
    var record = Example.run
    record.modelName = "a\nb"
    let text = LaTeXRenderer().render(
      PaperTable.document(
        try RunSummary(
          store: workspace.store,
          run: try RandomRun(in: workspace.store, seed: 3, record: record, mismatches: false).run
        )
      )
    )
    let rows = text.split(separator: "\n").filter { $0.hasSuffix("\\\\") }
    #expect(rows.count == 5 && Set(rows.map { $0.split(separator: "&").count }) == [10])
    #expect(text.contains("\\toprule") && text.contains("a b on demo"))
  }
}
