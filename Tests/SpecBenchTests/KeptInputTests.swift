import Foundation
import SpecTestSupport
import Testing

/// No output of a command takes the place of a file that it reads.
@Suite final class KeptInputTests: ProgramTests {
  override init() throws {
    try super.init()
    try scratch.write(#"{"question_id": 1, "category": "qa", "turns": ["Why?"]}"# + "\n", to: "question.jsonl")
    try scratch.write(#"{"name": "own", "version": "1"}"#, to: "suite.json")
    try scratch.write(#"{"id": 1, "prompt": "Hello"}"# + "\n", to: "in.jsonl")
  }

  private var inputs: [String] {
    ["config.json", "model.safetensors", "tokenizer.json", "kangaroo/config.json", "kangaroo/model.safetensors"]
      .map { model.directory + "/" + $0 } + [scratch.path("suite.json"), scratch.path("question.jsonl")]
  }

  private var measuring: [String] {
    [
      "--model", model.directory, "--suite", scratch.folder.path, "--max-new-tokens", "4", "--database",
      scratch.path("runs.sqlite"),
    ]
  }

  private func refuses(_ arguments: [String], _ input: String) throws {
    let before = try Data(contentsOf: URL(fileURLWithPath: input))
    let refused = try Program.run(arguments + [input])
    #expect(refused.status == 2 && refused.errors.contains("which is not to be overwritten"), "\(arguments) \(refused)")
    #expect(try Data(contentsOf: URL(fileURLWithPath: input)) == before)
  }

  @Test func measuringKeepsThem() throws {
    for input in inputs {
      try refuses(["run", "--decoders", "kangaroo"] + measuring + ["--report"], input)
    }
    try refuses(["sweep", "--grid", "kangaroo:steps=2"] + measuring + ["--report"], inputs[4])
    // Nothing was measured for it.
    let runs = try Program.run(["runs", "--database", scratch.path("runs.sqlite")])
    #expect(runs.status == 2 || runs.output.contains("no run"), "\(runs)")
  }

  @Test func decodingKeepsThem() throws {
    let decode = ["decode", "--model", model.directory, "--decoder", "kangaroo", "--max-new-tokens", "4"]
    for input in inputs.prefix(5) + [scratch.path("in.jsonl")] {
      try refuses(decode + ["--input", scratch.path("in.jsonl"), "--output"], input)
    }
  }

  @Test func reportsKeepTheFilesOfTheirRun() throws {
    let run = try Program.run(
      ["run", "--decoders", "kangaroo", "--report", scratch.path("report.md")] + measuring
    )
    #expect(run.status == 0, "\(run.errors)")
    for input in inputs {
      try refuses(["report", "--database", scratch.path("runs.sqlite"), "--format", "csv", "--output"], input)
    }
    // An export finds the names of its files by itself.
    let name = model.directory.split(separator: "/").last.map(String.init) ?? ""
    let database = "\(name)-kangaroo.jsonl"
    try FileManager.default.moveItem(atPath: scratch.path("runs.sqlite"), toPath: scratch.path(database))
    let export = try Program.run(["export", "--database", scratch.path(database), "--output", scratch.folder.path])
    #expect(export.status == 2 && export.errors.contains("which is not to be overwritten"), "\(export)")
    #expect(try Program.run(["runs", "--database", scratch.path(database)]).status == 0)
  }

  @Test func aTrainingKeepsItsTarget() throws {
    let before = try model.read("config.json")
    let train = try Program.run([
      "train", "kangaroo", "--model", model.directory, "--data", scratch.path("in.jsonl"), "--output", model.directory,
    ])
    #expect(train.status == 64 && train.errors.contains("the folder of the target"), "\(train)")
    #expect(try model.read("config.json") == before)
  }
}
