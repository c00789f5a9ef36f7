import SpecFiles
import SpecModel
import SpecTestSupport
import Testing

/// What `config.json` says becomes a description, or one sentence for each thing that cannot be.
@Suite struct ConfigurationTests {
  /// The members of a small model's file; a member that is given again replaces the one before.
  static func text(_ modelType: String, _ more: String = "") -> String {
    """
    {"model_type": "\(modelType)", "hidden_size": 64, "intermediate_size": 96, "num_hidden_layers": 4,
     "num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 16, "vocab_size": 300,
     "max_position_embeddings": 256, "rms_norm_eps": 1e-5, "rope_theta": 10000.0, "tie_word_embeddings": false\(more)}
    """
  }

  static func readText(_ text: String) throws -> ModelConfiguration {
    let folder = try TemporaryFolder()
    _ = try folder.write(text, to: "config.json")
    return try ModelConfiguration(directory: folder.path)
  }

  static func read(_ modelType: String, _ more: String = "") throws -> ModelConfiguration {
    try readText(text(modelType, more.isEmpty ? "" : ", " + more))
  }

  /// The sentence about a file that cannot be used.
  static func problem(_ modelType: String, _ more: String) -> String {
    do {
      let model = try read(modelType, more)
      return "read as \(model)"
    } catch { return "\(error)" }
  }

  @Test(arguments: ModelConfiguration.families) func whatIsWrittenIsReadAgain(_ modelType: String) throws {
    for seed in 1...6 as ClosedRange<UInt64> {
      var model = try RandomModel(seed: seed, context: .init(threads: 1), modelType: modelType).target.configuration
      (model.beginToken, model.endTokens) = (1, [2, 3])
      #expect(try Self.readText(model.description(storedAs: "float32").document) == model)
    }
  }

  @Test func scalingsThatAreWrittenAreReadAgain() throws {
    var model = try Self.read("llama")
    for scaling in Self.scalings.map(\.members) {
      model.rotary = try Self.read("llama", "\"rope_scaling\": \(scaling)").rotary
      #expect(model.rotary.scaling != .plain)
      #expect(try Self.readText(model.description(storedAs: "float32").document) == model)
    }
  }

  /// Changes of the frequencies with what transformers 5.24 makes of them, for heads of 16 and a context of 256.
  static let scalings: [(members: String, frequencies: [Float], factor: Float)] = [
    (
      #"{"type": "linear", "factor": 4.0}"#,
      [0.25, 0.079056941, 0.025, 0.0079056947, 0.0025, 0.00079056947, 0.00025, 7.9056947e-05], 1
    ),
    (
      #"{"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0, "#
        + #""original_max_position_embeddings": 64}"#,
      [1, 0.24438459, 0.013042256, 0.0039528473, 0.00125, 0.00039528473, 0.000125, 3.9528473e-05], 1
    ),
    (
      #"{"type": "yarn", "factor": 4.0, "original_max_position_embeddings": 64}"#,
      [1, 0.23717082, 0.05, 0.0079056947, 0.0025, 0.00079056947, 0.00025, 7.9056947e-05], 1.1386294
    ),
    (
      #"{"rope_type": "yarn", "factor": 16.0, "original_max_position_embeddings": 64, "rope_theta": 1000000.0, "#
        + #""beta_fast": 8.0, "beta_slow": 0.5, "mscale": 1.0, "mscale_all_dim": 0.5, "truncate": false}"#,
      [1, 0.088513486, 0.0019764237, 0.00035146333, 6.2500003e-05, 1.1114246e-05, 1.9764234e-06, 3.5146334e-07],
      1.1217511
    ),
    (
      #"{"type": "longrope", "short_factor": [1.0, 1.1, 1.3, 1.6, 2.0, 2.0, 2.2, 3.0], "#
        + #""original_max_position_embeddings": 64}"#,
      [1, 0.28747976, 0.07692308, 0.019764235, 0.005, 0.0015811389, 0.00045454546, 0.00010540926], 1.1547005
    ),
  ]

  @Test(arguments: scalings.indices) func frequenciesAreThoseOfTransformers(_ index: Int) throws {
    let (members, frequencies, factor) = Self.scalings[index]
    for key in ["rope_scaling", "rope_parameters"] {
      let model = try Self.read("llama", "\"\(key)\": \(members)")
      let found = model.rotary.inverseFrequencies(headDimension: 16)
      #expect(found.count == 8)
      for (mine, theirs) in zip(found, frequencies) {
        #expect(abs(mine - theirs) <= 4e-7 * theirs, "\(mine) \(theirs)")
      }
      #expect(abs(model.rotary.attentionFactor - factor) < 1e-6)
    }
  }

  @Test func windows() throws {
    #expect(try Self.read("mistral").window == AttentionWindow(length: 4096))
    #expect(try Self.read("mistral", #""sliding_window": null"#).window == nil)
    #expect(try Self.read("mistral", #""sliding_window": 9"#).window == AttentionWindow(length: 9))
    #expect(try Self.read("qwen2", #""sliding_window": 9, "use_sliding_window": false"#).window == nil)
    let upper = try Self.read("qwen2", #""sliding_window": 9, "use_sliding_window": true, "max_window_layers": 3"#)
    #expect(upper.window == AttentionWindow(length: 9, layers: [3]))
    #expect(try Self.read("gemma2").window?.layers == [0, 2])
    #expect(try Self.read("gemma3_text", #""num_hidden_layers": 8"#).window?.layers == [0, 1, 2, 3, 4, 6, 7])
    let named = try Self.read(
      "gemma2",
      #""layer_types": ["full_attention", "sliding_attention", "full_attention", "full_attention"]"#
    )
    #expect(named.window?.layers == [1])
  }

  /// A family's own defaults hold where a member is not there, not where it is null.
  @Test func defaultsOfFamilies() throws {
    let gemma = try Self.read("gemma2")
    #expect(gemma.parts.scoreCap == 50 && gemma.parts.logitCap == 30 && gemma.parts.queryScalar == 256)
    #expect(try Self.read("gemma2", #""final_logit_softcapping": null"#).parts.logitCap == nil)
    let third = try Self.read("gemma3_text", #""rope_theta": null, "rope_local_base_freq": 5000"#)
    #expect(third.windowRotary?.theta == 5000)
    #expect(
      try Self.readText(
        #"{"model_type": "gemma", "hidden_size": 64, "intermediate_size": 96, "num_hidden_layers": 1, "#
          + #""num_attention_heads": 4, "num_key_value_heads": 4, "vocab_size": 300}"#
      ).tiesEmbeddings
    )
  }

  /// Angles that change with the length of each pass are used up to where they begin to.
  @Test func contextsEndWhereAnglesChange() throws {
    let dynamic = try Self.read("llama", #""rope_scaling": {"type": "dynamic", "factor": 2.0}"#)
    #expect(dynamic.contextLength == 256 && dynamic.contextLimit?.positions == 256)
    let factors = "[1.0, 1.1, 1.3, 1.6, 2.0, 2.0, 2.2, 3.0]"
    for name in ["longrope", "su", "yarn"] {
      let members = #"{"type": "\#(name)", "short_factor": \#(factors), "long_factor": \#(factors)}"#
      let long = try Self.read("phi3", #""original_max_position_embeddings": 64, "rope_scaling": \#(members)"#)
      #expect(long.contextLength == 64)
      #expect(long.contextLimit?.reason.contains("beyond 64 positions") == true)
      let short = try Self.read("phi3", #""original_max_position_embeddings": 256, "rope_scaling": \#(members)"#)
      #expect(short.contextLength == 256 && short.contextLimit == nil)
    }
  }

  @Test(arguments: [
    ("gpt2", "", ["gpt2", "Llama, Mistral, Qwen2, Qwen3, Phi-3, Gemma"]),
    ("gpt2", #""rope_scaling": {"rope_type": "mrope"}, "hidden_act": "relu""#, ["gpt2", "mrope", "relu", "3 things"]),
    ("qwen3_moe", #""num_experts": 8"#, ["qwen3_moe", "a mixture of experts"]),
    ("llama", #""rope_scaling": {"rope_type": "mrope"}, "hidden_act": "relu""#, ["mrope", "relu", "2 things"]),
    ("llama", #""partial_rotary_factor": 0.5"#, ["partial_rotary_factor"]),
    ("llama", #""rope_parameters": {"partial_rotary_factor": 0.5}"#, ["partial_rotary_factor"]),
    ("llama", #""rope_parameters": {"full_attention": {"rope_theta": 5}}"#, ["each type of layer"]),
    ("llama", #""sliding_window": 16"#, ["sliding window of 16"]),
    ("mistral", #""attention_bias": true"#, ["attention_bias"]),
    ("mistral", #""sliding_window": 9, "layer_types": ["full_attention"]"#, ["a layer of the type", "full_attention"]),
    ("qwen3", #""layer_types": ["full_attention", "chunked_attention", "a", "b"]"#, ["chunked_attention"]),
    ("qwen2", #""layer_types": ["full_attention"]"#, ["layer_types", "4"]),
    (
      "qwen2", #""layer_types": ["sliding_attention", "full_attention", "full_attention", "full_attention"]"#,
      ["no 'sliding_window' is in use"]
    ),
    ("gemma3_text", #""attn_logit_softcapping": 50.0"#, ["capped attention scores"]),
    ("gemma3_text", #""use_bidirectional_attention": true"#, ["use_bidirectional_attention"]),
    ("gemma2", #""query_pre_attn_scalar": 0"#, ["query_pre_attn_scalar"]),
    ("gemma3_text", #""sliding_window_pattern": 0"#, ["sliding_window_pattern"]),
    ("phi3", #""partial_rotary_factor": 0.01"#, ["partial_rotary_factor"]),
    ("phi3", #""rope_scaling": {"type": "longrope", "short_factor": [1.0]}"#, ["short_factor", "8 numbers"]),
    ("llama", #""rope_scaling": {"type": "yarn"}, "rope_theta": 1"#, ["frequencies"]),
    ("llama", #""rope_scaling": {"type": "linear", "factor": 1e-30}"#, ["frequencies"]),
    ("llama", #""rope_scaling": {"type": "linear", "factor": -1}"#, ["rope_scaling.factor"]),
    ("llama", #""rope_scaling": {"type": "llama3", "factor": 8}"#, ["rope_scaling.low_freq_factor"]),
    (
      "llama", #""rope_scaling": {"type": "llama3", "factor": 8, "low_freq_factor": 4, "high_freq_factor": 1}"#,
      ["high_freq_factor"]
    ),
    ("llama", #""rope_scaling": {"factor": 8}"#, ["unknown"]),
  ])
  func whatCannotBeReadIsNamed(_ modelType: String, _ more: String, _ words: [String]) {
    let problem = Self.problem(modelType, more)
    for word in words { #expect(problem.contains(word), "\(problem)") }
  }

  /// What says that nothing is different changes nothing.
  @Test func neutralMembersAreNoObstacle() throws {
    let plain = try Self.read("llama")
    for more in [
      #""rope_scaling": {}"#, #""rope_scaling": null"#, #""rope_parameters": {"rope_type": "default"}"#,
      #""partial_rotary_factor": 1.0, "rope_scaling": {"type": "default"}"#,
      #""sliding_window": 4096, "layer_types": ["full_attention", "full_attention"]"#,
    ] {
      #expect(Self.problem("llama", more) == "read as \(plain)")
    }
  }
}
