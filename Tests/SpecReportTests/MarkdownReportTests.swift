import Foundation
import SpecDocument
import SpecReport
import SpecStore
import Testing

@Suite struct MarkdownReportTests {
  static let titles = [
    "mt_bench": "Multi-turn", "translation": "Translation", "summarization": "Summarization", "qa": "QA",
    "math_reasoning": "Math", "rag": "RAG", "overall": "Overall",
  ]

  private func report(_ workspace: Workspace, _ run: Int64) throws -> String {
    MarkdownRenderer().render(RunReport.document(try RunSummary(store: workspace.store, run: run)))
  }

  /// Foundation's own digits as a second opinion; it rounds a tie to even, hence the nudge upwards.
  private func digits(_ value: Double?, _ decimals: Int, _ unit: String) -> String {
    guard let value else { return "–" }
    return String(format: "%.\(decimals)f", locale: Locale(identifier: "en_US_POSIX"), value * (1 + 1e-12)) + unit
  }

  @Test(arguments: [UInt64(11), 12, 19])
  func cellsFollowFromTheRawRows(seed: UInt64) throws {
    let workspace = try Workspace()
    let random = try RandomRun(in: workspace.store, seed: seed, mismatches: false)
    let raw = try RawRun(workspace.connection(), run: random.run)
    let text = try report(workspace, random.run)
    let speedup = try ReadTable(text, after: "## Speedup")
    let endToEnd = try ReadTable(text, after: "## End-to-end speedup")
    let specBench = try ReadTable(text, after: "## Speedup by Spec-Bench's definition")
    let pace = try ReadTable(text, after: "## Tokens per second")
    let acceptance = try ReadTable(text, after: "## Acceptance")
    #expect(speedup.rows.map(\.first) == RandomRun.decoders)
    #expect(
      speedup.titles == [
        "Decoder", "Multi-turn", "Translation", "Summarization", "QA", "Math", "RAG", "#Mean Accepted Tokens",
        "Overall",
      ]
    )
    for name in RandomRun.decoders {
      for (category, title) in Self.titles {
        let scope = raw.scope(name, category)
        #expect(try speedup.cell(name, title) == digits(scope.speedup, 2, "x"))
        #expect(try endToEnd.cell(name, title) == digits(scope.endToEnd, 2, "x"))
        #expect(try specBench.cell(name, title) == digits(scope.specBench, 2, "x"))
        #expect(try pace.cell(name, title) == digits(scope.tokensPerSecond, 1, ""))
        #expect(try acceptance.cell(name, title) == digits(scope.acceptanceRate.map { $0 * 100 }, 1, " %"))
      }
      let overall = raw.scope(name, "overall")
      #expect(try speedup.cell(name, "#Mean Accepted Tokens") == digits(overall.meanAccepted, 2, ""))
      #expect(try acceptance.cell(name, "Nodes per token") == digits(overall.nodesPerToken, 2, ""))
    }
    #expect(try speedup.cell("vanilla", "Overall") == "1.00x")
    #expect(try speedup.cell("vanilla", "Math") == "–")
  }

  @Test func cycleTablesFollowFromTheRawRows() throws {
    let workspace = try Workspace()
    let random = try RandomRun(in: workspace.store, seed: 14)
    let raw = try RawRun(workspace.connection(), run: random.run)
    let text = try report(workspace, random.run)
    let positions = try ReadTable(text, after: "## Acceptance by position")
    let consecutive = try ReadTable(text, after: "## Consecutive acceptance, CTAR(w)")
    #expect(positions.titles == ["Decoder", "Share", "1", "2", "3", "4"])
    #expect(positions.rows.map { Array($0.prefix(2)) }.count == 4)
    #expect(consecutive.rows.map(\.first) == ["kangaroo", "medusa"])
    for name in ["kangaroo", "medusa"] {
      let scope = raw.scope(name, "overall")
      let rows = positions.rows.filter { $0.first == name }
      #expect(rows.map { $0[1] } == ["marginal", "conditional"])
      for place in 1...4 {
        guard place <= scope.longestDraft else {
          #expect(rows.map { $0[place + 1] } == ["–", "–"])
          continue
        }
        let accepted = scope.cycles { $1 >= place }
        let marginal = ratio(accepted, scope.cycles { drafted, _ in drafted > 0 })
        let conditional = ratio(accepted, scope.cycles { $0 >= place && $1 >= place - 1 })
        let all = ratio(accepted, Double(scope.cycleCount))
        #expect(rows[0][place + 1] == digits(marginal.map { $0 * 100 }, 1, " %"))
        #expect(rows[1][place + 1] == digits(conditional.map { $0 * 100 }, 1, " %"))
        #expect(try consecutive.cell(name, "w = \(place)") == digits(all.map { $0 * 100 }, 1, " %"))
      }
    }
    let times = try ReadTable(text, after: "## Where the time goes")
    for name in RandomRun.decoders {
      let scope = raw.scope(name, "overall")
      for (title, column) in [("Draft", "draft_ns"), ("Verify", "verify_ns"), ("Overhead", "overhead_ns")] {
        #expect(try times.cell(name, title) == digits(scope.timeShare(column).map { $0 * 100 }, 1, " %"))
      }
      let shares = ["draft_ns", "verify_ns"].compactMap { scope.timeShare($0) }
      let outside = shares.isEmpty ? nil : 100 * (1 - shares.reduce(0, +))
      #expect(try times.cell(name, "Outside passes") == digits(outside, 1, " %"))
      #expect(try times.cell(name, "Cycles") == String(scope.cycleCount))
    }
    let latencies = try ReadTable(text, after: "## Latency")
    #expect(latencies.titles == ["Metric", "Decoder", "p50", "p90", "p95", "p99", "Mean"])
    #expect(latencies.rows.map { $0[0] } == ["TTFT", "TPOT", "ITL"].flatMap { Array(repeating: $0, count: 4) })
    for row in latencies.rows {
      let samples = raw.scope(row[1], "overall").latencies(row[0].lowercased())
      #expect(row[2] == digits(samples.percentile(50), 2, " ms"))
      #expect(row[5] == digits(samples.percentile(99), 2, " ms"))
      #expect(row[6] == digits(ratio(samples.sum, Double(samples.count)), 2, " ms"))
    }
  }

  @Test func openingNamesTheFastestDecoderAndEveryMismatch() throws {
    let workspace = try Workspace()
    let random = try RandomRun(in: workspace.store, seed: 15)
    let raw = try RawRun(workspace.connection(), run: random.run)
    let text = try report(workspace, random.run)
    let differing = raw.generations.filter { $0.lossless == false }
    let checked = raw.generations.filter { $0.lossless != nil }.count
    try #require(!differing.isEmpty)
    #expect(text.hasPrefix("# SpecBench report: toy-llama on demo\n\n"))
    let best = ["kangaroo", "medusa"].max { first, second in
      raw.scope(first, "overall").timePerToken ?? 0 < raw.scope(second, "overall").timePerToken ?? 0
    }
    let name = try #require(best)
    try #require(["kangaroo", "medusa"].allSatisfy { raw.scope($0, "overall").speedup == nil })
    let ratio = digits(raw.scope(name, "overall").timePerToken, 2, "x")
    #expect(
      text.contains(
        "The fastest decoder is **\(name)** with an overall ratio of times per token of **\(ratio)** over vanilla. "
          + "Because some outputs differ from vanilla's, numbers marked \"per token\" compare times per token"
      )
    )
    let heading = "## NOT LOSSLESS: \(differing.count) of \(checked) outputs differ from vanilla's"
    let table = try ReadTable(text, after: heading)
    #expect(table.titles.prefix(4) == ["Category", "Decoder", "Question", "Turn"])
    #expect(table.titles.suffix(2) == ["Top-2 margin", "Tie"])
    let found = table.rows.map { "\($0[0]) \($0[1]) \($0[2]) \($0[4])" }.sorted()
    #expect(found == differing.map { "\($0.category) \($0.decoder) \($0.question) \($0.repeatIndex + 1)" }.sorted())
    #expect(table.rows.allSatisfy { $0[5] == "3" && $0[6] == "17" && $0[7] == ($0[1] == "kangaroo" ? "18" : "end") })
    #expect(Set(table.rows.map { $0[3] }) == ["1", "2"], "turns count from one")
    let blockStart = try #require(text.range(of: heading)?.lowerBound)
    let listStart = try #require(text.range(of: "- **Model**")?.lowerBound)
    #expect(blockStart < listStart)
    for decoder in RandomRun.decoders.dropFirst() {
      let scope = raw.scope(decoder, "overall")
      let same = scope.checked - scope.mismatches
      #expect(text.contains("- \(decoder): \(same) of \(scope.checked) identical to vanilla"))
    }
    #expect(text.contains("- vanilla: the reference"))
  }

  @Test func losslessRunSaysSo() throws {
    let workspace = try Workspace()
    let random = try RandomRun(in: workspace.store, seed: 16, mismatches: false)
    let text = try report(workspace, random.run)
    #expect(text.contains("All 90 compared outputs are identical to vanilla's."))
    #expect(!text.contains("NOT LOSSLESS"))
    #expect(!text.contains("DIFFER"))
    #expect(text.contains("- kangaroo: 30 of 30 identical to vanilla\n"))
  }

  @Test func detailsAreComplete() throws {
    let workspace = try Workspace()
    let random = try RandomRun(in: workspace.store, seed: 17)
    let text = try report(workspace, random.run)
    let lines = [
      "- **Model**: toy-llama (6.7 B parameters, LlamaForCausalLM, bf16 rounded from the checkpoint's f32, hash `0123456789ab`)",
      "- **Suite**: demo, version 1, hash `aaaabbbbcccc`",
      "- **Prompts**: 10 measured (mt_bench 4, translation 1, qa 3, rag 2)",
      "- **Skipped**: 1 of summarization (longer than the context), 1 of rag (empty), "
        + "1 of rag (longer than the context)",
      "  - kangaroo: `kangaroo:steps=6`",
      "- **Settings**: 2 threads, 3 measured repeats, at most 64 new tokens, context of 2048 positions, seed 7",
      #"- **Other options**: `{"temperature":0}`"#,
      "- **Date**: started 2025-07-13 12:34:56, finished 2025-07-13 12:36:26 (UTC)",
      "- **SpecBench**: 0.1.0, commit abc123, release build",
      "- **Command**: `specbench run --decoders vanilla`",
      "- **Processor**: Example 9000, 4 physical and 8 logical cores",
      "- **Affinity**: cores 0-7",
      "- **Clock**: governor performance, frequency 3.40 GHz",
      "- **Load at the start**: 0.25",
      "- **Memory**: 59.6 GiB, 55.9 GiB available at the start",
      "- **System**: Debian 12, kernel 6.1.0",
      "- **Compiler**: Swift 6.3, kernel set avx2",
    ]
    let found = text.components(separatedBy: "\n")
    for line in lines { #expect(found.contains(line), "\(line)") }
    let parameters = try ReadTable(text, after: "## Added parameters")
    #expect(try parameters.cell("kangaroo", "Added parameters") == "67.1 M")
    #expect(try parameters.cell("kangaroo", "Share of the target") == "1.0 %")
    #expect(try parameters.cell("medusa", "Added parameters") == "1.3 K")
    #expect(try parameters.cell("vanilla", "Added parameters") == "0")
    #expect(!text.contains("doubtful"))
  }

  @Test func tablesAreAlignedAndRectangular() throws {
    let workspace = try Workspace()
    let random = try RandomRun(in: workspace.store, seed: 18)
    let all = tables(of: try report(workspace, random.run))
    #expect(all.count == 18)
    for table in all {
      #expect(Set(table.map(\.count)).count == 1)
      #expect(Set(table.map { ReadTable.cells($0).count }).count == 1)
    }
  }
}
