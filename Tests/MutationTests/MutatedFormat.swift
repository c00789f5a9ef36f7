import Foundation
import SpecDecoding
import SpecFiles
import SpecModel
import SpecSuite
import SpecTestSupport
import Testing

/// A file that someone else made, in a format that is read.
struct MutatedFormat: Sendable, CustomTestStringConvertible {
  /// What the format is called.
  let name: String
  /// The file in the folder that is read.
  let file: String
  /// Files that can be read, beside those of the folder.
  let seeds: @Sendable (TinyCheckpoint) throws -> [[UInt8]]
  /// Reads the folder, and uses what was read.
  let read: @Sendable (_ folder: String) throws -> Void

  var testDescription: String { name }

  /// Every format; a new one is an entry.
  static let all = weights + configurations + texts + [datastore, frequencies]
}

/// Weights.
extension MutatedFormat {
  private static let weights = [
    MutatedFormat(name: "safetensors", file: "model.safetensors", seeds: { try [small($0)] }) { folder in
      try use(SafetensorsFile(path: folder + "/model.safetensors"))
    },
    MutatedFormat(
      name: "torch.save",
      file: "pytorch_model.bin",
      seeds: { folder in
        let tensors = try StoredTensor.reading(Data(small(folder)))
        return [
          [UInt8](TorchArchive(tensors).file()), [UInt8](TorchArchive(tensors, under: "state_dict").file(isWide: true)),
          [UInt8](TorchArchive.oldFile(tensors)),
        ]
      }
    ) { try use(TorchFile(path: $0 + "/pytorch_model.bin")) },
    // Damage to the ZIP file hides the pickle, so that is damaged on its own.
    MutatedFormat(
      name: "pickle",
      file: "data.pkl",
      seeds: { folder in
        let tensors = try StoredTensor.reading(Data(small(folder)))
        return [nil, "model"].map { TorchArchive(tensors, under: $0).entries[0].bytes }
      }
    ) { folder in
      let pickle = [UInt8](try Data(contentsOf: URL(fileURLWithPath: folder + "/data.pkl")))
      let storages = (0..<4).map { ("\($0)", [UInt8](repeating: 0x3C, count: 64)) }
      let path = folder + "/data.pkl"
      try TorchArchive(pickle: pickle, storages: storages).file().write(to: URL(fileURLWithPath: path))
      try use(TorchFile(path: path))
    },
    MutatedFormat(
      name: "GGUF",
      file: "model.gguf",
      seeds: { _ in
        [
          SmallGGUF.file(type: 1, bytesOfBlock: 64, tokenizer: "gpt2"),
          SmallGGUF.file(type: 8, bytesOfBlock: 34, tokenizer: "llama"),
        ]
      }
    ) { folder in
      let location = ModelLocation(folder + "/model.gguf")
      let checkpoint = try Checkpoint(location)
      for (name, shape) in checkpoint.configuration.tensorShapes {
        _ = try checkpoint.tensor(name, shape: shape).finiteFloats()
      }
      let tokenizer = try Tokenizer(location)
      _ = tokenizer.decode(tokenizer.encode(text))
    },
    MutatedFormat(name: "index", file: "model.safetensors.index.json", seeds: { _ in [Array(index.utf8)] }) {
      _ = try Checkpoint(directory: $0)
    },
  ]

  private static let index = """
    {"metadata": {"total_size": 1}, "weight_map": {"lm_head.weight": "model.safetensors", "b": "model.safetensors"}}
    """

  /// Three small tensors in safetensors.
  private static func small(_ folder: TinyCheckpoint) throws -> [UInt8] {
    [UInt8](
      StoredTensor.file([
        StoredTensor("layers.0.a", [2, 4], .float32, [1, 2, 3, 4, 5, 6, 7, 8]),
        StoredTensor("b", [3], .bfloat16, [1, -2, 0.5]), StoredTensor("c.weight", [2, 2], .float16, [1, 2, 3, 4]),
      ])
    )
  }

  private static func use(_ file: some TensorFile) throws {
    for name in file.names {
      guard let shape = file.shape(of: name), file.numberType(of: name) != nil else { continue }
      _ = try file.tensor(name, shape: shape).finiteFloats()
    }
  }
}

/// What methods draft from.
extension MutatedFormat {
  private static let datastore = MutatedFormat(
    name: "datastore",
    file: "rest.datastore",
    seeds: { _ in [Datastore.bytes(of: [[1, 2, 3, 1, 2, 4], [1, 2, 3, 5], []], vocabulary: 6)] }
  ) { folder in
    let store = try Datastore(path: folder + "/rest.datastore")
    try store.checkContent()
    for end in 0...5 as ClosedRange<Token> {
      _ = store.grown(Draft(root: end), after: [3, 1, 2, end], Datastore.Query())
    }
  }

  private static let frequencies = MutatedFormat(
    name: TokenFrequencies.fileName,
    file: TokenFrequencies.fileName,
    seeds: { _ in [Array(TokenFrequencies(of: [[1, 2, 3, 1, 2], [4]], vocabularySize: 6).document.utf8)] }
  ) { folder in
    let counts = try TokenFrequencies(path: folder + "/" + TokenFrequencies.fileName, vocabularySize: 6)
    for count in 1...7 { _ = (counts.likeliest(count), counts.share(of: count)) }
  }
}

/// What lies beside the weights, in JSON.
extension MutatedFormat {
  private static let configurations =
    ["config.json", "generation_config.json", "kangaroo/config.json", "medusa/config.json", "hydra/config.json"].map {
      file in
      MutatedFormat(name: file, file: file, seeds: { try [[UInt8](seed(file, $0))] }) { folder in
        let checkpoint = try Checkpoint(directory: folder)
        if file.hasPrefix("k") {
          _ = try KangarooAdapter.Header(directory: folder + "/kangaroo", target: checkpoint.configuration)
        }
        if file.hasPrefix("h") {
          _ = try HydraHeads.Header(directory: folder + "/hydra", target: checkpoint.configuration)
        }
        if file.hasPrefix("m") {
          _ = try MedusaHeads.Header(directory: folder + "/medusa", target: checkpoint.configuration)
        }
      }
    }

  private static func seed(_ file: String, _ folder: TinyCheckpoint) throws -> Data {
    if file != "generation_config.json" { return try folder.read(file) }
    return Data(#"{"bos_token_id": 1, "eos_token_id": [2, 3], "pad_token_id": null, "temperature": 0.6}"#.utf8)
  }
}

/// Tokenizers and templates.
extension MutatedFormat {
  private static let text = "Hello, w\u{F6}rld <s> 1234\n\n  \u{1F600}\u{0}"

  private static let texts = [
    MutatedFormat(name: "tokenizer", file: "tokenizer.json", seeds: tokenizers) {
      let tokenizer = try Tokenizer(directory: $0)
      _ = tokenizer.decode(tokenizer.encode(text))
      _ = tokenizer.decode(0..<Token(tokenizer.vocabularySize), skippingSpecialTokens: true)
    },
    MutatedFormat(name: "template", file: "chat_template.jinja", seeds: { _ in templates.map { Array($0.utf8) } }) {
      switch ModelTemplate(directory: $0) {
      case .none: return
      case .unusable(let file, let reason): throw ChatTemplateProblem(file: file, reason: reason)
      case .usable(let template):
        _ = try template.prompt([SpokenTurn(.user, text), SpokenTurn(.assistant, "Yes."), SpokenTurn(.user, "Why?")])
      }
    },
  ]

  /// The folder's own, and what other families put around the same vocabulary.
  @Sendable private static func tokenizers(_ folder: TinyCheckpoint) throws -> [[UInt8]] {
    let own = try folder.read("tokenizer.json")
    let others = try tokenizerParts.map { parts in
      var members = try JSONSerialization.jsonObject(with: own) as? [String: Any] ?? [:]
      let replaced = try JSONSerialization.jsonObject(with: Data(parts.utf8)) as? [String: Any] ?? [:]
      members.merge(replaced) { $1 }
      return [UInt8](try JSONSerialization.data(withJSONObject: members, options: .sortedKeys))
    }
    return [[UInt8](own)] + others
  }

  private static let tokenizerParts = [
    #"""
    {"normalizer": {"type": "Sequence", "normalizers": [{"type": "Prepend", "prepend": "\u2581"},
      {"type": "Replace", "pattern": {"String": " "}, "content": "\u2581"}]},
     "pre_tokenizer": {"type": "Metaspace", "replacement": "\u2581", "prepend_scheme": "first", "split": false},
     "decoder": {"type": "Sequence", "decoders": [{"type": "Replace", "pattern": {"String": "\u2581"}, "content": " "},
      {"type": "ByteFallback"}, {"type": "Fuse"}, {"type": "Strip", "content": " ", "start": 1, "stop": 0}]}}
    """#,
    #"""
    {"normalizer": {"type": "NFC"}, "pre_tokenizer": {"type": "Sequence", "pretokenizers": [
      {"type": "Split", "pattern": {"Regex": "(?i:'s|'t)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}|\\s+(?!\\S)|\\s+"},
       "behavior": "Isolated", "invert": false}, {"type": "Digits", "individual_digits": true},
      {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": false}]}}
    """#,
  ]

  private static let templates = [
    #"{% for m in messages %}{{ '<|' + m['role'] + '|>\n' + m['content'] | trim + '</s>\n' }}{% endfor %}"#
      + #"{% if add_generation_prompt %}{{ '<|assistant|>\n' }}{% endif %}"#,
    """
    {%- macro part(role, text='') -%}<|{{ role | upper }}|>{{ text | replace('a', 'b') | indent(2) }}{%- endmacro -%}
    {%- set ns = namespace(first=true, parts=[]) -%}
    {%- for message in messages if message.content is string and message['role'] in ['user', 'assistant'] -%}
    {%- set text = message.content.split('</think>')[-1].strip() if loop.last else message.content | trim -%}
    {{- part(message.role, text) ~ '<|end|>' * 2 -}}
    {%- set ns.first = false -%}{%- set ns.parts = ns.parts + [loop.index, {'a': 1.5, "b": [none, true]}] -%}
    {%- endfor -%}
    {%- if not ns.first and add_generation_prompt is defined -%}
    {{- '<|assistant|>' + (ns.parts | length | string) + strftime_now('%d %b %Y') + (ns.parts | tojson) -}}
    {%- endif -%}
    """,
  ]
}
