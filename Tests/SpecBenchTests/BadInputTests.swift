import Foundation
import SpecTestSupport
import Testing

/// What a user can get wrong gives exit code 2 (or 64 for the command line itself) and one sentence that names the
/// file; nothing is written and nothing crashes.
@Suite final class BadInputTests: ProgramTests {
  override init() throws {
    try super.init()
    try scratch.write(#"{"id": 1, "prompt_ids": [1, 2, 3]}"#, to: "in.jsonl")
  }

  private func decode(_ decoder: String = "vanilla", input: String = "in.jsonl", extra: [String] = []) throws
    -> Program.Result
  {
    try Program.run(
      [
        "decode", "--model", model.directory, "--decoder", decoder, "--input", scratch.path(input), "--output",
        scratch.path("out.jsonl"), "--max-new-tokens", "4",
      ] + extra
    )
  }

  /// Checks the sentence and that no output appeared.
  private func expectRefusal(
    _ result: Program.Result,
    status: Int32 = 2,
    _ words: String...,
    location: SourceLocation = #_sourceLocation
  ) {
    #expect(result.status == status, "\(result.errors)", sourceLocation: location)
    for word in words {
      #expect(result.errors.contains(word), "\(result.errors)", sourceLocation: location)
    }
    let lines = result.errors.split(separator: "\n")
    #expect(status == 64 || lines.count == 1, "\(result.errors)", sourceLocation: location)
    #expect(!FileManager.default.fileExists(atPath: scratch.path("out.jsonl")), sourceLocation: location)
  }

  /// A subcommand that finds something missing does not show the usage of the whole program.
  @Test func missingModelIsOneSentence() throws {
    let result = try Program.run([
      "decode", "--decoder", "vanilla", "--input", scratch.path("in.jsonl"), "--output", scratch.path("out.jsonl"),
    ])
    #expect(result.status == 64 && !result.errors.contains("SUBCOMMANDS"), "\(result.errors)")
    #expect(result.errors.split(separator: "\n").count == 1, "\(result.errors)")
    #expect(result.errors.contains("--model DIR"), "\(result.errors)")
  }

  @Test func theModelsFolder() throws {
    let absent = try Program.run([
      "decode", "--model", scratch.path("nowhere"), "--decoder", "vanilla", "--input", scratch.path("in.jsonl"),
      "--output", scratch.path("out.jsonl"),
    ])
    expectRefusal(absent, "nowhere", "no such folder")
    let file = try Program.run([
      "decode", "--model", model.directory + "/config.json", "--decoder", "vanilla", "--input",
      scratch.path("in.jsonl"), "--output", scratch.path("out.jsonl"),
    ])
    expectRefusal(file, "config.json: it is a file", "name the folder")
    expectRefusal(
      try Program.run([
        "decode", "--decoder", "vanilla", "--input", scratch.path("in.jsonl"), "--output", scratch.path("out.jsonl"),
      ]),
      status: 64,
      "--model DIR"
    )
    for name in ["config.json", "model.safetensors", "tokenizer.json"] {
      let checkpoint = try TinyCheckpoint()
      defer { checkpoint.remove() }
      try FileManager.default.removeItem(atPath: checkpoint.directory + "/" + name)
      let result = try Program.run([
        "decode", "--model", checkpoint.directory, "--decoder", "vanilla", "--input", scratch.path("in.jsonl"),
        "--output", scratch.path("out.jsonl"),
      ])
      expectRefusal(result, name)
    }
  }

  @Test func safetensorsThatLie() throws {
    let whole = try model.read("model.safetensors")
    let header = Int(whole.prefix(8).enumerated().reduce(UInt64(0)) { $0 | UInt64($1.element) << (8 * $1.offset) })
    var cases: [(String, Data)] = [
      ("ends inside the header's length", whole.prefix(5)), ("claims", whole.prefix(8) + Data("{}".utf8)),
      ("claims the bytes", whole.prefix(8 + header + 100)),
      ("claims", Data(repeating: 0xff, count: 64)), ("JSON", Data(count: 8)),
    ]
    func replacing(_ old: String, _ new: String) throws -> Data {
      let text = String(decoding: whole[8..<8 + header], as: UTF8.self).replacing(old, with: new, maxReplacements: 1)
      let bytes = Data(text.utf8)
      return withUnsafeBytes(of: UInt64(bytes.count).littleEndian) { Data($0) } + bytes + whole[(8 + header)...]
    }
    cases.append(("no tensor 'model.norm.weight'", try replacing("model.norm.weight", "model.nom.weight")))
    cases.append(("asks for [259, 32]", try replacing("[259, 32]", "[32, 259]")))
    cases.append(("needs", try replacing("[259, 32]", "[259, 33]")))
    cases.append(("impossible shape", try replacing("[259, 32]", "[9223372036854775807, 9223372036854775807]")))
    cases.append(("impossible shape", try replacing("[259, 32]", "[-259, -32]")))
    cases.append(("claims the bytes", try replacing("\"data_offsets\": [0", "\"data_offsets\": [-4")))
    cases.append(("4 bytes follow", whole + Data(count: 4)))
    cases.append(
      ("begins at byte", try replacing("\"data_offsets\": [16576, 16640]", "\"data_offsets\": [16512, 16576]"))
    )
    cases.append(("I16", try replacing("BF16", "I16")))
    cases.append(("dtype\", expected", try replacing("\"dtype\"", "\"type\"")))
    for (words, data) in cases {
      try model.write(data, to: "model.safetensors")
      expectRefusal(try decode(), "model.safetensors", words)
    }
    try model.write(whole, to: "model.safetensors")
    #expect(try decode().status == 0)
  }

  @Test func configurations() throws {
    let text = String(decoding: try model.read("config.json"), as: UTF8.self)
    for (old, new, words) in [
      ("\"llama\"", "\"gpt2\"", "gpt2"), ("\"silu\"", "\"gelu\"", "gelu"),
      ("32, \"intermediate", "0, \"intermediate", "hidden_size"),
      ("\"num_key_value_heads\": 2", "\"num_key_value_heads\": 3", "key/value heads"),
      ("\"head_dim\": 8", "\"head_dim\": 7", "head dimension"), ("\"eos_token_id\": 2", "\"eos_token_id\": 999", "999"),
      ("\"rope_theta\": 10000.0", "\"rope_theta\": 10000.0, \"rope_scaling\": {\"type\": \"linear\"}", "rope_scaling"),
      (
        "\"rope_theta\": 10000.0", "\"rope_parameters\": {\"rope_type\": \"llama3\", \"rope_theta\": 1.0}",
        "rope_parameters"
      ),
      ("\"rope_theta\": 10000.0", "\"rope_theta\": -5", "rope_theta"), ("1e-5", "-1", "rms_norm_eps"),
      ("\"head_dim\": 8", "\"head_dim\": 16", "asks for"),
      (
        "\"num_attention_heads\": 4, \"num_key_value_heads\": 2, \"head_dim\": 8",
        "\"num_attention_heads\": 64, \"num_key_value_heads\": 64", "head dimension 0"
      ),
      ("\"max_position_embeddings\": 2048", "\"max_position_embeddings\": 268435456", "beyond"),
      ("\"hidden_size\": 32", "\"hidden_size\": \"wide\"", "hidden_size"), ("{", "[", "config.json"),
      ("\"num_hidden_layers\": 4", "\"num_hidden_layers\": 5", "model.layers.4"),
      ("\"num_hidden_layers\": 4", "\"num_hidden_layers\": 99999999999999999999", "num_hidden_layers"),
    ] {
      try model.write(text.replacing(old, with: new, maxReplacements: 1), to: "config.json")
      expectRefusal(try decode(), words)
    }
  }

  @Test func companions() throws {
    try model.write(
      #"{"hidden_size": 32, "num_attention_heads": 4, "rope_theta": 1e-300}"#,
      to: "kangaroo/config.json"
    )
    expectRefusal(try decode("kangaroo"), "kangaroo/config.json", "rope_theta")
    try model.write(#"{"hidden_size": 32, "num_attention_heads": 512}"#, to: "kangaroo/config.json")
    expectRefusal(try decode("kangaroo"), "kangaroo/config.json", "do not fit")
    try model.write(#"{"hidden_size": 64, "num_attention_heads": 4}"#, to: "kangaroo/config.json")
    expectRefusal(try decode("kangaroo"), "kangaroo/config.json", "64")
    try model.write(#"{"hidden_size": 32, "num_attention_heads": 4, "head_dim": 16}"#, to: "kangaroo/config.json")
    expectRefusal(try decode("kangaroo"), "kangaroo/model.safetensors", "asks for [64, 32]")
    expectRefusal(try decode("kangaroo:adapter=/nowhere"), "/nowhere/config.json")
    // How many heads there are follows from their weights: published configurations tell another number.
    for count in [3, 5] {
      try model.write(#"{"medusa_num_heads": \#(count)}"#, to: "medusa/config.json")
      #expect(try decode("medusa").status == 0)
      try FileManager.default.removeItem(atPath: scratch.path("out.jsonl"))
    }
    // The same tokens written in another way are the same tokens.
    let own = String(decoding: try model.read("tokenizer.json"), as: UTF8.self)
    try model.write("\n" + own + "\n", to: "draft/tokenizer.json")
    #expect(try decode("draft-model").status == 0)
    try FileManager.default.removeItem(atPath: scratch.path("out.jsonl"))
    let swapped = own.replacing(#""A""#, with: #""other""#).replacing(#""B""#, with: #""A""#)
      .replacing(#""other""#, with: #""B""#)
    try model.write(swapped, to: "draft/tokenizer.json")
    expectRefusal(try decode("draft-model"), "draft/tokenizer.json", "stands for another text")
    try model.write("{}", to: "draft/tokenizer.json")
    expectRefusal(try decode("draft-model"), "draft/tokenizer.json")
    let text = String(decoding: try model.read("draft/config.json"), as: UTF8.self)
    try model.write(text.replacing("\"vocab_size\": 259", with: "\"vocab_size\": 260"), to: "draft/config.json")
    expectRefusal(try decode("draft-model"), "draft/config.json", "260")
    expectRefusal(try decode("draft-model:model=/nowhere"), "/nowhere")
  }

  @Test func sampling() throws {
    expectRefusal(try decode(extra: ["--temperature", "-1"]), status: 64, "--temperature")
    expectRefusal(try decode(extra: ["--temperature", "nan"]), status: 64, "--temperature")
    expectRefusal(try decode(extra: ["--top-p", "0"]), status: 64, "--top-p")
    expectRefusal(try decode(extra: ["--top-k", "-3"]), status: 64, "--top-k")
    let rejection = ["--temperature", "1", "--verification", "rejection"]
    expectRefusal(try decode("medusa", extra: rejection), "medusa", "draft-model")
    #expect(try decode("kangaroo", extra: rejection).status == 0)
  }

  @Test func decoderSpecs() throws {
    expectRefusal(try decode("kangoroo"), "kangoroo", "kangaroo")
    expectRefusal(try decode("kangaroo:stepps=3"), "stepps", "steps")
    expectRefusal(try decode("kangaroo:steps=0"), "steps", "1 to 64")
    expectRefusal(try decode("kangaroo:threshold=1.5"), "threshold", "0.0 to 1.0")
    expectRefusal(try decode("kangaroo:exit=4"), "exit", "4")
    expectRefusal(try decode("kangaroo:steps"), "name=value")
    expectRefusal(try decode("kangaroo:steps=2,steps=3"), "twice")
    expectRefusal(try decode("draft-model:schedule=hasty"), "schedule", "constant or adaptive")
    expectRefusal(try decode("prompt-lookup:reference=maybe"), "reference", "true or false")
    expectRefusal(try decode("lookahead:window=60,guess=60"), "window", "below 128")
    expectRefusal(try decode("kangaroo-tree:steps=64,width=2"), "width", "below 128")
    expectRefusal(try decode("self-speculative:skip=1-4"), "skip", "0 to 3")
    expectRefusal(try decode("self-speculative:skip=0-3"), "skip", "not skipped")
    expectRefusal(try decode("self-speculative:skip=0-"), "skip", "not skipped")
    expectRefusal(try decode("self-speculative:skip=-2"), "skip", "0 to 3")
    expectRefusal(try decode("self-speculative:skip=4-"), "skip", "0 to 3")
    expectRefusal(try decode("medusa:tree=/nowhere.json"), "/nowhere.json", "small")
    try scratch.write("[[0], [1, 1]]", to: "tree.json")
    expectRefusal(try decode("medusa:tree=\(scratch.path("tree.json"))"), "tree.json", "[1, 1]")
    try scratch.write("[[300]]", to: "tree.json")
    expectRefusal(try decode("medusa:tree=\(scratch.path("tree.json"))"), "tree", "vocabulary")
    try scratch.write("{}", to: "tree.json")
    expectRefusal(try decode("medusa:tree=\(scratch.path("tree.json"))"), "tree.json")
    try scratch.write("[[0], [1], [0, 2], [0, 2, 1]]", to: "tree.json")
    #expect(try decode("medusa:tree=\(scratch.path("tree.json"))").status == 0)
  }

  @Test func inputLines() throws {
    for (text, words) in [
      ("", "holds no prompt"), ("{\"id\": 1}", "prompt_ids"),
      ("{\"id\": 1, \"prompt_ids\": [1, \"x\"]}", "prompt_ids[1]"),
      ("{\"id\": 1, \"prompt_ids\": []}", "an empty list"), ("{\"id\": 1, \"prompt_ids\": [259]}", "259"),
      ("{\"id\": 1, \"prompt_ids\": [-1]}", "-1"), ("{\"id\": 1, \"prompt\": 3}", "prompt"),
      ("{\"id\": 1, \"prompt_ids\": [1]}\n{\"id\": 2", "line 2"), ("nonsense", "line 1"),
      ("{\"id\": 1, \"prompt_ids\": [\(String(repeating: "1, ", count: 2047))1]}", "leaves no room"),
    ] {
      try scratch.write(text, to: "bad.jsonl")
      expectRefusal(try decode(input: "bad.jsonl"), "bad.jsonl", words)
    }
    for (window, words) in [
      ("[1, 2]", "2 tokens"), ("[1, 2, 3, 4, 5, 6, 7, 8, 259]", "259"), ("\"x\"", "initial_window"),
    ] {
      try scratch.write("{\"id\": 1, \"prompt_ids\": [1], \"initial_window\": \(window)}", to: "bad.jsonl")
      expectRefusal(try decode("lookahead", input: "bad.jsonl"), "bad.jsonl", words)
    }
    expectRefusal(try decode(input: "absent.jsonl"), "absent.jsonl")
    expectRefusal(try decode(extra: ["--stop-ids", "2,x"]), status: 64, "--stop-ids")
    expectRefusal(try decode(extra: ["--dtype", "f64"]), status: 64, "dtype")
  }

  @Test func outputsThatWouldOverwriteInputs() throws {
    let input = try scratch.read("in.jsonl")
    let result = try Program.run([
      "decode", "--model", model.directory, "--decoder", "vanilla", "--input", scratch.path("in.jsonl"), "--output",
      scratch.path("in.jsonl"),
    ])
    expectRefusal(result, "in.jsonl: it is the input")
    #expect(try scratch.read("in.jsonl") == input)
    expectRefusal(
      try Program.run([
        "run", "--model", model.directory, "--limit", "1", "--database", scratch.path("a.sqlite"), "--report",
        scratch.path("a.sqlite"),
      ]),
      "a.sqlite: it is the database"
    )
    expectRefusal(
      try Program.run([
        "run", "--model", model.directory, "--limit", "1", "--database", scratch.path("a.sqlite"), "--report",
        model.directory,
      ]),
      model.directory + ": it is a folder"
    )
  }

  @Test func outputThroughALinkKeepsTheLink() throws {
    try scratch.write("old", to: "real.jsonl")
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: scratch.path("real.jsonl"))
    try FileManager.default.createSymbolicLink(
      atPath: scratch.path("link.jsonl"),
      withDestinationPath: scratch.path("real.jsonl")
    )
    let result = try Program.run([
      "decode", "--model", model.directory, "--decoder", "vanilla", "--input", scratch.path("in.jsonl"), "--output",
      scratch.path("link.jsonl"), "--max-new-tokens", "3",
    ])
    #expect(result.status == 0, "\(result.errors)")
    #expect(try scratch.read("real.jsonl").contains("output_ids"))
    let attributes = try FileManager.default.attributesOfItem(atPath: scratch.path("real.jsonl"))
    #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600)
    let link = try FileManager.default.attributesOfItem(atPath: scratch.path("link.jsonl"))
    #expect(link[.type] as? FileAttributeType == .typeSymbolicLink)
  }

  @Test func suitesAndDatabases() throws {
    func run(_ extra: [String]) throws -> Program.Result {
      try Program.run(
        ["run", "--model", model.directory, "--limit", "1", "--max-new-tokens", "2", "--report", scratch.path("r.md")]
          + extra
      )
    }
    let database = ["--database", scratch.path("x.sqlite")]
    expectRefusal(try run(database + ["--suite", "no-such-suite"]), "no-such-suite", "Suites")
    try scratch.write("{\"question_id\": 1, \"category\": \"qa\", \"turns\": [\"a\"]}\n{oops", to: "q.jsonl")
    expectRefusal(try run(database + ["--suite", scratch.path("q.jsonl")]), "q.jsonl", "2")
    expectRefusal(try run(database + ["--categories", "qa,poetry"]), "poetry")
    try FileManager.default.createDirectory(atPath: scratch.path("own"), withIntermediateDirectories: false)
    try scratch.write(#"{"question_id": 1, "category": "qa", "turns": ["a"]}"#, to: "own/question.jsonl")
    try scratch.write(#"{"name": "own", "version": "1", "decoders": ["kangaro"]}"#, to: "own/suite.json")
    expectRefusal(try run(database + ["--suite", scratch.path("own")]), "own/suite.json", "no method 'kangaro'")
    expectRefusal(try run(["--database", "/nowhere/x.sqlite"]), "/nowhere/x.sqlite")
    expectRefusal(try run(database + ["--report", "/nowhere/r.md"]), "/nowhere/r.md")
    try scratch.write("not a database at all, but long enough to be looked at", to: "text.sqlite")
    expectRefusal(try run(["--database", scratch.path("text.sqlite")]), "text.sqlite")
    expectRefusal(try Program.run(["report", "--database", scratch.path("absent.sqlite")]), "absent.sqlite")
    expectRefusal(try Program.run(["runs", "--database", scratch.path("absent.sqlite")]), "absent.sqlite")
    expectRefusal(try Program.run(["inspect", scratch.path("absent")]), "absent")
    #expect(!FileManager.default.fileExists(atPath: scratch.path("r.md")))
    #expect(!FileManager.default.fileExists(atPath: scratch.path("x.sqlite")))
  }
}
