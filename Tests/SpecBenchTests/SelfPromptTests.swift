import Foundation
import SpecTestSupport
import Testing

/// `specbench train --self-prompt`, and what drafts from the most frequent tokens of such texts.
@Suite final class SelfPromptTests: ProgramTests {
  private func train(_ drafter: String, _ output: String, _ more: [String]) throws -> Program.Result {
    try Program.run(
      ["train", drafter, "--model", model.directory, "--output", scratch.path(output), "--chat-template", "zephyr"]
        + ["--steps", "2", "--batch-tokens", "64", "--document-tokens", "48"] + more
    )
  }

  @Test func aDrafterLearnsFromTheTargetAlone() throws {
    try model.endTexts()
    try scratch.write(#"{"category": "math", "start": "Add"}"# + "\n" + #"{"category": "qa"}"#, to: "topics.jsonl")
    let own = ["--self-prompt", "12", "--topics", scratch.path("topics.jsonl"), "--answer-temperature", "0.8"]
    let first = try train("kangaroo", "kangaroo", ["--exit", "1", "--texts-at-once", "3"] + own)
    #expect(first.status == 0, "\(first.errors)")
    #expect(first.errors.contains("12 of 12 questions written by the target"))
    let lines = try scratch.read("kangaroo/self-prompted.jsonl").split(separator: "\n")
    #expect(lines.count == 12 && lines.contains { $0.contains(#""category": "math""#) })
    #expect(try train("medusa", "medusa", ["--heads", "2"] + own).status == 0)
    #expect(try scratch.read("medusa/self-prompted.jsonl") == scratch.read("kangaroo/self-prompted.jsonl"))
    // The conversations are data for another training, which keeps what it learns from apart.
    let data = ["--data", scratch.path("kangaroo/self-prompted.jsonl")]
    let draft = try train("draft", "draft", ["--layers", "1"] + data)
    #expect(draft.status == 0, "\(draft.errors)")
    let counts = try Program.run(
      ["frequencies", "--model", model.directory, "--chat-template", "zephyr", "--output", scratch.path("counts.json")]
        + data
    )
    #expect(counts.status == 0 && counts.output.contains("of 259 tokens occur, counted in"), "\(counts.errors)")
    let verified = try Program.run([
      "verify", "--model", model.directory, "--suite", Fixtures.package.appending(path: "Suites/essentials").path,
      "--limit", "2", "--max-new-tokens", "12", "--decoders",
      "kangaroo:exit=1,adapter=\(scratch.path("kangaroo")),vocabulary=20,medusa:heads=\(scratch.path("medusa")),tree=chain,"
        + "nodes=2,vocabulary=3,draft-model:model=\(scratch.path("draft")),vocabulary=9,"
        + "self-speculative:vocabulary=20,frequencies=\(scratch.path("counts.json"))",
    ])
    #expect(verified.status == 0, "\(verified.errors)")
    let missing = try Program.run([
      "verify", "--model", model.directory, "--limit", "1", "--decoders",
      "self-speculative:vocabulary=20,frequencies=none.json",
    ])
    #expect(
      missing.status == 2 && missing.errors.contains("none.json: there is no such file, but vocabulary=20")
    )
  }

  @Test(arguments: [
    ([], "there is nothing to learn from: give --data FILE, or --self-prompt N"),
    (["--self-prompt", "0"], "--self-prompt is 0; choose a number from 1 to"),
    (["--topics", "t.jsonl", "--data", "d.jsonl"], "--topics steers the questions of --self-prompt N"),
    (["--self-prompt", "3", "--question-temperature", "0"], "--question-temperature is 0"),
  ])
  func whatCannotBeIsRefused(_ options: [String], _ problem: String) throws {
    let result = try train("kangaroo", "out", options)
    #expect(result.status == 64 && result.errors.contains(problem), "\(result.errors)")
  }
}
