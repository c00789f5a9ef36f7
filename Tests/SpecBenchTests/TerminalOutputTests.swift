import Foundation
import GRDB
import SpecFiles
import SpecTestSupport
import Testing
import specbench

/// Whatever stands in files, databases and arguments: the terminal is not commanded by it.
@Suite final class TerminalOutputTests: ProgramTests {
  private static let hostile = "x\u{1B}[31m\u{9B}2J\u{202E}\u{200B}\u{2028}\r\u{7}y"

  /// Nothing but letters, line breaks and tabs; what went wrong is told on one line.
  private func expectHarmless(_ result: Program.Result, location: SourceLocation = #_sourceLocation) {
    for text in [result.output, result.errors] {
      #expect(
        Array(TerminalText.harmless(text).utf8) == Array(text.utf8),
        "\(text.debugDescription)",
        sourceLocation: location
      )
    }
    if result.status == 2 {
      #expect(result.errors.split(separator: "\n").count == 1, "\(result.errors)", sourceLocation: location)
    }
  }

  /// A text of a JSON file, its control characters written as JSON wants them.
  private func json(_ text: String) -> String { JSONValue.text(text).line }

  @Test func inspectShowsAnArchitectureOnItsLine() throws {
    let original = try String(contentsOfFile: model.directory + "/config.json", encoding: .utf8)
    let plain = try Program.run(["inspect", model.directory])
    let start = try #require(original.firstIndex(of: "{"))
    for text in [Self.hostile, "a\nParameters      1\nb"] {
      let own =
        "{\"architectures\": [\(json(text))],"
        + original[original.index(after: start)...]
        .replacing(/"architectures": *\[[^\]]*\],/, with: "")
      try model.write(own, to: "config.json")
      let shown = try Program.run(["inspect", model.directory])
      expectHarmless(shown)
      #expect(
        shown.output.split(separator: "\n").count == plain.output.split(separator: "\n").count || shown.status == 2
      )
    }
  }

  @Test(arguments: ["model_type", "hidden_act", "torch_dtype"])
  func configurations(key: String) throws {
    let original = try String(contentsOfFile: model.directory + "/config.json", encoding: .utf8)
    let start = try #require(original.firstIndex(of: "{"))
    try model.write(
      "{" + original[original.index(after: start)...].dropLast(while: { $0 != "}" }).dropLast()
        + ", \"\(key)\": \(json(Self.hostile))}",
      to: "config.json"
    )
    expectHarmless(try Program.run(["inspect", model.directory]))
  }

  @Test func namesAndTypesOfTensors() throws {
    try scratch.write(#"{"id": 1, "prompt_ids": [1]}"#, to: "in.jsonl")
    for header in [
      "{\(json(Self.hostile)): {\"dtype\": \"F32\", \"shape\": [1], \"data_offsets\": [0, 99]}}",
      "{\"a\": {\"dtype\": \(json(Self.hostile)), \"shape\": [1], \"data_offsets\": [0, 4]}}",
    ] {
      var data = Data()
      withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { data.append(contentsOf: $0) }
      data.append(Data(header.utf8) + Data(count: 4))
      try model.write(data, to: "model.safetensors")
      let result = try Program.run([
        "decode", "--model", model.directory, "--decoder", "vanilla", "--input", scratch.path("in.jsonl"), "--output",
        scratch.path("out.jsonl"),
      ])
      #expect(result.status == 2)
      expectHarmless(result)
    }
  }

  @Test func manifestsAndQuestions() throws {
    try scratch.write("{\"question_id\": 1, \"category\": \"qa\", \"turns\": [\"Hi\"]}\n", to: "question.jsonl")
    for manifest in [
      "{\"name\": \"n\", \"version\": \"1\", \"decoders\": [\(json(Self.hostile))]}",
      "{\"name\": \"n\", \"version\": \"1\", \"decoders\": [\(json("kangaroo:" + Self.hostile + "=1"))]}",
      "{\"name\": \"n\", \"version\": \"1\", \"chat_template\": \(json(Self.hostile))}",
      "{\"name\": \"n\", \"version\": \"1\", \"categories\": [\(json(Self.hostile))]}",
      "{\"name\": \"n\", \"version\": \"1\", \(json(Self.hostile)): 1}",
    ] {
      try scratch.write(manifest, to: "suite.json")
      let result = try Program.run(["verify", "--model", model.directory, "--suite", scratch.folder.path])
      #expect(result.status == 2, "\(result.errors)")
      expectHarmless(result)
    }
  }

  @Test func argumentsAndDatabases() throws {
    expectHarmless(try Program.run(["report", "--format", Self.hostile]))
    expectHarmless(try Program.run([Self.hostile]))
    expectHarmless(try Program.run(["run", "--precision", Self.hostile]))
    expectHarmless(try Program.run(["runs", "--database", scratch.path(Self.hostile)]))
    let line =
      #"{"question_id": 1, "category": "qa", "model_id": NAME, "choices": [{"index": 0, "turns": ["a"], "#
      + #""decoding_steps": [1], "new_tokens": [2], "wall_time": [1.0], "accept_lengths": [2]}]}"#
    try scratch.write(line.replacing("NAME", with: json("v" + Self.hostile)) + "\n", to: "v.jsonl")
    try scratch.write(line.replacing("NAME", with: json("k" + Self.hostile)) + "\n", to: "k.jsonl")
    let database = scratch.path("runs.sqlite")
    let imported = try Program.run([
      "import", "--vanilla", scratch.path("v.jsonl"), scratch.path("k.jsonl"), "--database", database, "--model-name",
      Self.hostile,
    ])
    #expect(imported.status == 0, "\(imported.errors)")
    expectHarmless(imported)
    for arguments in [
      ["runs"], ["report"], ["compare", "1/nobody", "1/nothing"], ["compare", "1", "1", "--anyway"],
      ["report", "--format", "html"], ["report", "--format", "latex"],
    ] {
      expectHarmless(try Program.run(arguments + ["--database", database]))
    }
    // Data stay what they are.
    let csv = try Program.run(["report", "--format", "csv", "--database", database])
    let rows = CommaSeparatedReader.rows(csv.output)
    let column = try #require(rows.first?.firstIndex(of: "model"))
    #expect(
      rows.dropFirst().allSatisfy { Array($0[column].utf8) == Array(Self.hostile.utf8) },
      "\(csv.output.debugDescription)"
    )
  }

  /// A database that cannot be used is told of before a model is even looked for.
  @Test func databasesComeBeforeTheModel() throws {
    try scratch.write("no database", to: "text.sqlite")
    let suite = Fixtures.package.appending(path: "Suites/essentials").path
    for command in ["run", "sweep"] {
      let result = try Program.run(
        [
          command, "--model", scratch.path("nowhere"), "--suite", suite, "--database", scratch.path("text.sqlite"),
          "--report", scratch.path("r.md"),
        ] + (command == "run" ? ["--decoders", "vanilla"] : ["--grid", "kangaroo:steps=2"])
      )
      #expect(result.status == 2 && result.errors.contains("text.sqlite: it is not an SQLite"), "\(result.errors)")
    }
    let answers = ["--vanilla", scratch.path("no.jsonl"), scratch.path("no.jsonl")]
    let result = try Program.run(["import", "--database", scratch.path("text.sqlite")] + answers)
    #expect(result.status == 2 && result.errors.contains("text.sqlite: it is not an SQLite"), "\(result.errors)")
  }

  /// Below the width of its numbers the bar goes, and no line is wider than the terminal.
  @Test(arguments: [10, 20, 38, 60, 80, 200])
  func progressFitsTheTerminal(columns: Int) {
    let line = ProgressBar.line(12, of: 480, "generations, 3 min 20 s left", columns: columns)
    let shown = TerminalText.cut(line, columns: columns)
    #expect(TerminalText.columns(of: shown) <= columns)
    #expect(line.hasSuffix("12/480 generations, 3 min 20 s left"))
    #expect(line.contains("░") == (columns >= 60))
  }

  @Test func wordsStayWholeInLines() {
    let text = "one two three four"
    #expect(
      TerminalText.wrapped(text, after: "  x  ", columns: 13, indentation: 4) == "  x  one two\n    three\n    four"
    )
    #expect(TerminalText.wrapped(text, after: "  ", columns: nil) == "  " + text)
    #expect(TerminalText.wrapped("abcdefghij k", columns: 4) == "abcdefghij\nk")
  }

  @Test func textsAreCutByTheirColumns() {
    #expect(TerminalText.columns(of: "世界e\u{301}") == 5)
    #expect(TerminalText.cut("世界世界", columns: 5) == "世界…" && TerminalText.cut("abc", columns: 3) == "abc")
  }
}

extension StringProtocol {
  /// Without the characters at the end that pass a test.
  fileprivate func dropLast(while test: (Character) -> Bool) -> String {
    String(String(reversed().drop(while: test)).reversed())
  }
}
