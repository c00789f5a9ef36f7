import Foundation
import GRDB
import SpecReport
import SpecStore
import Testing

/// A report's JSON read back.
struct ParsedReport {
  let text: String
  let root: [String: Any]

  init(_ workspace: Workspace, run: Int64) throws {
    text = try JSONReport.render(RunSummary(store: workspace.store, run: run))
    root = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
  }

  func list(_ key: String) throws -> [[String: Any]] {
    try #require(root[key] as? [[String: Any]])
  }

  func object(_ key: String) throws -> [String: Any] {
    try #require(root[key] as? [String: Any])
  }
}

@Suite struct JSONReportTests {
  static let figureKeys = [
    "basis", "speedup", "time_per_token_ratio", "mean_accepted_tokens", "acceptance_rate", "tokens_per_second",
    "prompts", "tokens",
    "end_to_end_speedup", "spec_bench_speedup", "time_to_first_token_ms",
  ]

  @Test func hasThePromisedKeys() throws {
    let workspace = try Workspace()
    let random = try RandomRun(in: workspace.store, seed: 1)
    let report = try ParsedReport(workspace, run: random.run)
    #expect(report.root["run"] as? Int == Int(random.run))
    #expect(report.root["model"] as? String == "toy-llama")
    #expect(report.root["suite"] as? String == "demo")
    #expect(report.root["command_line"] as? String == "specbench run --decoders vanilla")
    #expect(report.root["started_at"] as? String == "2025-07-13T12:34:56.789Z")
    #expect(try report.object("skips") as? [String: Int] == ["rag": 2, "summarization": 1])
    #expect(try report.object("model_detail")["hash"] as? String == "0123456789abcdef0123")
    #expect(try report.object("suite_detail")["prompts"] as? Int == 10)
    #expect(try report.object("environment")["cpu_model"] as? String == "Example 9000")
    #expect(try report.object("options")["temperature"] as? Int == 0)
    let decoders = try report.list("decoders")
    #expect(decoders.map { $0["name"] as? String } == RandomRun.decoders)
    #expect(decoders.map { $0["added_parameters"] as? Int } == [0, 0, 67_108_864, 1250])
    #expect(decoders[1]["method"] as? String == "vanilla")
    #expect(decoders[2]["spec"] as? String == "kangaroo:steps=6")
    #expect((decoders[2]["settings"] as? [String: Any])?["steps"] as? Int == 6)
    for decoder in decoders {
      let categories = try #require(decoder["categories"] as? [String: [String: Any]])
      #expect(Set(categories.keys) == Set(RandomRun.categories))
      let overall = try #require(decoder["overall"] as? [String: Any])
      for numbers in categories.values + [overall] {
        for key in Self.figureKeys { #expect(numbers[key] != nil, "\(key)") }
      }
    }
  }

  @Test func keysAreSortedAndNothingIsInfinite() throws {
    let workspace = try Workspace()
    let random = try RandomRun(in: workspace.store, seed: 2)
    let report = try ParsedReport(workspace, run: random.run)
    let keys = report.text.split(separator: "\n").filter { $0.hasPrefix("  \"") }
    #expect(keys == keys.sorted())
    #expect(!report.text.contains("NaN"))
    #expect(!report.text.localizedCaseInsensitiveContains("inf\""))
    #expect(report.text.hasSuffix("}\n"))
  }

  /// Every number against the raw rows; another run in the same database must not count.
  @Test(arguments: [(UInt64(3), 1.0), (4, 0.6), (5, 0.15), (6, 0.9)])
  func figuresFollowFromTheRawRows(seed: UInt64, share: Double) throws {
    let workspace = try Workspace()
    _ = try RandomRun(in: workspace.store, seed: seed + 100)
    let random = try RandomRun(in: workspace.store, seed: seed, share: share)
    let report = try ParsedReport(workspace, run: random.run)
    let raw = try RawRun(workspace.connection(), run: random.run)
    for decoder in try report.list("decoders") {
      let name = try #require(decoder["name"] as? String)
      let categories = try #require(decoder["categories"] as? [String: [String: Any]])
      #expect(Set(categories.keys) == Set(raw.generations.filter { $0.decoder == name }.map(\.category)))
      expect(try #require(decoder["overall"] as? [String: Any]), follow: raw.scope(name, "overall"))
      for (category, numbers) in categories { expect(numbers, follow: raw.scope(name, category)) }
    }
    let lossless = try report.object("lossless")
    #expect(lossless["checked"] as? Int == raw.generations.filter { $0.lossless != nil }.count)
    #expect(lossless["mismatches"] as? Int == raw.generations.filter { $0.lossless == false }.count)
    #expect(try report.list("mismatches").count == raw.generations.filter { $0.lossless == false }.count)
    #expect(report.root["generations"] as? Int == raw.generations.count)
    #expect(report.root["expected_generations"] as? Int == 4 * 10 * 3)
  }

  private func expect(_ numbers: [String: Any], follow scope: RawScope) {
    let expected: [String: Double?] = [
      "speedup": scope.speedup, "end_to_end_speedup": scope.endToEnd,
      "time_per_token_ratio": scope.timePerToken, "spec_bench_speedup": scope.specBench,
      "tokens_per_second": scope.tokensPerSecond, "mean_accepted_tokens": scope.meanAccepted,
      "acceptance_rate": scope.acceptanceRate, "nodes_per_emitted_token": scope.nodesPerToken,
      "outside_vocabulary": scope.outsideVocabulary, "outside_vocabulary_share": scope.outsideVocabularyShare,
      "prompts": Double(scope.prompts), "tokens": Double(scope.tokens), "pairs": Double(scope.pairs.count),
      "cycles": Double(scope.cycleCount), "time_to_first_token_ms": scope.latencies("ttft").percentile(50),
      "time_per_output_token_ms": scope.latencies("tpot").percentile(50),
      "inter_token_latency_ms": scope.latencies("itl").percentile(50),
    ]
    #expect(numbers["basis"] as? String == basis(of: scope))
    for (key, value) in expected {
      let found = numbers[key] as? Double
      #expect(numbers[key] != nil && agree(found, value), "\(key): \(String(describing: found)), not \(value ?? -1)")
    }
  }

  private func basis(of scope: RawScope) -> String? {
    scope.pairs.isEmpty ? nil : scope.outputsAreEqual ? "speedup" : "time_per_token"
  }

  @Test(arguments: [(UInt64(7), 1.0), (8, 0.4)])
  func listsFollowFromTheRawRows(seed: UInt64, share: Double) throws {
    let workspace = try Workspace()
    let random = try RandomRun(in: workspace.store, seed: seed, share: share)
    let report = try ParsedReport(workspace, run: random.run)
    let raw = try RawRun(workspace.connection(), run: random.run)
    for row in try report.list("acceptance_by_position") {
      let scope = try scope(of: row, in: raw)
      let position = try #require(row["position"] as? Int)
      let accepted = scope.cycles { $1 >= position }
      #expect(agree(row["marginal"] as? Double, ratio(accepted, scope.cycles { drafted, _ in drafted > 0 })))
      let reached = scope.cycles { $0 >= position && $1 >= position - 1 }
      #expect(agree(row["conditional"] as? Double, ratio(accepted, reached)))
    }
    let places = try report.list("acceptance_by_place")
    #expect(Set(places.compactMap { $0["place"] as? String }) == ["output", "context"])
    for row in places {
      let (tokens, cycles) = (row["accepted_tokens"] as? Double ?? -1, row["cycles"] as? Double ?? 0)
      #expect(agree(row["mean_accepted_tokens"] as? Double, tokens / cycles))
      #expect(row["decoder"] != nil && row["category"] != nil)
    }
    for row in try report.list("ctar") {
      let scope = try scope(of: row, in: raw)
      let width = try #require(row["w"] as? Int)
      #expect(agree(row["ctar"] as? Double, ratio(scope.cycles { $1 >= width }, scope.cycles { _, _ in true })))
    }
    for row in try report.list("latency") {
      let samples = try scope(of: row, in: raw).latencies(try #require(row["metric"] as? String))
      #expect(row["samples"] as? Int == samples.count)
      for percent in [50, 90, 95, 99] {
        #expect(agree(row["p\(percent)_ms"] as? Double, samples.percentile(percent)))
      }
      #expect(agree(row["mean_ms"] as? Double, ratio(samples.sum, Double(samples.count))))
    }
    for row in try report.list("time_split") {
      let scope = try scope(of: row, in: raw)
      for part in ["draft", "verify", "overhead"] {
        #expect(agree(row["\(part)_share"] as? Double, scope.timeShare("\(part)_ns")))
      }
    }
    let longest = raw.scope("medusa", "overall").longestDraft
    let rows = try report.list("ctar").filter {
      $0["decoder"] as? String == "medusa" && $0["category"] as? String == "overall"
    }
    #expect(rows.compactMap { $0["w"] as? Int } == Array(1...longest))
    #expect(try report.list("latency").filter { $0["category"] as? String == "overall" }.count == 12)
  }

  private func scope(of row: [String: Any], in raw: RawRun) throws -> RawScope {
    raw.scope(try #require(row["decoder"] as? String), try #require(row["category"] as? String))
  }

  @Test func optionsAreKeptAsTheyAre() throws {
    let workspace = try Workspace()
    let random = try RandomRun(in: workspace.store, seed: 9)
    let text = #"[1, 2.5, null, true, "x", {"a": [9007199254740993]}]"#
    let options = try options(text, of: random.run, in: workspace)
    #expect(options as? NSArray == [1, 2.5, NSNull(), true, "x", ["a": [9_007_199_254_740_993]]] as NSArray)
  }

  @Test(arguments: [
    #"{"a": 1e999}"#, #"{"a": 1, "a": 2}"#, String(repeating: "[", count: 900) + String(repeating: "]", count: 900),
  ])
  func strangeOptionsDoNoHarm(text: String) throws {
    let workspace = try Workspace()
    let random = try RandomRun(in: workspace.store, seed: 10, share: 0.1)
    #expect(try options(text, of: random.run, in: workspace) != nil)
  }

  private func options(_ text: String, of run: Int64, in workspace: Workspace) throws -> Any? {
    try workspace.connection().write { database in
      try database.execute(sql: "UPDATE run SET options = ? WHERE id = ?", arguments: [text, run])
    }
    return try ParsedReport(workspace, run: run).root["options"]
  }

  @Test func missingRunIsTheStoresError() throws {
    let workspace = try Workspace()
    #expect(throws: StoreError.noSuchRun(path: workspace.store.path, run: 5)) {
      try RunSummary(store: workspace.store, run: 5)
    }
  }
}
