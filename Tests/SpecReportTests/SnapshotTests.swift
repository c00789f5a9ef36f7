import Foundation
import SpecDocument
import SpecReport
import SpecStore
import Testing

/// Whole reports of fixed runs, compared with files. `SPECBENCH_UPDATE_SNAPSHOTS=1` writes the files anew; what has changed in
/// them is then to be read before it is committed.
@Suite struct SnapshotTests {
  /// A report of one run.
  @Test(arguments: ["measured", "differing", "unfinished", "imported"])
  func reportOfARun(kind: String) throws {
    let workspace = try Workspace()
    let summary = try RunSummary(store: workspace.store, run: try Self.record(kind, in: workspace.store))
    let document = RunReport.document(summary)
    let places = Dictionary(uniqueKeysWithValues: document.plots.map { ($0.name, "plots/\($0.name).svg") })
    try Snapshot.compare(MarkdownRenderer(plots: places).render(document), with: "\(kind).md")
    try Snapshot.compare(TerminalRenderer(columns: 100).render(document), with: "\(kind).txt")
    try Snapshot.compare(LaTeXRenderer().render(PaperTable.document(summary)), with: "\(kind)-table.tex")
    guard kind == "measured" || kind == "imported" else { return }
    try Snapshot.compare(HTMLRenderer().render(document, title: "SpecBench report"), with: "\(kind).html")
    try Snapshot.compare(LaTeXRenderer().render(document), with: "\(kind).tex")
    try Snapshot.compareNumbers(JSONReport.render(summary), with: "\(kind).json")
  }

  /// Reports of several runs.
  @Test func reportsOfSeveralRuns() throws {
    let workspace = try Workspace()
    let store = workspace.store
    let runs = try ["measured", "differing", "unfinished"].map { try Self.record($0, in: store) }
    let other = try CertaintyTests.record(in: store, seed: 6, factor: 0.6, host: "other")
    let comparison = try RunComparison(
      ComparisonSide(store: store, run: runs[0], decoder: nil),
      ComparisonSide(store: store, run: other, decoder: nil),
      anyway: true
    )
    let sweep = SweepReport.document(try [runs[0], runs[1]].map { try RunSummary(store: store, run: $0) })
    let documents = [
      ("comparison", ComparisonReport.document(comparison)), ("sweep", sweep), ("runs", try RunList.document(store)),
    ]
    for (name, document) in documents {
      func harmless(_ text: String) -> String { text.replacing(store.path, with: "results.sqlite") }
      try Snapshot.compare(harmless(MarkdownRenderer().render(document)), with: "\(name).md")
      try Snapshot.compare(harmless(TerminalRenderer(columns: 600).render(document)), with: "\(name).txt")
    }
    try Snapshot.compare(TerminalRenderer(columns: 80).render(documents[2].1), with: "runs-narrow.txt")
    try Snapshot.compare(try #require(sweep.plots.first).svg, with: "sweep.svg")
  }

  /// A run of a kind: nothing in it depends on where and when the test runs.
  private static func record(_ kind: String, in store: BenchmarkStore) throws -> Int64 {
    var record = Example.run
    switch kind {
    case "differing": return try RandomRun(in: store, seed: 1).run
    case "unfinished":
      (record.finishedAt, record.temperature, record.topK, record.modelName) = (nil, 0.8, 40, "toy|llama_*2*")
      return try RandomRun(in: store, seed: 2, share: 0.5, record: record, mismatches: false).run
    case "imported":
      record.origin = .specBench
      return try RandomRun(in: store, seed: 3, record: record).run
    default: return try CertaintyTests.record(in: store)
    }
  }
}

/// A file that a text is compared with.
private enum Snapshot {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "Snapshots")

  private static var isUpdate: Bool { ProcessInfo.processInfo.environment["SPECBENCH_UPDATE_SNAPSHOTS"] == "1" }

  /// Compares a text with a file, byte for byte.
  static func compare(_ text: String, with name: String) throws {
    guard let expected = try expected(name, text) else { return }
    let (found, wanted) = (text.components(separatedBy: "\n"), expected.components(separatedBy: "\n"))
    let place = zip(found, wanted).enumerated().first { $0.element.0 != $0.element.1 }
    if let place {
      Issue.record("\(name), line \(place.offset + 1): \(place.element.0) where it was \(place.element.1)")
    }
    #expect(found.count == wanted.count, "\(name)")
  }

  /// Compares a text with a file. The last digits of a fraction may depend on the processor.
  static func compareNumbers(_ text: String, with name: String) throws {
    guard let expected = try expected(name, text) else { return }
    func rounded(_ text: String) -> String {
      text.replacing(#/-?\d+\.\d+(?:e[-+]?\d+)?/#) { match in
        Double(match.output).map { String(format: "%.9g", $0) } ?? String(match.output)
      }
    }
    let (found, wanted) = (rounded(text).split(separator: "\n"), rounded(expected).split(separator: "\n"))
    for (index, line) in zip(found, wanted).enumerated() where line.0 != line.1 {
      Issue.record("\(name), line \(index + 1): \(line.0) where it was \(line.1)")
      return
    }
    #expect(found.count == wanted.count, "\(name)")
  }

  /// What the file holds; nil where it was written anew.
  private static func expected(_ name: String, _ text: String) throws -> String? {
    let file = folder.appending(path: name)
    if isUpdate {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      try text.write(to: file, atomically: true, encoding: .utf8)
      return nil
    }
    return try String(contentsOf: file, encoding: .utf8)
  }
}
