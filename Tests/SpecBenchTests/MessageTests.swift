import Foundation
import GRDB
import SpecTestSupport
import Testing

/// A message blames what is wrong, and says what to do.
@Suite final class MessageTests: ProgramTests {
  override init() throws {
    try super.init()
    try scratch.write(#"{"id": 1, "prompt_ids": [1, 2, 3]}"#, to: "in.jsonl")
    try scratch.write(#"{"question_id": 1, "category": "qa", "turns": ["a"]}"#, to: "q.jsonl")
  }

  private func expect(
    _ arguments: [String],
    _ status: Int32,
    _ words: String...,
    location: SourceLocation = #_sourceLocation
  ) throws {
    let result = try Program.run(arguments, in: scratch.folder)
    #expect(result.status == status, "\(arguments) \(result.errors)", sourceLocation: location)
    for word in words {
      #expect(result.errors.contains(word), "\(arguments) \(result.errors)", sourceLocation: location)
    }
  }

  private func decode(_ extra: [String] = [], decoder: String = "vanilla", input: String = "in.jsonl") -> [String] {
    ["decode", "--model", model.directory, "--decoder", decoder, "--input", input, "--output", "out.jsonl"] + extra
  }

  private func verify(_ extra: [String]) -> [String] {
    ["verify", "--model", model.directory, "--suite", "q.jsonl", "--max-new-tokens", "2"] + extra
  }

  /// A number below zero is a value of its option, and is told the range.
  @Test(arguments: [
    ("verify", "--limit", "-1", "--limit is -1"), ("verify", "--threads", "-2", "--threads is -2"),
    ("run", "--repeats", "-2", "--repeats is -2"), ("run", "--temperature", "-1", "--temperature is -1"),
    ("run", "--top-k", "-1", "--top-k is -1"), ("run", "--top-p", "-0.5", "--top-p is -0.5"),
    ("run", "--max-new-tokens", "-3", "--max-new-tokens is -3"), ("run", "--precision", "-1%", "--precision is '-1%'"),
    ("bench", "--context", "-1", "--context is -1"), ("bench", "--rounds", "-1", "--rounds is -1"),
    ("bench", "--tokens", "-1", "--tokens is -1"), ("verify", "--limit", "0", "--limit is 0"),
  ])
  func numbersBelowZero(command: String, option: String, value: String, words: String) throws {
    try expect([command, option, value], 64, words)
  }

  /// An option that there is not is blamed itself, not what stands after it or what is missing.
  @Test(arguments: [
    ("report --databse x", "no option \"--databse\", perhaps --database is meant; see 'specbench report --help'"),
    ("decode --inputs x", "no option \"--inputs\", perhaps --input"),
    ("run --output x.md", "no option \"--output\", perhaps --report"),
    ("run --max-tokens 5", "perhaps --max-new-tokens"), ("run --max_new_tokens=5", "perhaps --max-new-tokens"),
    ("train draft --layer 5", "perhaps --layers is meant; see 'specbench train draft --help'"),
    ("generate Hi --decoders vanilla", "perhaps --decoder is"),
    ("run --no-plots", "no option \"--no-plots\"; see"), ("run --zzzzzz", "no option \"--zzzzzz\"; see"),
    ("doctor -x", "no option \"-x\"; see"),
    ("report -1", "there is no run -1; runs are counted from 1"), ("export -2 --output o", "there is no run -2"),
    ("report --run 3", "there is no option \"--run\": a run is named by its number alone, as in 'specbench report 3'"),
    ("export --run-id=12 --output o", "as in 'specbench export 12'"), ("report --run", "as in 'specbench report 1'"),
    ("compare --run 1 2", "as in 'specbench compare 1 2'"),
    ("runs --run 3", "all runs are listed; 'specbench report 3' shows one"),
    ("verify --run 1", "no option \"--run\"; see 'specbench verify --help'"),
    ("compare -1 1", "there is no run -1"), ("runs -1", "-1 stands where no number"),
    ("run --limit x", "--limit is \"x\"; give a whole number"), ("run --limit=1.5", "--limit is \"1.5\"; give a whole"),
    ("run --seed 99999999999999999999", "--seed is \"99999999999999999999\"; give a whole number of at most 9223"),
    ("run --time-budget -5m", "--time-budget is '-5m'; write a number with s, m or h"),
    ("run --time-budget 5m", "--time-budget goes with --precision"),
    ("run --database", "Missing value"), ("decode", "--decoder"),
  ])
  func optionsThatThereAreNot(command: String, words: String) throws {
    try expect(command.split(separator: " ").map(String.init), 64, words)
  }

  /// What a value's own type says of it is all that is told: one sentence, and no usage that hides it.
  @Test(arguments: [
    ("run --precision 2", "--precision is '2', without a percent sign; write a percentage, like 3%"),
    ("run --precision=200%", "--precision is '200%'; choose a percentage from 0% to 100%, like 3%"),
    ("run --precision 2% --time-budget soon", "--time-budget is 'soon'; write a number with s, m or h"),
    ("compare 1 2 --fail-if-slower much", "--fail-if-slower is 'much'; write a percentage, like 3%"),
    ("sweep --grid kangaroo --dtypes bf16,fp8", "--dtypes holds 'fp8'; choose from f32, bf16, f16 and int8"),
    ("sweep --grid kangaroo --thread-counts 1,x", "--thread-counts holds 'x'; choose numbers from 1 to 1024"),
  ])
  func valuesOfTheirOwnTypes(command: String, words: String) throws {
    let result = try Program.run(command.split(separator: " ").map(String.init), in: scratch.folder)
    #expect(result.status == 64 && result.errors.hasPrefix("specbench: \(words)"), "\(result.errors)")
    #expect(result.errors.split(separator: "\n").count == 1, "\(result.errors)")
  }

  /// A number outside its range is told like everything else, with the usage below it.
  @Test(arguments: [
    ("run --threads 0", "--threads is 0; choose a number from 1 to 1024"),
    ("run --temperature 101", "--temperature is 101; choose a number from 0 to 100"),
    ("generate Hi --max-new-tokens 0", "--max-new-tokens is 0; choose a number from 1 to 1048576"),
    ("bench --rounds 1001", "--rounds is 1001; choose a number from 1 to 1000"),
  ])
  func numbersOutsideTheirRange(command: String, words: String) throws {
    let result = try Program.run(command.split(separator: " ").map(String.init), in: scratch.folder)
    #expect(result.status == 64 && result.errors.hasPrefix("specbench: \(words)\nUsage: "), "\(result.errors)")
  }

  @Test func seedsOfTrainingsMayBeBelowZero() throws {
    try scratch.write("Some text.\n", to: "a.txt")
    try expect(
      ["train", "kangaroo", "--model", model.directory, "--data", "a.txt", "--output", "o", "--seed", "-1"],
      2,
      "holds 1 document"
    )
  }

  @Test func numbersBelowZeroOfOtherCommands() throws {
    let train = ["--data", "in.jsonl", "--output", "o"]
    try expect(["sweep", "--grid", "kangaroo", "--repeats", "-1"], 64, "--repeats is -1")
    try expect(["sweep", "--grid", "kangaroo", "--thread-counts", "-1"], 64, "--thread-counts holds '-1'")
    try expect(["compare", "1", "2", "--fail-if-slower", "-3%"], 64, "--fail-if-slower is '-3%'")
    try expect(["train", "medusa", "--model", model.directory, "--heads", "-1"] + train, 64, "--heads is -1")
    try expect(["train", "hydra", "--model", model.directory, "--heads", "65"] + train, 64, "--heads is 65")
    try expect(["train", "model", "--tokenizer", model.directory, "--heads", "0"] + train, 64, "--heads is 0")
    try expect(["train", "model", "--tokenizer", model.directory, "--context", "-8"] + train, 64, "--context is -8")
    try expect(
      ["train", "draft", "--model", model.directory, "--learning-rate", "-1"] + train,
      64,
      "--learning-rate is -1"
    )
    try expect(["train", "tokenizer", "--vocabulary", "-1"] + train, 64, "--vocabulary is -1")
    try expect(
      ["train", "kangaroo", "--model", model.directory, "--exit", "-1"] + train,
      64,
      "--exit is -1",
      "from 1 to 3"
    )
    // A seed may be any number.
    try expect(decode(["--seed", "-3", "--max-new-tokens", "2"]), 0)
  }

  @Test func stopTokensAreTokensOfTheModel() throws {
    try expect(decode(["--stop-ids", "2,99999"]), 64, "--stop-ids holds 99999", "259 tokens")
    try expect(decode(["--stop-ids", "2,,3"]), 64, "--stop-ids is '2,,3'", "empty")
    try expect(decode(["--stop-ids", ""]), 64, "--stop-ids", "empty")
    try expect(decode(["--stop-ids", "-1"]), 64, "--stop-ids holds '-1'")
  }

  @Test func namesThatAreNearlyRight() throws {
    try expect(decode(decoder: "kangaro"), 2, "no method 'kangaro', perhaps kangaroo is meant")
    try expect(decode(decoder: "kangaroo:stpes=2"), 2, "perhaps steps is meant")
    try expect(decode(decoder: "vanilla,kangaroo"), 2, "is not one method")
    try expect(decode(decoder: "medusa:tree=smal"), 2, "perhaps small is meant")
    try expect(["bench", "--shape", "tinylama-1.1b"], 2, "perhaps tinyllama-1.1b is meant")
    try expect(["doctr"], 64, "no command \"doctr\", perhaps doctor is meant")
    try expect(["train", "kangaro"], 64, "perhaps kangaroo is meant", "specbench train --help")
    try expect(verify(["--categories", "qaa"]), 2, "perhaps qa is meant")
    try expect(verify(["--categories", "writing"]), 2, "give mt_bench instead")
  }

  @Test func suitesAreListed() throws {
    for folder in ["Suites/alpha", "Suites/beta"] {
      let path = scratch.path(folder)
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
      try scratch.write(#"{"question_id": 1, "turns": ["a"]}"#, to: folder + "/question.jsonl")
    }
    try expect(
      ["verify", "--suite", "alpa"],
      2,
      "perhaps alpha is meant",
      "alpha or beta in \(scratch.path("Suites"))"
    )
    try expect(["verify", "--suite", "mt_bench"], 2, "the name of a category", "--categories mt_bench")
  }

  @Test func aManifestThatIsALinkToNothingIsTold() throws {
    try FileManager.default.createDirectory(atPath: scratch.path("own"), withIntermediateDirectories: true)
    try scratch.write(#"{"question_id": 1, "turns": ["a"]}"#, to: "own/question.jsonl")
    try FileManager.default.createSymbolicLink(atPath: scratch.path("own/suite.json"), withDestinationPath: "nowhere")
    try expect(verify(["--suite", "own"]), 2, "suite.json", "a link to a file that is not there")
    try expect(verify(["--decoders", "medusa,,kangaroo"]), 2, "a part between commas is empty")
  }

  @Test func verifyOfVanillaAloneHasNothingToCompare() throws {
    try expect(verify(["--decoders", "vanilla"]), 2, "nothing to compare")
  }

  @Test func emptyPathsAreCalledEmpty() throws {
    try expect(decode(input: ""), 64, "--input is empty")
    try expect(
      ["decode", "--model", "", "--decoder", "vanilla", "--input", "in.jsonl", "--output", "o"],
      64,
      "--model is empty"
    )
    try expect(["report", "--database", ""], 64, "--database is empty")
    try expect(["run", "--report", ""], 64, "--report is empty")
    try expect(["export", "--output", ""], 64, "--output is empty")
    try expect(["inspect", ""], 64, "model is empty")
    for name in ["", " "] {
      try expect(["import", "--vanilla", "a", "b", "--model-name", name], 64, "--model-name is empty")
    }
    try expect(["sweep", "--grid", "kangaroo", "--dtypes", ""], 64, "--dtypes is ''")
    try expect(["sweep", "--grid", "kangaroo", "--thread-counts", "1,,2"], 64, "--thread-counts is '1,,2'")
  }

  /// At temperature 0 both rules of judging drafts are one, and nobody should wait for a difference.
  @Test func rejectionAtTemperatureZeroIsSaid() throws {
    let words = "--verification rejection changes nothing at temperature 0"
    let rejection = ["--verification", "rejection", "--max-new-tokens", "2"]
    try expect(decode(rejection), 0, words)
    let run = ["run", "--model", model.directory, "--suite", "q.jsonl", "--decoders", "vanilla"]
    try expect(run + rejection, 0, words)
    for others in [rejection + ["--temperature", "0.5"], ["--max-new-tokens", "2"]] {
      #expect(try !Program.run(decode(others), in: scratch.folder).errors.contains("--verification"))
    }
  }

  @Test(arguments: [
    ("id,question\n1,\"What, now?\"\n", "read_csv(FILE)"), ("id\tquestion\n1\ta\n", "read_csv(FILE, sep='\\t')"),
    ("\"id\";\"question\"\r\n\"1\";\"a\"\r\n", "read_csv(FILE, sep=';')"),
  ])
  func aTableIsCalledOne(text: String, advice: String) throws {
    try scratch.write(text, to: "table.jsonl")
    let train = ["train", "draft", "--model", model.directory, "--data", "table.jsonl", "--output", "o"]
    for command in [
      verify([]).map { $0 == "q.jsonl" ? "table.jsonl" : $0 }, decode(input: "table.jsonl"), train,
      ["import", "--vanilla", "table.jsonl", "table.jsonl"],
    ] {
      try expect(command, 2, "what looks like a table (CSV), expected one JSON object in each line", advice)
    }
  }

  @Test(arguments: ["Hello, world\nAnd a line\n", "{\"a\", 1}\n{\"b\", 2}\n", "id,question\n"])
  func whatIsNoTableIsBlamedForItsJSON(text: String) throws {
    try scratch.write(text, to: "own.jsonl")
    try expect(verify([]).map { $0 == "q.jsonl" ? "own.jsonl" : $0 }, 2, "own.jsonl, line 1: found", "at column")
  }

  @Test(arguments: [
    "model.safetensors", "config.json", "tokenizer.json", "tokenizer_config.json", "generation_config.json",
    "model.safetensors.index.json", "kangaroo/config.json", "kangaroo/model.safetensors",
    "medusa/medusa_lm_head.safetensors", "hydra/hydra_lm_head.safetensors",
  ])
  func aFolderInThePlaceOfAFileIsCalledOne(name: String) throws {
    let path = model.directory + "/" + name
    try? FileManager.default.removeItem(atPath: path)
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    let decoder = name.contains("/") ? String(name.prefix { $0 != "/" }) : "vanilla"
    try expect(decode(decoder: decoder), 2, "/" + name + ": found a folder, expected a file; ")
  }

  @Test func foldersInThePlaceOfOtherFilesAreCalledSo() throws {
    for folder in ["d", "suite/suite.json", "questions/question.jsonl"] {
      try FileManager.default.createDirectory(atPath: scratch.path(folder), withIntermediateDirectories: true)
    }
    let words = "found a folder, expected a file; "
    try expect(decode(input: "d"), 2, "d: " + words)
    try expect(verify(["--chat-template", "d"]), 2, "d: " + words)
    try expect(verify(["--suite", "suite"]), 2, "suite.json: " + words)
    try expect(verify(["--suite", "questions"]), 2, "question.jsonl: " + words)
    try expect(["import", "--vanilla", "d", "d"], 2, "d: " + words)
    try expect(["report", "--database", "d"], 2, "d: this is a folder")
  }

  @Test func promptsOfADecodeFile() throws {
    for (text, words) in [
      (#"{"id": 1, "prompt_ids": []}"#, #"an empty list as "prompt_ids""#),
      (#"{"id": 1, "prompt_ids": "abc"}"#, #"the string "abc" as "prompt_ids", expected an array"#),
      (#"{"id": 1, "prompt": ["a"]}"#, #"a list as "prompt", expected a string"#),
    ] {
      try scratch.write(text, to: "bad.jsonl")
      try expect(decode(input: "bad.jsonl"), 2, "line 1", words)
    }
    try scratch.write(
      "[{\"id\": \"x\", \"prompt_ids\": [1],\n\"note\": NaN},\n{\"id\": 2, \"prompt_ids\": [1]}]",
      to: "list.json"
    )
    try expect(decode(["--max-new-tokens", "2"], input: "list.json"), 0)
    #expect(try scratch.read("out.jsonl").split(separator: "\n").count == 2)
  }

  @Test(arguments: [
    ("version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 2\n", "Git LFS pointer", "git lfs pull"),
    ("<!doctype html><html>Not found</html>", "web page", "download"), ("", "empty file", "download"),
    ("PK\u{3}\u{4}archive/data.pkl", "ZIP archive", "safetensors"),
  ])
  func filesOfAnotherKind(text: String, kind: String, advice: String) throws {
    for name in ["model.safetensors", "config.json", "tokenizer.json", "generation_config.json"] {
      let checkpoint = try TinyCheckpoint()
      defer { checkpoint.remove() }
      try checkpoint.write(text, to: name)
      var arguments = decode()
      arguments[2] = checkpoint.directory
      try expect(arguments, 2, "/" + name, kind, advice)
    }
    guard !text.isEmpty else { return }
    try scratch.write(text, to: "own.jsonl")
    try expect(["verify", "--model", model.directory, "--suite", "own.jsonl"], 2, "own.jsonl", kind, advice)
  }

  @Test(arguments: ["generation_config.json", "tokenizer_config.json", "model.safetensors.index.json"])
  func aLinkToNothingIsTold(name: String) throws {
    let checkpoint = try TinyCheckpoint()
    defer { checkpoint.remove() }
    let path = checkpoint.directory + "/" + name
    try? FileManager.default.removeItem(atPath: path)
    try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "nowhere")
    var arguments = decode()
    arguments[2] = checkpoint.directory
    try expect(arguments, 2, name, "a link to a file that is not there")
  }

  @Test func anEndTokenIsBlamedOnItsFile() throws {
    try model.write(#"{"eos_token_id": [2, 999]}"#, to: "generation_config.json")
    try expect(decode(), 2, "/generation_config.json", "999", "vocabulary of 259")
  }

  /// Through the whole program: ids and categories of one's own, in the report, the exports and a resumed run.
  @Test func aDataSetOfOnesOwnIsMeasured() throws {
    try scratch.write(
      """
      {"task_id": "HumanEval/0", "category": "humaneval", "prompt": "a"}
      {"task_id": "HumanEval/1", "category": "humaneval", "prompt": "b"}
      {"task_id": "g-1", "category": "gsm8k", "question": "c", "reference": 3, "score": NaN}
      """,
      to: "own.jsonl"
    )
    let run = [
      "run", "--model", model.directory, "--suite", "own.jsonl", "--max-new-tokens", "4", "--decoders", "prompt-lookup",
      "--database", "own.sqlite", "--report", "own.md",
    ]
    try expect(run, 0)
    let report = try scratch.read("own.md")
    let titles = report.split(separator: "\n").first { $0.hasPrefix("| Decoder") }?.split(separator: "|")
    #expect(
      titles?.prefix(3).map { $0.trimmingCharacters(in: .whitespaces) } == ["Decoder", "humaneval", "gsm8k"],
      "\(report.prefix(2000))"
    )
    try expect(["export", "--database", "own.sqlite", "--output", "answers"], 0)
    let answers = try FileManager.default.contentsOfDirectory(atPath: scratch.path("answers"))
    let text = try scratch.read("answers/" + #require(answers.first))
    #expect(text.contains(#""question_id":"HumanEval/1""#) && text.contains(#""category":"gsm8k""#), "\(text)")
    let paths = answers.sorted { a, _ in a.contains("vanilla") }.map { "answers/" + $0 }
    try expect(["import", "--vanilla"] + paths + ["--database", "own.sqlite"], 0)
    try expect(["compare", "1/vanilla", "1/prompt-lookup", "--database", "own.sqlite"], 0)
    // Another database of the same questions is paired by their ids, and a run that was cut off goes on.
    let other = run.map { $0 == "own.sqlite" ? "other.sqlite" : $0 }
    try expect(other, 0)
    try expect(["compare", "own.sqlite:1", "other.sqlite"], 0)
    try DatabaseQueue(path: scratch.path("other.sqlite")).write {
      try $0.execute(sql: "UPDATE run SET finished_at = NULL; DELETE FROM generation WHERE id > 3")
    }
    try expect(other + ["--resume"], 0)
    let runs = try DatabaseQueue(path: scratch.path("other.sqlite")).read {
      try Int.fetchAll(
        $0,
        sql: "SELECT count(*) FROM decoder JOIN generation ON decoder_id = decoder.id GROUP BY run_id"
      )
    }
    #expect(runs == [9])
  }
}
