import Foundation
import GRDB
import SpecDecoding
import SpecTestSupport
import Testing

/// Run, database and report, through the program itself; the report's numbers recomputed from the raw rows.
@Suite final class RoundTripTests: ProgramTests {
  private func measure(_ extra: [String] = []) throws -> Program.Result {
    try Program.run(
      [
        "run", "--model", model.directory, "--suite", Fixtures.package.appending(path: "Suites/essentials").path,
        "--limit", "12", "--max-new-tokens", "20", "--database", scratch.path("runs.sqlite"), "--report",
        scratch.path("report.md"), "--decoders", "kangaroo:threshold=0.01,steps=4,medusa,kangaroo:exit=1",
      ] + extra
    )
  }

  @Test func jsonReportAgreesWithTheRows() throws {
    let run = try measure(["--repeats", "2"])
    #expect(run.status == 0, "\(run.errors)")
    let report = try Program.run(["report", "--database", scratch.path("runs.sqlite"), "--format", "json"])
    #expect(report.status == 0, "\(report.errors)")
    let json = try #require(try JSONSerialization.jsonObject(with: Data(report.output.utf8)) as? [String: Any])
    #expect(json["run"] as? Int == 1 && json["suite"] as? String == "essentials")
    let lossless = try #require(json["lossless"] as? [String: Any])
    #expect(lossless["mismatches"] as? Int == 0)
    let decoders = try #require(json["decoders"] as? [[String: Any]])
    #expect(decoders.map { $0["name"] as? String } == ["vanilla", "kangaroo", "medusa", "kangaroo-2"])
    let database = try DatabaseQueue(path: scratch.path("runs.sqlite"))
    let checked = try database.read {
      try Int.fetchOne($0, sql: "SELECT count(*) FROM generation WHERE lossless IS NOT NULL")
    }
    #expect(lossless["checked"] as? Int == checked)
    for decoder in decoders {
      let name = try #require(decoder["name"] as? String)
      try compare(try #require(decoder["overall"] as? [String: Any]), name, category: nil, database)
      let categories = try #require(decoder["categories"] as? [String: [String: Any]])
      #expect(Set(categories.keys) == ["mt_bench", "translation", "summarization", "qa", "math_reasoning", "rag"])
      for (category, numbers) in categories { try compare(numbers, name, category: category, database) }
    }
    let overall = try #require(decoders[0]["overall"] as? [String: Any])
    #expect(overall["speedup"] as? Double == 1 && overall["mean_accepted_tokens"] as? Double == 1)
    #expect(overall["acceptance_rate"] is NSNull)
    #expect((decoders[1]["added_parameters"] as? Int) == 4 * 32 * 32 + 2 * 32)
  }

  /// One block of numbers against SQL over the raw tables, written without the views.
  private func compare(
    _ numbers: [String: Any],
    _ decoder: String,
    category: String?,
    _ database: DatabaseQueue
  ) throws {
    let condition = category.map { "p.category = '\($0)'" } ?? "1"
    try database.read { database in
      func number(_ sql: String) throws -> Double? { try Double.fetchOne(database, sql: sql) }
      let mine = """
        FROM generation g JOIN decoder d ON d.id = g.decoder_id JOIN prompt p ON p.id = g.prompt_id
        WHERE d.name = '\(decoder)' AND \(condition)
        """
      let vanilla = mine.replacing("'\(decoder)'", with: "'vanilla'")
      let time = try #require(try number("SELECT sum(decode_ns) \(mine)"))
      let baseline = try #require(try number("SELECT sum(decode_ns) \(vanilla)"))
      func same(_ key: String, _ expected: Double?) throws {
        let found = numbers[key] as? Double
        let isSame = found.flatMap { found in expected.map { abs(found - $0) <= 1e-9 * abs($0) } } ?? (expected == nil)
        #expect(isSame, "\(decoder) \(category ?? "overall") \(key): \(String(describing: found))")
      }
      try same("speedup", baseline / time)
      try same("tokens", try number("SELECT sum(output_tokens) \(mine)"))
      try same("prompts", try number("SELECT count(DISTINCT g.prompt_id) \(mine)"))
      try same("tokens_per_second", try number("SELECT sum(output_tokens - 1) \(mine)").map { $0 / time * 1e9 })
      let cycles = mine.replacing("FROM generation g", with: "FROM cycle c JOIN generation g ON g.id = c.generation_id")
      try same("mean_accepted_tokens", try number("SELECT 1.0 * sum(accept_length) / count(*) \(cycles)"))
      try same("acceptance_rate", try number("SELECT 1.0 * sum(accepted) / nullif(sum(drafted), 0) \(cycles)"))
    }
  }

  @Test func markdownReportAndListOfRuns() throws {
    #expect(try measure().status == 0)
    let written = try scratch.read("report.md")
    #expect(written.contains("kangaroo-2") && written.contains("essentials") && written.contains("1.00x"))
    let again = try Program.run(["report", "1", "--database", scratch.path("runs.sqlite")])
    #expect(again.output == withoutPlots(written))
    for name in ["speedup", "time", "acceptance", "accept-lengths", "latency"] {
      #expect(written.contains("](report-plots/\(name).svg)"))
      #expect(try scratch.read("report-plots/\(name).svg").hasPrefix("<svg "))
    }
    let saved = try Program.run(
      ["report", "--database", scratch.path("runs.sqlite"), "--output", scratch.path("again.md")])
    #expect(saved.status == 0 && saved.output.isEmpty)
    #expect(try withoutPlots(scratch.read("again.md")) == withoutPlots(written))
    let runs = try Program.run(["runs", "--database", scratch.path("runs.sqlite")])
    #expect(runs.status == 0 && runs.output.contains("essentials"))
  }

  private func withoutPlots(_ report: String) -> String {
    report.replacing(/\n\n!\[[^\n]*/, with: "")
  }

  @Test func everyFormatIsWritten() throws {
    #expect(try measure(["--repeats", "2", "--no-noise-floor"]).status == 0)
    for (format, beginning) in [
      ("html", "<!DOCTYPE html>"), ("csv", "run,model,suite,decoder,"), ("jsonl", "{\"acceptance_rate\":"),
      ("latex", "% SpecBench"), ("json", "{"), ("markdown", "# SpecBench report"),
    ] {
      let report = try Program.run(["report", "--database", scratch.path("runs.sqlite"), "--format", format])
      #expect(report.status == 0 && report.output.hasPrefix(beginning), "\(format): \(report.errors)")
    }
  }

  @Test func comparisonsHaveExitCodes() throws {
    #expect(try measure(["--repeats", "2"]).status == 0)
    #expect(try measure(["--repeats", "2", "--seed", "2"]).status == 0)
    func compare(_ arguments: String...) throws -> Program.Result {
      try Program.run(["compare"] + arguments + ["--database", scratch.path("runs.sqlite")])
    }
    let runs = try compare("1", "2", "--require-lossless", "--fail-if-slower", "99%")
    #expect(runs.status == 0 && runs.output.contains("| kangaroo-2"), "\(runs.errors)")
    // Acceptance does not depend on times: the same run twice is the same.
    #expect(try compare("1", "2", "--fail-if-acceptance-drops", "0%").status == 0)
    let file = scratch.path("runs.sqlite")
    // Times of a tiny model on a busy machine show nothing: medusa is made ten times slower than vanilla.
    try DatabaseQueue(path: file).write { database in
      try database.execute(
        sql: """
          UPDATE generation SET decode_ns = 1000000 + 10 * id;
          UPDATE generation SET decode_ns = 10 * decode_ns
          WHERE decoder_id IN (SELECT id FROM decoder WHERE name = 'medusa');
          UPDATE cycle SET accept_length = accept_length + 1 WHERE generation_id IN (
            SELECT generation.id FROM generation JOIN decoder ON decoder.id = decoder_id WHERE run_id = 1 AND name = 'medusa'
          );
          """
      )
    }
    let decoders = try compare("\(file):1/vanilla", "\(file):1/medusa", "--fail-if-slower", "0%")
    #expect(decoders.status == 3 && decoders.errors.contains("slower by more than 0%: medusa"), "\(decoders.errors)")
    #expect(try compare("1/vanilla", "1/medusa", "--fail-if-slower", "3").status == 64)
    let dropping = try compare("1/medusa", "2/medusa", "--fail-if-acceptance-drops", "10%")
    #expect(dropping.status == 3, "\(dropping.errors)")
    #expect(dropping.errors.contains("mean accepted tokens dropped by more than 10%: medusa"))
    #expect(try compare("1/medusa", "2/medusa", "--fail-if-acceptance-drops", "90%").status == 0)
    let missing = try compare("1", "9")
    #expect(missing.status == 2 && missing.errors.contains("holds no run 9"))
    #expect(try compare("1/eagle", "1/medusa").errors.contains("has no decoder 'eagle'; choose one of vanilla"))
  }

  /// One repeat of few questions has no interval to judge by, which must not hide that outputs differ.
  @Test func aMismatchIsNotHiddenByAMissingInterval() throws {
    for _ in 0..<2 { #expect(try measure(["--limit", "3", "--no-noise-floor"]).status == 0) }
    let judged = ["compare", "1", "2", "--require-lossless", "--fail-if-slower", "3%"]
    let database = ["--database", scratch.path("runs.sqlite")]
    let unknown = try Program.run(judged + database)
    #expect(unknown.status == 2 && unknown.errors.contains("has no interval to be judged by"), "\(unknown.errors)")
    let file = try DatabaseQueue(path: scratch.path("runs.sqlite"))
    try file.write { try $0.execute(sql: "UPDATE generation SET lossless = 0 WHERE lossless = 1") }
    let differing = try Program.run(judged + database)
    #expect(differing.status == 1 && differing.errors.contains("not every output is identical"), "\(differing.errors)")
    #expect(differing.errors.contains("has no interval to be judged by"))
    try file.write { try $0.execute(sql: "UPDATE run SET threads = 77 WHERE id = 2") }
    let unlike = try Program.run(["compare", "1", "2"] + database)
    #expect(unlike.status == 2 && unlike.errors.contains("and 77"), "\(unlike.errors)")
  }

  @Test func verifyIsSilentAboutEqualOutputs() throws {
    let suite = Fixtures.package.appending(path: "Suites/essentials").path
    let samplings = [[], ["--temperature", "0.7"], ["--temperature", "1", "--top-p", "0.9"], ["--temperature", "1"]]
    // Drafts that no doubt cuts short.
    let decoders = MethodRegistry.builtIn.methods.dropFirst().map { method in
      let doubts = method.settings.contains { setting in
        if case .number = setting.kind { setting.name == "threshold" } else { false }
      }
      return doubts ? "\(method.name):threshold=0" : method.name
    }
    for (type, sampling) in zip(["f32", "bf16", "f16", "int8"], samplings) {
      let result = try Program.run(
        [
          "verify", "--model", model.directory, "--suite", suite, "--limit", "6", "--max-new-tokens", "24", "--dtype",
          type, "--decoders", decoders.joined(separator: ","),
        ] + sampling
      )
      #expect(result.status == 0, "\(result.errors)")
      let outputs = 7 * decoders.count
      #expect(result.output.contains("\(outputs) of \(outputs) outputs"), "\(result.output)")
    }
  }

  @Test func samplingIsPartOfARun() throws {
    let suite = Fixtures.package.appending(path: "Suites/essentials").path
    func run(_ extra: [String]) throws -> [String: Any] {
      let result = try Program.run(
        [
          "run", "--model", model.directory, "--suite", suite, "--limit", "2", "--max-new-tokens", "12", "--database",
          scratch.path("runs.sqlite"), "--report", scratch.path("report.md"), "--temperature", "0.8", "--top-k", "40",
          "--seed", "5", "--decoders", "kangaroo:threshold=0,draft-model",
        ] + extra
      )
      #expect(result.status == 0, "\(result.errors)")
      let report = try Program.run(["report", "--database", scratch.path("runs.sqlite"), "--format", "json"])
      return try #require(try JSONSerialization.jsonObject(with: Data(report.output.utf8)) as? [String: Any])
    }
    let coupled = try run([])
    let sampling = try #require(coupled["sampling"] as? [String: Any])
    #expect(sampling["temperature"] as? Double == 0.8 && sampling["top_k"] as? Int == 40)
    #expect(sampling["verification"] as? String == "coupled")
    let checked = try #require((coupled["lossless"] as? [String: Int])?["checked"])
    #expect(checked > 0 && (coupled["lossless"] as? [String: Int])?["mismatches"] == 0)
    #expect(try scratch.read("report.md").contains("temperature 0.8, top-k 40, seed 5"))
    // Rejection draws other tokens: there is nothing to compare.
    let rejection = try run(["--verification", "rejection", "--no-noise-floor"])
    #expect(rejection["lossless"] as? [String: Int] == ["checked": 0, "mismatches": 0])
    #expect(try scratch.read("report.md").contains("judged by rejection"))
  }

  @Test func decodeWritesOneLineForEachPrompt() throws {
    try scratch.write(
      """
      {"id": "a", "prompt_ids": [1, 40, 41, 42], "initial_window": [1, 2, 3, 4, 5, 6, 7, 8, 9]}
      {"id": 7, "prompt": "Hi"}

      """,
      to: "in.jsonl"
    )
    var outputs: [[String: [String: Any]]] = []
    for decoder in ["vanilla", "kangaroo:threshold=0,steps=5", "lookahead"] {
      let result = try Program.run([
        "decode", "--model", model.directory, "--decoder", decoder, "--input", scratch.path("in.jsonl"), "--output",
        scratch.path("out.jsonl"), "--max-new-tokens", "15", "--stop-ids", "250,251", "--threads", "1",
      ])
      #expect(result.status == 0, "\(result.errors)")
      let lines = try scratch.read("out.jsonl").split(separator: "\n").map {
        try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
      }
      #expect(lines.count == 2)
      outputs.append(Dictionary(uniqueKeysWithValues: lines.map { ("\($0["id"] ?? "")", $0) }))
    }
    for id in ["a", "7"] {
      let ids = outputs.map { $0[id]?["output_ids"] as? [Int] }
      #expect(ids[0] == ids[1] && ids[0] == ids[2] && ids[0] != nil)
      let lengths = outputs.map { $0[id]?["accept_lengths"] as? [Int] ?? [] }
      let count = ids[0]?.count ?? 0
      #expect(lengths[0] == Array(repeating: 1, count: count - 1))
      #expect(lengths[1].reduce(1, +) >= count && lengths[2].reduce(1, +) >= count)
    }
  }

  @Test func inspectNeedsOnlyAConfiguration() throws {
    try scratch.write(
      """
      {"architectures": ["LlamaForCausalLM"], "hidden_size": 4096, "intermediate_size": 11008,
       "num_hidden_layers": 32, "num_attention_heads": 32, "num_key_value_heads": 32, "vocab_size": 32000,
       "max_position_embeddings": 4096, "rms_norm_eps": 1e-05, "hidden_act": "silu", "model_type": "llama"}
      """,
      to: "config.json"
    )
    let result = try Program.run(["inspect", scratch.folder.path])
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.output.contains("6738415616"))
    #expect(result.output.contains("67117056 (67 M), 88.7 % fewer than medusa"))
    #expect(result.output.contains("591413248 (591 M)"))
  }

  @Test(arguments: [
    "run", "report", "runs", "compare", "sweep", "generate", "export", "import", "verify", "decode", "tokenize",
    "inspect", "methods", "bench", "doctor", "datastore", "frequencies", "tune",
  ])
  func everyCommandExplainsItself(_ command: String) throws {
    for arguments in [[command, "--help"], ["help", command]] {
      let result = try Program.run(arguments)
      #expect(result.status == 0 && result.output.contains("USAGE: specbench \(command)"), "\(result.errors)")
    }
    #expect(try Program.run(["--help"]).output.contains(command))
  }

  @Test func doctorAndBenchMeasureThisMachine() throws {
    let doctor = try Program.run(["doctor"])
    #expect(doctor.status == 0 && doctor.output.contains("<- in use") && !doctor.output.contains("REJECTED"))
    let bench = try Program.run(["bench", "--model", model.directory, "--rounds", "1", "--json", "--dtype", "int8"])
    #expect(bench.status == 0, "\(bench.errors)")
    let json = try #require(try JSONSerialization.jsonObject(with: Data(bench.output.utf8)) as? [String: Any])
    let passes = try #require(json["passes"] as? [[String: Any]])
    #expect(passes.first?["positions"] as? Int == 1 && passes.last?["positions"] as? Int == 64)
    #expect(passes.allSatisfy { ($0["seconds"] as? Double ?? 0) > 0 })
    let limits = try #require(json["limits"] as? [String: Double])
    #expect(limits.count == 3 && limits.values.allSatisfy { $0 > 1e8 })
    #expect(try Program.run(["bench", "--shape", "no-such-shape"]).errors.contains("tinyllama-1.1b"))
  }

  /// Recording is measured, and what it has recorded can be reported like a measured run.
  @Test func benchMeasuresRecording() throws {
    let scratch = try Scratch()
    let arguments = [
      "bench", "--recording", "--tokens", "1", "--rounds", "1", "--model", model.directory, "--database",
      scratch.path("synthetic.sqlite"),
    ]
    let bench = try Program.run(arguments + ["--json"], in: scratch.folder)
    #expect(bench.status == 0, "\(bench.errors)")
    let json = try #require(try JSONSerialization.jsonObject(with: Data(bench.output.utf8)) as? [String: Any])
    let recording = try #require(json["recording"] as? [String: Double])
    #expect(recording["tokens"] == 61_440 && recording["cycles"] == 30_720 && recording["generations"] == 480)
    #expect((recording["noting"] ?? 0) > 0 && (recording["writing"] ?? 1) < 1e-3)
    #expect((json["pass_over_one_position"] as? Double ?? 0) > 0 && (json["report"] as? Double ?? 0) > 0)
    let report = try Program.run(["report", "--database", scratch.path("synthetic.sqlite")])
    #expect(report.status == 0 && report.output.contains("All 360 compared outputs are identical to vanilla's."))
    // A database that is there already is left alone.
    let again = try Program.run(arguments, in: scratch.folder)
    #expect(again.status == 64 && again.errors.contains("is there already"))
  }

  @Test func methodsListsTheRegistry() throws {
    let result = try Program.run(["methods"])
    #expect(result.status == 0)
    for method in MethodRegistry.builtIn.methods {
      #expect(result.output.contains("\(method.name)\n"))
      for setting in method.settings { #expect(result.output.contains("\(setting.name)=\(setting.defaultValue) ")) }
    }
    for word in ["threshold=0.6", "mc_sim_7b_63", "2404.18911", "2402.02057", "schedule=constant", "skip=half"] {
      #expect(result.output.contains(word))
    }
  }
}
