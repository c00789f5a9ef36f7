import Foundation
import GRDB
import SpecTestSupport
import Testing

/// Numbers that are not finite never become a result.
@Suite final class NotFiniteProgramTests: ProgramTests {
  override init() throws {
    try super.init()
    try scratch.write(#"{"id": 1, "prompt_ids": [1, 50, 60]}"#, to: "in.jsonl")
    try FileManager.default.createDirectory(atPath: scratch.path("suite"), withIntermediateDirectories: true)
    try scratch.write(
      """
      {"question_id": 7, "category": "writing", "turns": ["Hello"]}
      {"question_id": 8, "category": "qa", "turns": ["Why?", "And ZZ?"]}
      """,
      to: "suite/question.jsonl"
    )
  }

  private func decode(_ decoder: String, _ extra: String...) throws -> Program.Result {
    try Program.run(
      [
        "decode", "--model", model.directory, "--decoder", decoder, "--input", scratch.path("in.jsonl"), "--output",
        scratch.path("out.jsonl"), "--max-new-tokens", "4", "--threads", "1",
      ] + extra
    )
  }

  private func expectRefusal(_ result: Program.Result, _ words: String...) {
    #expect(result.status == 2, "\(result.errors)")
    for word in words { #expect(result.errors.contains(word), "\(result.errors)") }
    #expect(result.errors.split(separator: "\n").count == 1, "\(result.errors)")
    #expect(!FileManager.default.fileExists(atPath: scratch.path("out.jsonl")))
  }

  @Test(arguments: [
    ("model.safetensors", "lm_head.weight", "vanilla"), ("model.safetensors", "model.embed_tokens.weight", "vanilla"),
    ("model.safetensors", "model.norm.weight", "vanilla"),
    ("model.safetensors", "model.layers.3.mlp.down_proj.weight", "vanilla"),
    ("kangaroo/model.safetensors", "norm.weight", "kangaroo"),
    ("kangaroo/model.safetensors", "layers.0.self_attn.o_proj.weight", "kangaroo-tree"),
    ("medusa/medusa_lm_head.safetensors", "2.0.linear.bias", "medusa:tree=chain"),
    ("medusa/medusa_lm_head.safetensors", "3.1.weight", "medusa:tree=chain"),
    ("hydra/hydra_lm_head.safetensors", "hydra_mlp.2.1.linear.bias", "hydra:tree=chain"),
    ("draft/model.safetensors", "model.embed_tokens.weight", "draft-model"),
  ])
  func everyTensorIsCheckedAtLoad(_ file: String, _ tensor: String, _ decoder: String) throws {
    for (value, dtype) in [(Float.nan, "bf16"), (.infinity, "int8"), (-.infinity, "f32")] {
      try model.set(3, of: tensor, in: file, to: value)
      expectRefusal(try decode(decoder, "--dtype", dtype), file, "'\(tensor)'", "number 4 of", "\(value)")
    }
    // Vectors are always held in float32.
    if tensor.hasSuffix("norm.weight") || tensor.hasSuffix("bias") { return }
    try model.set(3, of: tensor, in: file, to: 1e5)
    expectRefusal(try decode(decoder, "--dtype", "f16"), file, "'\(tensor)'", "too large for f16")
  }

  /// A finite weight that overflows in the forward pass of one prompt only: that prompt is named, what was measured before
  /// stays, and nothing of the failed generation is recorded.
  @Test(arguments: ["avx2", "reference"]) func overflowEndsTheRunAtItsPrompt(_ kernels: String) throws {
    // The embedding of "Z".
    try model.set((90 + 3) * 32 + 5, of: "model.embed_tokens.weight", in: "model.safetensors", to: 3e38)
    let database = scratch.path("runs.sqlite")
    let common = ["--model", model.directory, "--suite", scratch.path("suite"), "--max-new-tokens", "4"]
    let run = try Program.run(
      ["run", "--database", database, "--report", scratch.path("r.md"), "--repeats", "1", "--decoders", "kangaroo"]
        + common
        + ["--threads", "1", "--kernels", kernels]
    )
    #expect(run.status == 2 || run.errors.contains("not available on this machine"), "\(run.errors)")
    if run.errors.contains("not available on this machine") { return }
    #expect(run.errors.contains("question 8, turn 2") && run.errors.contains("target's logits"), "\(run.errors)")
    #expect(!FileManager.default.fileExists(atPath: scratch.path("r.md")))
    let rows = try DatabaseQueue(path: database).read { connection in
      try String.fetchAll(
        connection,
        sql:
          "SELECT DISTINCT question_id || '.' || turn FROM generation JOIN prompt ON prompt.id = prompt_id ORDER BY 1"
      )
    }
    #expect(rows == ["7.0", "8.0"])
    let verify = try Program.run(["verify", "--decoders", "kangaroo"] + common)
    #expect(verify.status == 2 && verify.errors.contains("question 8, turn 2"), "\(verify.errors)")
  }

  @Test func aDraftersOverflowNamesTheDecoder() throws {
    for place in 0..<32 {
      try model.set(place * 33, of: "layers.0.self_attn.o_proj.weight", in: "kangaroo/model.safetensors", to: 3e38)
    }
    expectRefusal(try decode("kangaroo:exit=2"), "in.jsonl, line 1", "kangaroo", "drafter's logits", "position 5")
    #expect(try decode("vanilla").status == 0)
    let generate = try Program.run(["generate", "Hello", "--model", model.directory, "--decoder", "kangaroo"])
    #expect(generate.status == 2 && generate.errors.contains("drafter's logits"), "\(generate.errors)")
  }

  @Test func optionsThatAreNoNumbersAreRefused() throws {
    for option in ["--temperature", "--top-p"] {
      for value in ["nan", "inf", "-inf"] {
        let result = try decode("vanilla", "\(option)=\(value)", "--seed", "1")
        #expect(result.status == 64, "\(option) \(value): \(result.errors)")
      }
    }
    for value in ["nan", "inf", "-nan"] {
      let result = try decode("kangaroo:threshold=\(value)")
      #expect(result.status == 2 && result.errors.contains("threshold"), "\(result.errors)")
    }
    for (key, value) in [
      ("rms_norm_eps", "1e-60"), ("rms_norm_eps", "0"), ("rms_norm_eps", "-1e-5"), ("rms_norm_eps", "1e400"),
    ] {
      let text = String(decoding: try model.read("config.json"), as: UTF8.self)
      try model.write(text.replacing("\"\(key)\": 1e-5", with: "\"\(key)\": \(value)"), to: "config.json")
      expectRefusal(try decode("vanilla"), "config.json")
      try model.write(text, to: "config.json")
    }
    for rate in ["nan", "inf", "-1", "1"] {
      let result = try Program.run([
        "train", "kangaroo", "--model", model.directory, "--data", scratch.path("in.jsonl"), "--output",
        scratch.path("trained"), "--learning-rate=\(rate)",
      ])
      #expect(result.status == 64 && result.errors.contains("--learning-rate"), "\(rate): \(result.errors)")
    }
    let run = ["run", "--model", model.directory, "--database", scratch.path("p.sqlite")]
    for extra in [["--precision", "nan%"], ["--precision", "nan"], ["--precision", "2%", "--time-budget", "1e300h"]] {
      let result = try Program.run(run + extra)
      #expect(result.status == 64, "\(extra): \(result.errors)")
    }
  }
}
