import Foundation
import SpecDocument
import SpecReport
import SpecStore
import Testing

/// Reports of suites whose categories and ids are their own.
@Suite struct OwnCategoryTests {
  private func run(_ workspace: Workspace, _ categories: [String]) throws -> RunSummary {
    let prompts = categories.enumerated().map { index, category in
      var prompt = Example.prompt(index, category, question: 1 << 52 + index)
      prompt.writtenID = "\"\(category)/\(index)\""
      return prompt
    }
    let run = try RandomRun(in: workspace.store, seed: 5, prompts: prompts).run
    return try RunSummary(store: workspace.store, run: run)
  }

  private func readTables(_ text: String) throws -> [ReadTable] {
    try tables(of: text).map { try ReadTable($0.joined(separator: "\n")) }
  }

  @Test func theyComeAfterTheUsualOnesInEveryFormat() throws {
    let workspace = try Workspace()
    let summary = try run(workspace, ["zebra", "qa", "alpha", "QA", "zebra", "math_reasoning"])
    let text = MarkdownRenderer().render(RunReport.document(summary))
    let titles = ["QA", "Math", "zebra", "alpha", "QA (own)"]
    let table = try #require(try readTables(text).first { $0.titles.contains("#Mean Accepted Tokens") })
    #expect(table.titles == ["Decoder"] + titles + ["#Mean Accepted Tokens", "Overall"])
    #expect(text.contains("6 measured (qa 1, math_reasoning 1, zebra 2, alpha 1, QA 1)"))
    let different = try #require(readTables(text).first { $0.titles.contains("Expected token") })
    #expect(different.rows.map { $0[2] } == summary.mismatches.map(\.questionText))
    #expect(
      LaTeXRenderer().render(PaperTable.document(summary)).contains(
        "Decoder & QA & Math & zebra & alpha & QA (own) & \\#MAT"
      )
    )
    let csv = FlatReport.csv(summary).split(separator: "\n").dropFirst().map { $0.split(separator: ",")[7] }
    #expect(Array(csv.prefix(6)) == ["qa", "math_reasoning", "zebra", "alpha", "QA", "overall"])
    let report = try ParsedReport(workspace, run: summary.run.id)
    let decoder = try #require(try report.list("decoders").first)
    #expect(
      Set(try #require(decoder["categories"] as? [String: Any]).keys) == [
        "qa", "math_reasoning", "zebra", "alpha", "QA",
      ]
    )
    let ids = try report.list("mismatches").compactMap { $0["question_id"] as? String }
    #expect(ids == summary.mismatches.map(\.questionText) && !ids.isEmpty)
    let sweep = MarkdownRenderer().render(SweepReport.document([summary]))
    #expect(sweep.contains("| zebra ") && sweep.contains("| QA (own) ") && !sweep.contains("| Translation "))
  }

  @Test func exportsWriteTheIDAsItWas() throws {
    let workspace = try Workspace()
    let summary = try run(workspace, ["zebra", "alpha", "zebra"])
    let file = try #require(try SpecBenchExport.render(store: workspace.store, run: summary.run.id).first)
    let lines = try file.text.split(separator: "\n").map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
    #expect(lines.map { $0["question_id"] as? String } == ["zebra/0", "alpha/1", "zebra/2"])
    #expect(lines.map { $0["category"] as? String } == ["zebra", "alpha", "zebra"])
  }

  @Test func fiftyCategoriesStayReadable() throws {
    let workspace = try Workspace()
    let summary = try run(workspace, (0..<50).map { "category \($0)" })
    let text = MarkdownRenderer().render(RunReport.document(summary))
    #expect(try readTables(text).allSatisfy { $0.titles.count <= 12 })
    #expect(text.contains("## Speedup or time per token by category\n") && text.contains("| category 49 "))
    let table = try #require(
      try readTables(text).first { $0.titles.first == "Category" && $0.titles.contains("vanilla") }
    )
    #expect(table.rows.count == 50)
    #expect(FlatReport.csv(summary).contains("category 49"))
    #expect(
      LaTeXRenderer().render(PaperTable.document(summary)).split(separator: "\n").allSatisfy { $0.utf8.count < 200 }
    )
  }

  /// Where not all have room, the plot shows those with the most prompts, and says so.
  @Test func plotsOfManyCategoriesShowTheLargest() throws {
    let workspace = try Workspace()
    let names = (0..<20).map { "kind \($0)" }
    let summary = try run(workspace, names + names.suffix(9))
    let plot = try #require(RunPlots.render(summary).first { $0.name == "speedup" })
    for number in [0] + Array(11..<20) { #expect(plot.svg.contains(">kind \(number)<"), "kind \(number)") }
    for number in 1..<11 { #expect(!plot.svg.contains(">kind \(number)<"), "kind \(number)") }
    #expect(plot.svg.contains("the 10 of 20 with the most prompts"))
    #expect(plot.svg.contains(">Overall<"))
  }

  @Test func aNameOfACategoryStaysInItsPlace() throws {
    let workspace = try Workspace()
    let summary = try run(workspace, ["a|b", "<script>", "c,d", "e&f_g", "`x`"])
    let text = MarkdownRenderer().render(RunReport.document(summary))
    #expect(try readTables(text).allSatisfy { table in table.rows.allSatisfy { $0.count == table.titles.count } })
    #expect(!text.contains("| <script>") && text.contains("\\<script>"))
    #expect(LaTeXRenderer().render(PaperTable.document(summary)).contains("e\\&f\\_g"))
    #expect(FlatReport.csv(summary).contains("\"c,d\""))
    for plot in RunPlots.render(summary) { #expect(!plot.svg.contains("<script>")) }
  }
}
