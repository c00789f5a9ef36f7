import SpecFiles

/// Writing a shape as a checkpoint describes it, in Hugging Face's names.
extension ModelConfiguration {
  /// The content of `config.json`.
  ///
  /// - Parameter type: how the weights are stored, as in `torch_dtype`.
  /// - Returns: the members of the file.
  public func description(storedAs type: String) -> JSONValue {
    .members([
      "architectures": .array([.text(architecture)]),
      "model_type": "llama",
      "vocab_size": .integer(vocabularySize),
      "hidden_size": .integer(hiddenSize),
      "intermediate_size": .integer(intermediateSize),
      "num_hidden_layers": .integer(layers),
      "num_attention_heads": .integer(attentionHeads),
      "num_key_value_heads": .integer(keyValueHeads),
      "head_dim": .integer(headDimension),
      "hidden_act": "silu",
      "max_position_embeddings": .integer(contextLength),
      "initializer_range": .number(0.02),
      // Read back as a Double, 1e-5 as a Float would be 9.999999747378752e-06.
      "rms_norm_eps": .number(Double("\(normEpsilon)") ?? Double(normEpsilon)),
      "rope_theta": .number(ropeTheta),
      "rope_scaling": nil,
      "attention_bias": false,
      "mlp_bias": false,
      "tie_word_embeddings": .boolean(tiesEmbeddings),
      "use_cache": true,
      "bos_token_id": .token(beginToken),
      "eos_token_id": .endTokens(of: self),
      "pad_token_id": nil,
      "torch_dtype": .text(type),
    ])
  }
}

extension JSONValue {
  /// A token's number; null for none.
  public static func token(_ token: Token?) -> JSONValue { token.map { .integer(Int($0)) } ?? .null }

  /// The tokens that end a text: a number, or a list of several.
  public static func endTokens(of model: ModelConfiguration) -> JSONValue {
    model.endTokens.count > 1 ? .array(model.endTokens.map { .integer(Int($0)) }) : token(model.endTokens.first)
  }
}
