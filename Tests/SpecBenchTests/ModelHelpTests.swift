import Foundation
import SpecTestSupport
import Testing

/// What a newcomer with a model of their own is told, before any weight is read.
@Suite final class ModelHelpTests: ProgramTests {
  private func remove(_ names: String...) throws {
    for name in names { try FileManager.default.removeItem(atPath: model.directory + "/" + name) }
  }

  private func verify(_ extra: [String] = [], suite: String = "essentials") throws -> Program.Result {
    let path = Fixtures.package.appending(path: "Suites/\(suite)").path
    return try Program.run(
      ["verify", "--model", model.directory, "--suite", path, "--limit", "1", "--max-new-tokens", "3"] + extra
    )
  }

  private func inspect(_ path: String? = nil) throws -> Program.Result {
    try Program.run(["inspect", path ?? model.directory])
  }

  private func expect(
    _ result: Program.Result,
    status: Int32,
    _ words: String...,
    location: SourceLocation = #_sourceLocation
  ) {
    #expect(result.status == status, "\(result.errors)", sourceLocation: location)
    for word in words {
      #expect(result.errors.contains(word), "\(word) in: \(result.errors)", sourceLocation: location)
    }
  }

  @Test func defaultsAreWhatTheModelHasFilesFor() throws {
    try remove("medusa")
    let some = try verify()
    expect(
      some,
      status: 0,
      "Left out: medusa needs heads",
      "train medusa --model \(model.directory)",
      "1 of 1 questions"
    )
    #expect(!some.errors.contains("Left out: kangaroo"))
    try remove("kangaroo", "draft")
    let none = try verify(suite: "demo")
    expect(
      none,
      status: 0,
      "Left out: kangaroo",
      "Left out: medusa",
      "Left out: draft-model",
      "--output \(model.directory)/draft"
    )
    #expect(none.output.contains("identical to vanilla's"))
    let arguments = ["generate", "--model", model.directory, "--max-new-tokens", "2", "Hi"]
    expect(try Program.run(arguments), status: 0, "Left out: kangaroo")
  }

  /// The target's weights are named as damaged too, which nobody who had begun to load them could do.
  @Test func everyObstacleIsNamedAtOnce() throws {
    try remove("kangaroo", "tokenizer.json")
    try model.write("[]", to: "model.safetensors")
    let decoders = "kangaroo:exit=3,medusa:heads=3,draft-model,vanilla"
    let result = try verify(["--decoders", decoders])
    expect(
      result,
      status: 2,
      "4 things",
      "tokenizer.json",
      "model.safetensors",
      "kangaroo/config.json",
      "--exit 3",
      "'heads' names a folder"
    )
    expect(try inspect(), status: 2, "2 things", "tokenizer.json", "model.safetensors")
  }

  /// The default name of a folder is the one beside the model, even where the working directory has one of that name.
  @Test func aFolderHereIsNotTheOneBesideTheModel() throws {
    let here = try TemporaryFolder()
    try FileManager.default.moveItem(atPath: model.directory + "/medusa", toPath: here.path("medusa"))
    func decode(_ decoder: String) throws -> Program.Result {
      let arguments = ["generate", "--model", model.directory, "--max-new-tokens", "2", "--decoder", decoder, "Hi"]
      return try Program.run(arguments, in: URL(fileURLWithPath: here.path))
    }
    for decoder in ["medusa", "medusa:heads=medusa"] {
      expect(
        try decode(decoder),
        status: 2,
        "\(model.directory)/medusa/config.json: there is no such file",
        "'heads=medusa' is the folder beside the model; write 'heads=./medusa' for the one here"
      )
    }
    expect(try decode("medusa:heads=./medusa"), status: 0)
  }

  @Test func aCompanionThatDoesNotFitIsNotLeftOut() throws {
    try model.write(#"{"hidden_size": 64, "num_attention_heads": 4}"#, to: "kangaroo/config.json")
    expect(try verify(), status: 2, "kangaroo/config.json", "the adapter's width is 64")
    expect(try inspect(), status: 2, "the adapter's width is 64")
    try model.write(#"{"hidden_size": 32, "num_attention_heads": 4}"#, to: "kangaroo/config.json")
    try FileManager.default.moveItem(
      atPath: model.directory + "/kangaroo/model.safetensors",
      toPath: model.directory + "/kangaroo/pytorch_model.bin"
    )
    expect(try verify(), status: 2, "kangaroo/pytorch_model.bin", "a file of tensors (safetensors)")
  }

  /// An adapter and heads are no models of their own, whichever command is pointed at them.
  @Test func aCompanionsFolderIsNoModel() throws {
    for (name, noun, setting) in [
      ("kangaroo", "a Kangaroo adapter", "kangaroo:adapter"), ("medusa", "Medusa heads", "medusa:heads"),
      ("hydra", "Hydra heads", "hydra:heads"),
    ] {
      let folder = "\(model.directory)/\(name)"
      let shown = try inspect(folder)
      expect(shown, status: 2, "it holds \(noun), no model of its own", "\(setting)=\(folder)")
      #expect(!shown.errors.contains("stand in the way") && shown.output.isEmpty)
      let run = ["verify", "--model", folder, "--suite", Fixtures.package.appending(path: "Suites/essentials").path]
      expect(try Program.run(run), status: 2, "it holds \(noun)")
    }
    expect(try inspect(model.directory + "/draft"), status: 0)
  }

  /// Published adapters and heads were written by torch.save.
  @Test func companionsOfTorchSaveAreRead() throws {
    for (name, old, new, noun) in [
      ("kangaroo", "model.safetensors", "pytorch_model.bin", "a Kangaroo adapter"),
      ("medusa", "medusa_lm_head.safetensors", "medusa_lm_head.pt", "Medusa heads"),
      ("hydra", "hydra_lm_head.safetensors", "hydra_lm_head.pt", "Hydra heads"),
    ] {
      let folder = "\(model.directory)/\(name)"
      try model.write(TorchArchive(StoredTensor.reading(model.read("\(name)/\(old)"))).file(), to: "\(name)/\(new)")
      try remove("\(name)/\(old)")
      expect(try inspect(folder), status: 2, "it holds \(noun), no model of its own")
    }
    #expect(try inspect().output.components(separatedBy: "the one in kangaroo/").count == 3)
    let result = try verify(["--decoders", "kangaroo,kangaroo-tree,medusa,hydra"])
    expect(result, status: 0)
    #expect(result.output.contains("identical to vanilla's"))
  }

  @Test func aModelOfTorchSaveIsRead() throws {
    let weights = TorchArchive(try StoredTensor.reading(model.read("model.safetensors")))
    try remove("model.safetensors")
    try model.write(weights.file(), to: "pytorch_model.bin")
    expect(try inspect(), status: 0)
    expect(try verify(["--decoders", "prompt-lookup"]), status: 0)
    // The other files of a model are often fetched with the index of weights that are not.
    try model.write(#"{"weight_map": {"a": "model-1.safetensors"}}"#, to: "model.safetensors.index.json")
    expect(try inspect(), status: 0)
    try remove("pytorch_model.bin")
    expect(try inspect(), status: 2, "model-1.safetensors")
  }

  /// What training notes in an adapter's configuration; the official one has no such member.
  @Test func anAdapterIsOfOneExitLayer() throws {
    try model.write(
      #"{"hidden_size": 32, "num_attention_heads": 4, "rms_norm_eps": 1e-6, "exit_layer": 3}"#,
      to: "kangaroo/config.json"
    )
    let words = "3, the exit layer that the adapter in \(model.directory)/kangaroo was trained for"
    for decoder in ["kangaroo", "kangaroo-tree:exit=1"] {
      expect(try verify(["--decoders", decoder]), status: 2, words)
    }
    expect(try verify(["--decoders", "kangaroo:exit=3,kangaroo-tree:exit=3"]), status: 0)
    expect(try verify(["--decoders", "prompt-lookup"]), status: 0)
    expect(try verify(), status: 0, "Left out: kangaroo", words)
  }

  /// Three to five heads are published, whatever their configuration says and their names begin with.
  @Test func headsAreCountedInTheirFile() throws {
    let all = try StoredTensor.reading(model.read("medusa/medusa_lm_head.safetensors"))
    try remove("medusa/medusa_lm_head.safetensors")
    try model.write(
      #"{"medusa_num_heads": 2, "base_model_name_or_path": "lmsys/vicuna-7b-v1.3"}"#,
      to: "medusa/config.json"
    )
    let three = all.filter { !$0.name.hasPrefix("3.") }.map { $0.named("medusa_head." + $0.name) }
    try model.write(TorchArchive(three).file(), to: "medusa/medusa_lm_head.pt")
    let line = try inspect().output.split(separator: "\n").first { $0.hasPrefix("medusa") }
    #expect(line?.hasPrefix("medusa            28032 ") == true, "\(line ?? "")")
    expect(try verify(["--decoders", "medusa,medusa:tree=chain,nodes=3"]), status: 0)
    expect(try verify(["--decoders", "medusa:tree=chain,nodes=4"]), status: 2, "no deeper than the 3 heads")
    let others = StoredTensor("0.0.linear.weight", [16, 16], .float32, [Float](repeating: 0, count: 256))
    let output = StoredTensor("0.1.weight", [100, 16], .float32, [Float](repeating: 0, count: 1600))
    try model.write(TorchArchive([others, output]).file(), to: "medusa/medusa_lm_head.pt")
    expect(try inspect(), status: 2, "medusa_lm_head.pt", "a model of width 16 with a vocabulary of 100")
  }

  @Test(.enabled(if: Fixtures.root != nil, "the shared fixtures are not on this machine"))
  func adaptersOfTorchSaveAreRecognized() throws {
    let files = try #require(Fixtures.root).appending(path: "torch-files")
    expect(try inspect(files.appending(path: "kangaroo").path), status: 2, "it holds a Kangaroo adapter")
    let variants = files.appending(path: "variants")
    for name in try FileManager.default.contentsOfDirectory(atPath: variants.path) {
      let folder = try Scratch()
      try folder.write(#"{"hidden_size": 64, "num_attention_heads": 4}"#, to: "config.json")
      try FileManager.default.copyItem(
        at: variants.appending(path: name),
        to: folder.folder.appending(path: "pytorch_model.bin")
      )
      let isAdapter = try inspect(folder.folder.path).errors.contains("it holds a Kangaroo adapter")
      #expect(isAdapter == (name != "wrong-names.bin"), "\(name)")
    }
  }

  @Test func aFolderAroundTheModelIsToldOnce() throws {
    try scratch.write("GGUF", to: "a.gguf")
    let alone = try inspect(scratch.folder.path)
    expect(alone, status: 2, "a.gguf: it ends at byte 4, inside the version")
    #expect(alone.errors.split(separator: "\n").count == 1)
    try scratch.write("GGUF", to: "b.gguf")
    expect(
      try inspect(scratch.folder.path),
      status: 2,
      "2 models in GGUF files like \"a.gguf\" are there: name one of them"
    )
    try FileManager.default.copyItem(atPath: model.directory, toPath: scratch.path("hf"))
    expect(try inspect(scratch.folder.path), status: 2, "name \(scratch.folder.path)/hf")
  }

  @Test func inspectTellsTheChatTemplate() throws {
    #expect(try inspect().output.contains("Chat template   the model has none; prompts are plain text"))
    let own =
      #"{"chat_template": "{% for message in messages %}<{{ message.role }}>{{ message.content }}{% endfor %}"}"#
    try model.write(own, to: "tokenizer_config.json")
    #expect(try inspect().output.contains("Chat template   the model's own, from tokenizer_config.json"))
    try model.write(#"{"chat_template": "{{ raise_exception('none') }}"}"#, to: "tokenizer_config.json")
    let refused = try inspect()
    #expect(refused.output.contains("Chat template   the one in tokenizer_config.json is not used, since it refuses"))
  }

  @Test func inspectShowsTheCompanionsThatAreThere() throws {
    let result = try inspect()
    expect(result, status: 0)
    #expect(result.output.contains("tokenizer can be used, 259 tokens"))
    let draft = try #require(result.output.split(separator: "\n").first { $0.hasPrefix("draft-model") })
    #expect(draft.contains("the one in draft/") && draft.contains("35"))
    try remove("draft")
    let without = try inspect()
    #expect(without.output.contains("by formula: there is none in draft/"))
  }

  @Test func whatLiesThereInsteadIsSaid() throws {
    let weights = try model.read("model.safetensors")
    try remove("model.safetensors")
    for (name, words) in [
      ("weights.pt", "rename it to pytorch_model.bin"),
      ("pytorch_model-00001-of-00002.bin", "pytorch_model.bin.index.json"),
      ("model-00001-of-00002.safetensors", "model.safetensors.index.json"), ("adapter_model.safetensors", "LoRA"),
      ("small.gguf", "name \(model.directory)/small.gguf"), ("consolidated.00.pth", "Hugging Face layout"),
      ("model.ckpt", "not read"),
      ("other.safetensors", "rename"),
    ] {
      try model.write(weights, to: name)
      expect(try inspect(), status: 2, "model.safetensors: there is no such file, but", name, words)
      expect(try verify(["--decoders", "vanilla"]), status: 2, name)
      try remove(name)
    }
    try model.write(
      #"{"weight_map": {"a": "one.safetensors", "b": "two.safetensors"}}"#,
      to: "model.safetensors.index.json"
    )
    expect(try inspect(), status: 2, "\"one.safetensors\", \"two.safetensors\"", "2 files that are not there")
  }

  @Test func aPathThatIsNoFolder() throws {
    try scratch.write("GGUF and more", to: "small.gguf")
    expect(try inspect(scratch.path("small.gguf")), status: 2, "version 1684955424 of the GGUF format")
    expect(try inspect(model.directory + "/tokenizer.json"), status: 2, "is a file", "name the folder")
    expect(try Program.run(["inspect", "some-org/some-model"]), status: 2, "hf download some-org/some-model")
    let url = "https://huggingface.co/some-org/some-model"
    expect(try Program.run(["inspect", url]), status: 2, "hf download some-org/some-model")
    try FileManager.default.createDirectory(
      at: scratch.folder.appending(path: "hub/snapshots"),
      withIntermediateDirectories: true
    )
    try FileManager.default.createDirectory(
      at: scratch.folder.appending(path: "hub/blobs"),
      withIntermediateDirectories: true
    )
    try FileManager.default.copyItem(atPath: model.directory, toPath: scratch.path("hub/snapshots/abc"))
    expect(try inspect(scratch.path("hub")), status: 2, "name \(scratch.path("hub"))/snapshots/abc")
  }

  @Test func allUnsupportedFieldsAreNamedTogether() throws {
    let text = String(decoding: try model.read("config.json"), as: UTF8.self)
    let more =
      #""qkv_bias": true, "sliding_window": 16, "num_local_experts": 8, "quantization_config": {}, "#
      + #""rope_scaling": {"type": "mrope", "factor": 2}, "final_logit_softcapping": 30.0, "#
    try model.write(text.replacing("{", with: "{" + more).replacing("silu", with: "gelu"), to: "config.json")
    expect(
      try inspect(),
      status: 2,
      "gelu",
      "qkv_bias",
      "sliding window",
      "num_local_experts",
      "quantization_config",
      "mrope",
      "final_logit_softcapping",
      "7 things"
    )
    let neutral =
      #""attention_bias": false, "sliding_window": 16, "use_sliding_window": false, "num_experts": 0, "#
      + #""rope_scaling": null, "logit_scale": 1.0, "layer_types": ["full_attention"], "#
    try model.write(text.replacing("{", with: "{" + neutral), to: "config.json")
    expect(try inspect(), status: 0)
  }

  @Test func aTiedHeadThatIsAnotherIsRefused() throws {
    let text = String(decoding: try model.read("config.json"), as: UTF8.self)
    try model.write(text.replacing("embeddings\": false", with: "embeddings\": true"), to: "config.json")
    expect(try inspect(), status: 2, "tie_word_embeddings")
  }

  @Test func theModelsOwnTemplateIsUsedOrAWordIsSaid() throws {
    let configuration = { (template: String) in #"{"add_bos_token": false, "chat_template": "\#(template)"}"# }
    let line = "{% for message in messages %}<{{ message.role }}>{{ message.content }}{% endfor %}"
    try model.write(configuration(line), to: "tokenizer_config.json")
    expect(try verify(["--decoders", "vanilla,prompt-lookup"]), status: 0, "the model's own chat template")
    #expect(try !verify(["--decoders", "prompt-lookup", "--chat-template", "plain"]).errors.contains("own chat"))
    try model.write(configuration("{{ raise_exception('none') }}"), to: "tokenizer_config.json")
    expect(try verify(["--decoders", "prompt-lookup"]), status: 0, "is not used, since it refuses", "plain text")
    expect(
      try verify(["--decoders", "prompt-lookup", "--chat-template", "model"]),
      status: 2,
      "refuses the conversation"
    )
    expect(try verify(["--decoders", "prompt-lookup", "--chat-template", "vicunia"]), status: 2, "vicunia", "zephyr")
    try scratch.write(#"{"name": "own", "user": "Q: {content}", "assistant": "A:"}"#, to: "own.json")
    let run = try Program.run([
      "run", "--model", model.directory, "--suite", Fixtures.package.appending(path: "Suites/essentials").path,
      "--limit",
      "1", "--max-new-tokens", "3", "--decoders", "prompt-lookup", "--chat-template", scratch.path("own.json"),
      "--database", scratch.path("x.sqlite"), "--report", scratch.path("r.md"),
    ])
    expect(run, status: 0)
    let report = try scratch.read("r.md")
    #expect(report.contains(#""chat_template":"own""#) && report.contains("chat_template_sha256"))
  }
}
