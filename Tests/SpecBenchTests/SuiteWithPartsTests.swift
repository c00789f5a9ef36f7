import Foundation
import GRDB
import SpecTestSupport
import Testing

/// Suites that come with trained parts: the model is the user's, the questions are another suite's.
@Suite final class SuiteWithPartsTests: ProgramTests {
  private var parts: String { scratch.path("Suites/parts") }

  override init() throws {
    try super.init()
    let files = FileManager.default
    for name in ["asked", "parts"] {
      try files.createDirectory(atPath: scratch.path("Suites/" + name), withIntermediateDirectories: true)
    }
    let lines = (1...4).map { #"{"question_id": \#($0), "category": "qa", "turns": ["Why \#($0)?"]}"# }
    try scratch.write(lines.joined(separator: "\n"), to: "Suites/asked/question.jsonl")
    // Nothing is left beside the model.
    try files.moveItem(atPath: model.directory + "/kangaroo", toPath: parts + "/adapter")
    let counts = "/token_frequencies.json"
    try files.moveItem(atPath: model.directory + counts, toPath: parts + "/adapter" + counts)
    try write()
  }

  /// Writes the manifest.
  private func write(
    adapter: String = "adapter",
    target: String? = nil,
    questions: String = #""questions_of": "asked""#
  ) throws {
    let fingerprint = try target ?? self.fingerprint(of: model)
    try scratch.write(
      """
      {"name": "parts", "version": "1", \(questions), "target": {"name": "Tiny", "fingerprint": "\(fingerprint)"},
       "max_new_tokens": 8, "decoders": [
        "kangaroo:adapter=\(adapter),steps=4,threshold=0,vocabulary=40",
        "self-speculative:vocabulary=40,frequencies=adapter/token_frequencies.json"]}
      """,
      to: "Suites/parts/suite.json"
    )
  }

  private func fingerprint(of model: TinyCheckpoint) throws -> String {
    let shown = try Program.run(["inspect", model.directory])
    let words = shown.output.split(whereSeparator: \.isWhitespace)
    let label = try #require(words.firstIndex { $0.hasPrefix("Fingerprint") }, "\(shown.output) \(shown.errors)")
    return String(words[label + 1])
  }

  private func run(_ command: [String], suite: String? = nil, in folder: String = "Suites") throws -> Program.Result {
    let suite = suite.map { ["--suite", $0] } ?? []
    return try Program.run(command + suite, in: scratch.folder.appending(path: folder))
  }

  private func measure(_ options: [String], suite: String? = nil) throws -> Program.Result {
    try run(
      ["run", "--model", model.directory, "--threads", "1", "--no-noise-floor"] + options,
      suite: suite ?? parts
    )
  }

  private func specs(in database: String) throws -> [String] {
    try DatabaseQueue(path: scratch.path("Suites/" + database)).read { database in
      try String.fetchAll(database, sql: "SELECT spec FROM decoder WHERE method <> 'vanilla' ORDER BY ordinal")
    }
  }

  @Test func itsPartsAreFoundInItsFolder() throws {
    let measured = try measure(["--database", "a.sqlite", "--report", "a.md"])
    #expect(measured.status == 0 && !measured.errors.contains("Left out"), "\(measured.errors)")
    let found = try specs(in: "a.sqlite")
    #expect(found.count == 2 && found[0].contains("adapter=suite:adapter"), "\(found)")
    #expect(found[1].contains("frequencies=suite:adapter/token_frequencies.json"))
    // What the draft vocabularies cost stands in both reports.
    #expect(try scratch.read("Suites/a.md").contains("## Draft vocabulary"))
    let json = try run(["report", "--database", "a.sqlite", "--format", "json"])
    #expect(json.output.contains("\"outside_vocabulary_share\""))
    try DatabaseQueue(path: scratch.path("Suites/a.sqlite")).read { database in
      let rows = try Row.fetchAll(
        database,
        sql: """
          SELECT method, outside_vocabulary, accept_length FROM cycle
          JOIN generation ON generation.id = generation_id JOIN decoder ON decoder.id = decoder_id
          """
      )
      #expect(rows.allSatisfy { ($0["outside_vocabulary"] as Int? == nil) == ($0["method"] == "vanilla") })
    }
    // The plan that is stored finds them from any folder, and so does a check.
    let more = try run(["run", "--resume", "--repeats", "2", "--database", "../a.sqlite"], in: "Suites/asked")
    #expect(more.status == 0, "\(more.errors)")
    let verified = try run(["verify", "--model", model.directory, "--threads", "1"], suite: parts)
    #expect(verified.status == 0 && verified.output.contains("8 of 8 outputs"), "\(verified.output) \(verified.errors)")
    #expect(try run(["bundle", "1", "--database", "a.sqlite", "--output", "a.bundle"]).status == 0)
    let checked = try run(["check", "a.bundle", "--model", model.directory, "--sample", "2", "--threads", "1"])
    #expect(checked.status == 0 && checked.output.contains("2 prompts decoded again, 12 outputs compared"))
  }

  @Test func aSweepOfItIsTuned() throws {
    let grid = "kangaroo:adapter=suite:adapter,steps=2+4,threshold=0"
    let swept = try run(
      ["sweep", "--model", model.directory, "--threads", "1", "--grid", grid, "--database", "s.sqlite"],
      suite: parts
    )
    #expect(swept.status == 0, "\(swept.errors)")
    let tuned = try run(["tune", "--database", "s.sqlite", "--output", "../tuned/suite.json"])
    #expect(tuned.status == 0, "\(tuned.errors)")
    #expect(try scratch.read("tuned/suite.json").contains("adapter=\(parts)/adapter"))
    let again = try measure(["--database", "t.sqlite", "--report", "t.md"], suite: scratch.path("tuned"))
    #expect(again.status == 0 && !again.errors.contains("Left out"), "\(again.errors)")
    #expect(try specs(in: "t.sqlite").count == 1)
  }

  /// On another machine the suite lies elsewhere.
  @Test func itsShardsAreJoined() throws {
    try FileManager.default.copyItem(atPath: scratch.path("Suites"), toPath: scratch.path("Others"))
    for (shard, suite) in [(1, parts), (2, scratch.path("Others/parts"))] {
      let options = ["--shard", "\(shard)/2", "--database", "\(shard).sqlite", "--report", "\(shard).md"]
      let result = try measure(options, suite: suite)
      #expect(result.status == 0, "\(result.errors)")
    }
    let merged = try run(["merge", "all.sqlite", "1.sqlite", "2.sqlite"])
    #expect(merged.output.contains("has 2 of 2 shards"), "\(merged.output) \(merged.errors)")
  }

  @Test func anotherModelIsRefused() throws {
    let other = try TinyCheckpoint(seed: 2)
    defer { other.remove() }
    #expect(try fingerprint(of: other) != fingerprint(of: model))
    let refused = try run(["run", "--model", other.directory], suite: parts)
    #expect(refused.status == 2 && refused.errors.contains("parts that were trained for Tiny"), "\(refused.errors)")
    #expect(refused.errors.contains(other.directory))
  }

  private func verify(_ model: TinyCheckpoint) throws -> Program.Result {
    try run(["verify", "--model", model.directory, "--threads", "1"], suite: parts)
  }

  @Test func aManifestThatLeadsElsewhereIsRefused() throws {
    try write(adapter: "../asked")
    let outside = try verify(model)
    #expect(outside.status == 2 && outside.errors.contains("Suites/parts/suite.json"), "\(outside.errors)")
    #expect(outside.errors.contains("a path inside the suite's folder"))
    try write(questions: #""questions_of": "none""#)
    let missing = try verify(model)
    #expect(missing.status == 2 && missing.errors.contains("put that suite beside this one"), "\(missing.errors)")
  }
}
