import Foundation
import GRDB
import SpecTestSupport
import Testing

/// Spec-Bench's files, sweeps and the demonstration, through the program itself.
@Suite final class SpecBenchFilesTests: ProgramTests {
  private let suite = Fixtures.package.appending(path: "Suites/essentials").path

  private var database: String { scratch.path("runs.sqlite") }

  private func measure(_ extra: [String] = []) throws -> Program.Result {
    try Program.run(
      [
        "run", "--model", model.directory, "--suite", suite, "--limit", "9", "--max-new-tokens", "16", "--database",
        database, "--report", scratch.path("report.md"), "--decoders", "kangaroo:threshold=0.01,steps=4,medusa",
      ] + extra
    )
  }

  private func json(_ run: String) throws -> [String: Any] {
    let report = try Program.run(["report", run, "--database", database, "--format", "json"])
    return try #require(try JSONSerialization.jsonObject(with: Data(report.output.utf8)) as? [String: Any])
  }

  /// The numbers of Spec-Bench's speed.py, from a file alone: the mean of all accept lengths, and the mean over questions
  /// of the first choice's tokens per second.
  private func speed(_ path: String) throws -> (accepted: Double, tokensPerSecond: Double, turns: [[String]]) {
    var (lengths, rates, turns) = ([Double](), [Double](), [[String]]())
    for line in try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n") {
      let row = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
      let choice = try #require((row["choices"] as? [[String: Any]])?.first)
      let tokens = try #require(choice["new_tokens"] as? [Double]).reduce(0, +)
      rates.append(tokens / (try #require(choice["wall_time"] as? [Double]).reduce(0, +)))
      lengths += try #require(choice["accept_lengths"] as? [Double])
      turns.append(try #require(choice["turns"] as? [String]))
    }
    let mean = { (values: [Double]) in values.reduce(0, +) / Double(values.count) }
    return (mean(lengths), mean(rates), turns)
  }

  @Test(arguments: [1, 2])
  func exportIsWhatSpecBenchReads(repeats: Int) throws {
    #expect(try measure(["--repeats", String(repeats)]).status == 0)
    let export = try Program.run(["export", "--database", database, "--output", scratch.path("answers")])
    #expect(export.status == 0, "\(export.errors)")
    let paths = export.output.split(separator: "\n").map(String.init)
    #expect(paths.count == 3 && paths.allSatisfy { $0.hasSuffix(".jsonl") })
    let decoders = try #require(try json("1")["decoders"] as? [[String: Any]])
    let vanilla = try speed(paths[0])
    for (decoder, path) in zip(decoders, paths) {
      let numbers = try speed(path)
      let overall = try #require(decoder["overall"] as? [String: Any])
      let own = try #require(decoder["spec_bench"] as? [String: Any])
      #expect(abs(numbers.accepted - (overall["mean_accepted_tokens"] as? Double ?? 0)) < 1e-9)
      let rate = try #require(own["tokens_per_second"] as? Double)
      #expect(abs(numbers.tokensPerSecond - rate) < 1e-9 * rate)
      // What equal.py compares.
      #expect(numbers.turns == vanilla.turns)
      let known = try #require(own["baseline_tokens_per_second_retokenized"] as? Double)
      #expect(known > 0 && own["baseline_tokens_per_second"] as? Double != nil)
    }
  }

  @Test func importGivesTheSameRatios() throws {
    #expect(try measure(["--repeats", "2"]).status == 0)
    let export = try Program.run(["export", "--database", database, "--output", scratch.path("answers")])
    let paths = export.output.split(separator: "\n").map(String.init)
    let read = try Program.run(
      ["import", "--vanilla", paths[0], paths[1], paths[2], "--model-name", "theirs", "--database", database])
    #expect(read.status == 0 && read.output.contains("Run 2 is in"), "\(read.errors)")
    let (measured, imported) = (try json("1"), try json("2"))
    #expect(imported["model"] as? String == "theirs")
    let before = try #require(measured["decoders"] as? [[String: Any]])
    let after = try #require(imported["decoders"] as? [[String: Any]])
    #expect(after.count == 3)
    for (old, new) in zip(before, after) {
      let (mine, theirs) = (
        try #require(old["overall"] as? [String: Any]), try #require(new["overall"] as? [String: Any])
      )
      for (key, other) in [
        ("end_to_end_speedup", "speedup"), ("mean_accepted_tokens", "mean_accepted_tokens"), ("tokens", "tokens"),
      ] {
        let (first, second) = (try #require(mine[key] as? Double), try #require(theirs[other] as? Double))
        #expect(abs(first - second) < 1e-6 * first, "\(key)")
      }
      #expect(theirs["acceptance_rate"] is NSNull && theirs["time_to_first_token_ms"] is NSNull)
    }
    #expect((imported["lossless"] as? [String: Any])?["mismatches"] as? Int == 0)
    let report = try Program.run(["report", "2", "--database", database])
    #expect(report.status == 0 && report.output.contains("**Not known**"))
    #expect(!report.output.contains("## Where the time goes"))
  }

  @Test func importNamesFileAndLine() throws {
    try scratch.write("{\"question_id\": 1}\n", to: "bad.jsonl")
    let bad = try Program.run(["import", "--vanilla", scratch.path("bad.jsonl"), scratch.path("bad.jsonl")])
    #expect(bad.status == 2 && bad.errors.contains("bad.jsonl, line 1"), "\(bad.errors)")
    try scratch.write("\n", to: "empty.jsonl")
    let empty = try Program.run(["import", "--vanilla", scratch.path("empty.jsonl"), scratch.path("empty.jsonl")])
    #expect(empty.status == 2 && empty.errors.contains("holds no answer"))
    let absent = try Program.run(["import", "--vanilla", scratch.path("no.jsonl"), scratch.path("no.jsonl")])
    #expect(absent.status == 2)
  }

  @Test func sweepsMeasureAGridAndGoOn() throws {
    let arguments = [
      "sweep", "--model", model.directory, "--suite", suite, "--limit", "6", "--max-new-tokens", "12", "--database",
      database, "--report", scratch.path("sweep.md"), "--grid", "kangaroo:steps=2+4,threshold=0.01+0.5", "--repeats",
      "2",
    ]
    let sweep = try Program.run(arguments + ["--dtypes", "bf16,int8"])
    #expect(sweep.status == 0 && sweep.output.contains("Runs 1, 2 are in"), "\(sweep.errors)")
    let report = try scratch.read("sweep.md")
    #expect(report.contains("Of 8 settings the fastest is ") && report.contains("## Best setting by category"))
    #expect(report.contains("](sweep-plots/frontier.svg)"))
    let plot = try scratch.read("sweep-plots/frontier.svg")
    // Labels hold what tells settings apart, not what all of them share.
    #expect(plot.hasPrefix("<svg ") && plot.contains("threshold=") && !plot.contains("adapter="))
    try DatabaseQueue(path: database).write {
      try $0.execute(sql: "UPDATE run SET finished_at = NULL WHERE id = 2; DELETE FROM generation WHERE id % 7 = 0")
    }
    let again = try Program.run(arguments + ["--dtypes", "bf16,int8", "--resume"])
    #expect(again.status == 0 && again.output.contains("Runs 1, 2 are in"), "\(again.errors)")
    let rows = try DatabaseQueue(path: database).read {
      try Int.fetchOne($0, sql: "SELECT count(*) FROM generation JOIN decoder ON decoder.id = decoder_id")
    }
    // Two runs of six decoders, seven prompts and two repeats.
    #expect(rows == 2 * 6 * 7 * 2)
    let wrong = try Program.run(["sweep", "--model", model.directory, "--grid", "kangaroo:stride=1+2"])
    #expect(wrong.status == 2 && wrong.errors.contains("stride"))
  }

  /// In a pipe the text is plain and exactly what `decode` gives, and the numbers go elsewhere.
  @Test func generateShowsTheText() throws {
    try scratch.write("{\"id\": 1, \"prompt\": \"Hello\"}\n", to: "in.jsonl")
    let decode = try Program.run([
      "decode", "--model", model.directory, "--decoder", "vanilla", "--input", scratch.path("in.jsonl"), "--output",
      scratch.path("out.jsonl"), "--max-new-tokens", "20",
    ])
    #expect(decode.status == 0)
    let row = try #require(
      try JSONSerialization.jsonObject(with: Data(scratch.read("out.jsonl").utf8)) as? [String: Any]
    )
    let expected = try #require(row["text"] as? String)
    for decoder in ["vanilla", "kangaroo:threshold=0.01,steps=4", "medusa"] {
      let result = try Program.run([
        "generate", "Hello", "--model", model.directory, "--decoder", decoder, "--max-new-tokens", "20",
      ])
      #expect(result.status == 0, "\(result.errors)")
      #expect(!result.output.contains("\u{1B}"))
      let printable = expected.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control || $0 == "\n" }
      if printable { #expect(result.output == expected + "\n") }
      #expect(result.errors.contains("20 tokens, first after "))
    }
    #expect(try Program.run(["generate", "Hello", "--model", model.directory, "--max-new-tokens", "0"]).status == 64)
  }
}
