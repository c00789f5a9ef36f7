import Foundation
import GRDB
import SpecDocument
import SpecReport
import SpecMetrics
import SpecStatistics
import SpecStore
import Testing

@Suite struct ComparisonTests {
  let workspace: Workspace
  let old: Int64
  let slower: Int64

  init() throws {
    workspace = try Workspace()
    old = try CertaintyTests.record(in: workspace.store, seed: 1)
    slower = try CertaintyTests.record(in: workspace.store, seed: 2, factor: 0.6)
  }

  private func side(_ run: Int64, _ decoder: String? = nil) -> ComparisonSide {
    ComparisonSide(store: workspace.store, run: run, decoder: decoder)
  }

  /// 0.5 of vanilla's time became 0.6: five sixths as fast, known to better than three per cent.
  @Test func twoRunsThroughTheirOwnVanilla() throws {
    let comparison = try RunComparison(side(old), side(slower))
    let row = try #require(comparison.rows.first)
    #expect(comparison.rows.count == 1 && row.first == "kangaroo")
    let speedups = try [old, slower].map { run in
      let times = try RunTimes(store: workspace.store, run: run)
      let decoder = try #require(try workspace.store.decoders(of: run).first { $0.name == "kangaroo" })
      return try #require(times.speed(of: decoder.id, in: .overall)?.speedup)
    }
    #expect(abs(row.ratio - speedups[1] / speedups[0]) < 1e-12)
    #expect(abs(row.ratio - 5.0 / 6) < 0.02)
    #expect(row.verdict == .slower)
    #expect(row.isSlower(than: 0.03) == true && row.isSlower(than: 0.5) == false)
    #expect(comparison.lossless.checked == 30 && comparison.lossless.mismatches == 0)
    let text = MarkdownRenderer().render(ComparisonReport.document(comparison))
    #expect(text.contains("slower") && text.contains("All 30 compared outputs are identical"))
  }

  @Test func aRunAgainstItselfOrItsLike() throws {
    let same = try CertaintyTests.record(in: workspace.store, seed: 3)
    let comparison = try RunComparison(side(old), side(same))
    #expect(comparison.rows.first?.verdict == .noDifferenceShown)
    #expect(comparison.rows.first?.isSlower(than: 0.03) == false)
  }

  @Test func decodersOfOneRunDirectly() throws {
    let comparison = try RunComparison(side(old, "vanilla"), side(old, "kangaroo"))
    let row = try #require(comparison.rows.first)
    #expect(abs(row.ratio - row.secondSpeedup) < 1e-12 && row.firstSpeedup == 1)
    let pairs = try workspace.store.pairs(of: old).filter { $0.decoderID == 2 }
    let others = try workspace.store.pairs(of: old).filter { $0.decoderID == 3 }
    let (times, floor) = (PairedTimes(decodeTimesOf: pairs), PairedTimes(decodeTimesOf: others))
    #expect(row.interval == times.intervalOfThisSuite(RepeatEffect([times, floor])))
    let back = try #require(try RunComparison(side(old, "kangaroo"), side(old, "vanilla")).rows.first)
    #expect(abs(back.ratio * row.ratio - 1) < 1e-12)
  }

  @Test func refusesWhatWasNotMeasuredAlike() throws {
    let elsewhere = try CertaintyTests.record(in: workspace.store, host: "laptop", questions: 9)
    let error = #expect(throws: ComparisonError.self) { try RunComparison(side(old), side(elsewhere)) }
    #expect(error?.description.contains("hosts bench and laptop; 1 of 10 prompts differ") == true)
    let comparison = try RunComparison(side(old), side(elsewhere), anyway: true)
    #expect(comparison.differences.count == 2 && comparison.rows.count == 1)
    #expect(MarkdownRenderer().render(ComparisonReport.document(comparison)).contains("not measured alike"))
  }

  @Test func namesWhatIsNotThere() throws {
    #expect(throws: ComparisonError.self) { try RunComparison(side(old, "eagle"), side(old, "kangaroo")) }
    #expect(throws: ComparisonError.self) { try RunComparison(side(old), side(old)) }
    #expect(throws: StoreError.self) { try RunComparison(side(99), side(old)) }
  }

  @Test func oneRepeatOfFewQuestionsCannotBeJudged() throws {
    let short = try CertaintyTests.record(in: workspace.store, repeats: 1, questions: 5)
    let row = try #require(try RunComparison(side(short, "vanilla"), side(short, "kangaroo")).rows.first)
    #expect(row.isSlower(than: 0.03) == nil && row.verdict == .notKnown)
  }

  @Test func anUnfinishedSideIsNamed() throws {
    #expect(try RunComparison(side(old), side(slower)).unfinished.isEmpty)
    try workspace.connection().write { try $0.execute(sql: "UPDATE run SET finished_at = NULL WHERE id = \(slower)") }
    let comparison = try RunComparison(side(old), side(slower))
    #expect(comparison.unfinished == ["the second run is unfinished: 90 of 90 generations"])
    #expect(try RunComparison(side(slower, "vanilla"), side(slower, "kangaroo")).unfinished.count == 1)
    try workspace.connection().write { try $0.execute(sql: "DELETE FROM generation") }
    #expect(throws: ComparisonError.nothingMeasured(side: "\(workspace.store.path), run \(old)")) {
      try RunComparison(side(old), side(slower))
    }
  }
}
