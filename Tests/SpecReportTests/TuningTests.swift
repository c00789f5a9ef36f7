import Foundation
import SpecCore
import SpecDocument
import SpecReport
import SpecStatistics
import SpecStore
import Testing

/// Which settings are chosen from runs whose true speedups are known.
@Suite struct TuningTests {
  /// A setting with how many times as fast as vanilla it is, by category.
  private struct Setting {
    let spec: String
    let speeds: [String: Double]
    var isLossless = true
    var method: String { String(spec.prefix { $0 != ":" }) }
  }

  private static let settings = [
    Setting(spec: "kangaroo:steps=2", speeds: ["qa": 2.0, "rag": 1.2]),
    Setting(spec: "kangaroo:steps=4", speeds: ["qa": 1.8, "rag": 1.6]),
    Setting(spec: "kangaroo:steps=6", speeds: ["qa": 5, "rag": 5], isLossless: false),
    Setting(spec: "medusa:nodes=9", speeds: ["qa": 1.5, "rag": 1.5]),
  ]

  /// Records eight questions of each category in two repeats, every time within one percent of what the speeds say.
  private func record(
    _ settings: [Setting] = settings,
    in store: BenchmarkStore,
    record: RunRecord = Example.run,
    seed: UInt64 = 1
  ) throws -> Int64 {
    var random = SplitMix64(seed: seed)
    let vanilla = Setting(spec: "vanilla", speeds: ["qa": 1, "rag": 1])
    let all = [vanilla] + settings
    let prompts = ["qa", "rag"].enumerated().flatMap { place, category in
      (0..<8).map { Example.prompt(8 * place + $0, category, question: 100 * place + $0) }
    }
    let run = try store.beginRun(
      record,
      environment: Example.environment,
      decoders: all.enumerated().map { ordinal, setting in
        let isFirst = all.firstIndex { $0.method == setting.method } == ordinal
        let name = isFirst ? setting.method : "\(setting.method)-\(ordinal)"
        return DecoderRecord(ordinal: ordinal, name: name, method: setting.method, spec: setting.spec)
      },
      prompts: prompts
    )
    for (prompt, id) in zip(prompts, run.prompts) {
      for repeatIndex in 0..<2 {
        for (setting, decoder) in zip(all, run.decoders) {
          let jitter = Double.random(in: 0.99..<1.01, using: &random)
          let time = 1e6 / (setting.speeds[prompt.category] ?? 1) * jitter
          var row = Example.generation(decoder: decoder, prompt: id, repeatIndex: repeatIndex, decode: Int(time))
          row.lossless = setting.isLossless || prompt.questionID > 0
          if row.lossless == false { row.mismatchPosition = 1 }
          try store.record(row, cycles: [], tokens: [])
        }
      }
    }
    return run.run
  }

  private func tuning(_ store: BenchmarkStore, _ runs: [Int64]) throws -> Tuning {
    try Tuning(store, runs: runs) { $0 == "kangaroo:steps=2" }
  }

  private func choice(_ tuning: Tuning, _ method: String, _ category: Category) throws -> Tuning.Choice {
    try #require(tuning.choices.first { $0.method == method && $0.category == category })
  }

  @Test func theBestOfEachCategoryIsChosen() throws {
    let workspace = try Workspace()
    let tuning = try tuning(workspace.store, [record(in: workspace.store)])
    let places: [(Category, String, Double)] = [
      (.questionAnswering, "kangaroo:steps=2", 2), (.retrievalAugmentedGeneration, "kangaroo:steps=4", 1.6),
      (.overall, "kangaroo:steps=4", 2 / (1 / 1.8 + 1 / 1.6)),
    ]
    for (category, spec, speedup) in places {
      let found = try choice(tuning, "kangaroo", category)
      #expect(found.spec == spec && found.settings == 2)
      #expect(abs((found.estimate.ratio ?? 0) / speedup - 1) < 0.02)
      #expect(found.estimate.interval?.contains(speedup) == true)
      #expect(abs((found.heldOut ?? 0) / speedup - 1) < 0.02 && found.agreeingHalves == 2)
    }
    #expect(tuning.best.map(\.spec) == ["kangaroo:steps=4", "medusa:nodes=9"])
    #expect(tuning.choices.count == 6 && tuning.choices.last?.category == .overall)
    #expect(tuning.leftOut == ["kangaroo:steps=6: 2 of 32 outputs differ from vanilla's"])
  }

  @Test func theChoiceIsComparedWithItsRivals() throws {
    let workspace = try Workspace()
    let tuning = try tuning(workspace.store, [record(in: workspace.store)])
    guard case .itself = try choice(tuning, "kangaroo", .questionAnswering).overDefault else {
      Issue.record("the default is the best in qa")
      return
    }
    let rag = try choice(tuning, "kangaroo", .retrievalAugmentedGeneration)
    for rival in [rag.overDefault, rag.overSecond] {
      guard case .measured(let spec, let ratio, let interval) = rival else {
        Issue.record("the default was measured")
        return
      }
      #expect(spec == "kangaroo:steps=2" && abs(ratio / (1.6 / 1.2) - 1) < 0.02)
      #expect(Verdict(interval) == .faster)
    }
    let medusa = try choice(tuning, "medusa", .overall)
    for rival in [medusa.overDefault, medusa.overSecond] {
      guard case .notMeasured = rival else {
        Issue.record("medusa has one setting, which is not the default")
        return
      }
    }
  }

  /// A setting that is not really better is not called so.
  @Test func equalSettingsAreNotToldApart() throws {
    let workspace = try Workspace()
    let equal = (1...5).map { Setting(spec: "kangaroo:steps=\($0)", speeds: ["qa": 1.5, "rag": 1.5]) }
    let found = try choice(tuning(workspace.store, [record(equal, in: workspace.store)]), "kangaroo", .overall)
    guard case .measured(_, let ratio, let interval) = found.overSecond else {
      Issue.record("there is a second best")
      return
    }
    #expect(ratio >= 1 && Verdict(interval) == .noDifferenceShown)
  }

  @Test func settingsOfSeveralRunsAreChosenFrom() throws {
    let workspace = try Workspace()
    let store = workspace.store
    let first = try record(in: store)
    let faster = [
      Setting(spec: "kangaroo:steps=4", speeds: ["qa": 1.1, "rag": 1.1]),
      Setting(spec: "medusa:nodes=5", speeds: ["qa": 3, "rag": 3]),
    ]
    let second = try record(faster, in: store, seed: 2)
    let both = try tuning(store, [first, second])
    // Of a setting that both have, the later measurement counts.
    #expect(both.best.map(\.spec) == ["medusa:nodes=5", "kangaroo:steps=2"])
    guard case .measured(let spec, let ratio, let interval) = try choice(both, "medusa", .overall).overSecond else {
      Issue.record("the other run has a second best")
      return
    }
    #expect(spec == "medusa:nodes=9" && abs(ratio - 2) < 0.04)
    #expect(Verdict(interval) == .faster && interval?.contains(ratio) == true)
  }

  @Test func whatCannotBeChosenFromIsRefused() throws {
    let workspace = try Workspace()
    let store = workspace.store
    var (unfinished, imported, unlike) = (Example.run, Example.run, Example.run)
    (unfinished.finishedAt, imported.origin, unlike.threads) = (nil, .specBench, 7)
    let good = try record(in: store)
    func refusal(_ runs: [Int64]) -> String {
      do {
        _ = try tuning(store, runs)
        return ""
      } catch { return "\(error)" }
    }
    #expect(try refusal([record(in: store, record: unfinished)]).contains("is unfinished (160 of 240 generations)"))
    #expect(try refusal([record(in: store, record: imported)]).contains("not this program's own"))
    let different = try refusal([good, record(in: store, record: unlike)])
    #expect(different.contains("were not measured alike: threads 2 and 7; choose from one of them at a time"))
    let none = try refusal([record([Self.settings[2]], in: store)])
    #expect(none.contains("no lossless setting") && none.contains("kangaroo:steps=6: 2 of 32 outputs differ"))
    #expect(refusal([99]).contains("holds no run 99"))
  }

  @Test func theReportTellsAllOfIt() throws {
    let workspace = try Workspace()
    let tuning = try tuning(workspace.store, [record(in: workspace.store)])
    let text = MarkdownRenderer().render(TuningReport.document(tuning))
    #expect(text.hasPrefix("# SpecBench settings: toy-llama on demo\n\nOf 3 lossless settings the best overall is"))
    let table = try ReadTable(text, after: "## Best settings by category")
    #expect(table.rows.count == 6)
    #expect(try table.cell("QA", "Best setting") == "kangaroo:steps=2")
    #expect(try table.cell("QA", "Over the default") == "it is the default")
    #expect(try table.cell("RAG", "Best setting") == "kangaroo:steps=4")
    #expect(try table.cell("RAG", "Over the second best").hasSuffix("), faster"))
    #expect(try table.cell("RAG", "Halves that agree") == "2 of 2")
    #expect(text.contains("- kangaroo:steps=6: 2 of 32 outputs differ from vanilla's"))
    #expect(text.contains("- `kangaroo:steps=4`\n- `medusa:nodes=9`"))
  }
}
