import Foundation
import SpecTestSupport
import Testing

/// The shipped demo, and the `train` commands on a user's own data.
@Suite struct TrainingTests {
  let scratch: Scratch

  init() throws { scratch = try Scratch() }

  @Test func theShippedDemoRunsWithoutAnyOption() throws {
    let run = try Program.run([
      "run", "--limit", "6", "--max-new-tokens", "16", "--database", scratch.path("runs.sqlite"), "--report",
      scratch.path("report.md"),
    ])
    #expect(run.status == 0, "\(run.errors)")
    let text = try Program.run(["generate", "What is Millbrook known for?", "--max-new-tokens", "24"])
    #expect(text.status == 0 && text.output.count > 20, "\(text.errors)")
    #expect(text.errors.contains("tokens/s"))
  }

  @Test func aTokenizerAndAModelFromAUsersFiles() throws {
    try Data(String(repeating: "The ferry leaves at noon. The bell rings twice.\n", count: 50).utf8)
      .write(to: URL(fileURLWithPath: scratch.path("text.txt")))
    let conversation =
      #"{"conversations": [{"from": "human", "value": "When?"}, {"from": "gpt", "value": "At noon."}]}"#
    try Data(String(repeating: conversation + "\n", count: 20).utf8)
      .write(to: URL(fileURLWithPath: scratch.path("talk.jsonl")))
    let data = ["--data", scratch.path("text.txt"), scratch.path("talk.jsonl")]
    let vocabulary = scratch.path("vocabulary")
    let tokenizer = try Program.run(["train", "tokenizer", "--output", vocabulary, "--vocabulary", "320"] + data)
    #expect(tokenizer.status == 0, "\(tokenizer.errors)")
    let model = scratch.path("model")
    let trained = try Program.run(
      [
        "train", "model", "--tokenizer", vocabulary, "--output", model, "--layers", "3", "--width", "32", "--steps",
        "3",
      ]
        + ["--batch-tokens", "256", "--document-tokens", "128"] + data
    )
    #expect(trained.status == 0, "\(trained.errors)")
    // It is asked as it has learned to be.
    #expect(try scratch.read("model/chat_template.jinja").contains("<|user|>"))
    for (drafter, own) in [
      ("kangaroo", ["--exit", "1"]), ("medusa", ["--heads", "4"]), ("draft", ["--layers", "1"]),
      ("eagle", ["--vocabulary", "90"]), ("hydra", ["--heads", "3", "--prefix", "--vocabulary", "90"]),
      ("eagle-3", ["--draft-vocabulary", "100"]),
    ] {
      // As a training that was killed while it saved leaves it.
      try FileManager.default.createDirectory(atPath: "\(model)/\(drafter)", withIntermediateDirectories: true)
      try Data().write(to: URL(fileURLWithPath: "\(model)/\(drafter)/loss.svg.\(UUID().uuidString).partial"))
      let drafted = try Program.run(
        ["train", drafter, "--model", model, "--output", "\(model)/\(drafter)", "--steps", "2", "--self-distill"]
          + ["--batch-tokens", "256"] + own + data
      )
      #expect(drafted.status == 0, "\(drafted.errors)")
      let names = try FileManager.default.contentsOfDirectory(atPath: "\(model)/\(drafter)")
      #expect(!names.contains { $0.hasSuffix(".partial") }, "\(names)")
    }
    let long = ["--batch-tokens", "256", "--document-tokens", "300"]
    let cut = try Program.run(["train", "kangaroo", "--model", model, "--output", "\(model)/other"] + long + data)
    #expect(cut.status == 64 && cut.errors.contains("--document-tokens is 300; choose a number from 8 to"))
    // A finished result is not trained over.
    let again = try Program.run(
      ["train", "draft", "--model", model, "--output", "\(model)/draft", "--steps", "3"] + data
    )
    #expect(again.status == 64 && again.errors.contains("finished training"), "\(again.errors)")
    let verified = try Program.run([
      "verify", "--model", model, "--suite", Fixtures.package.appending(path: "Suites/essentials").path, "--limit", "6",
      "--max-new-tokens", "12", "--decoders",
      "kangaroo:exit=1,threshold=0.001,medusa,hydra,hydra:vocabulary=90,eagle,eagle:vocabulary=90,sam:fallback=eagle,"
        + "eagle-3:head=\(model)/eagle-3",
    ])
    #expect(verified.status == 0, "\(verified.errors)")
  }

  @Test(arguments: [
    ["model", "--tokenizer", "none", "--heads", "0"], ["model", "--tokenizer", "none", "--context", "0"],
    ["tokenizer", "--context", "0"],
  ])
  func shapesThatCannotBeAreRefused(arguments: [String]) throws {
    let result = try Program.run(["train"] + arguments + ["--data", "none.txt", "--output", scratch.path("out")])
    #expect(result.status == 64 && result.errors.contains(" is 0; choose a number from "), "\(result.errors)")
  }

  @Test func unusableDataIsNamed() throws {
    let missing = scratch.path("missing.txt")
    let result = try Program.run(["train", "tokenizer", "--data", missing, "--output", scratch.path("vocabulary")])
    #expect(result.status == 2)
    #expect(result.errors.contains(missing))
  }
}
