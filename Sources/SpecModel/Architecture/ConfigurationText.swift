import SpecFiles

/// Writing a shape as a checkpoint describes it, in Hugging Face's names.
extension ModelConfiguration {
  /// The content of `config.json`, from which the same is read again. A context that the rotary embedding limits is written
  /// as an ordinary one of that length.
  ///
  /// - Parameter type: how the weights are stored, as in `torch_dtype`.
  /// - Returns: the members of the file.
  public func description(storedAs type: String) -> JSONValue {
    let family = ModelFamily.named(modelType) ?? .llama
    let sizes: KeyValuePairs<String, JSONValue> = [
      "architectures": .array([.text(architecture)]),
      "model_type": .text(family.modelType),
      "vocab_size": .integer(vocabularySize),
      "hidden_size": .integer(hiddenSize),
      "intermediate_size": .integer(intermediateSize),
      "num_hidden_layers": .integer(layers),
      "num_attention_heads": .integer(attentionHeads),
      "num_key_value_heads": .integer(keyValueHeads),
      "head_dim": .integer(headDimension),
      family.activationKeys[0]: .text(parts.activation.name),
      "max_position_embeddings": .integer(contextLength),
      "initializer_range": .number(0.02),
      "rms_norm_eps": .decimal(normEpsilon),
    ]
    let tokens: KeyValuePairs<String, JSONValue> = [
      "tie_word_embeddings": .boolean(tiesEmbeddings),
      "use_cache": true,
      "bos_token_id": .token(beginToken),
      "eos_token_id": .endTokens(of: self),
      "pad_token_id": nil,
      "torch_dtype": .text(type),
    ]
    let parts = [sizes, rotation] + family.options.map { $0.write(self) } + [tokens]
    return .object(parts.flatMap { $0.map { JSONMember(key: ArraySlice($0.key.utf8), value: $0.value) } })
  }

  /// The rotary embedding: in the older spelling, which all programs read, unless layers differ.
  private var rotation: KeyValuePairs<String, JSONValue> {
    guard let windowRotary else {
      let scaling =
        rotary.scaling == .plain ? JSONValue.null : .members(rotary, context: contextLength, withBase: false)
      return ["rope_theta": .number(ropeTheta), "rope_scaling": scaling]
    }
    return [
      "rope_parameters": .members([
        "full_attention": .members(rotary, context: contextLength, withBase: true),
        "sliding_attention": .members(windowRotary, context: contextLength, withBase: true),
      ])
    ]
  }
}

extension JSONValue {
  /// A token's number; null for none.
  public static func token(_ token: Token?) -> JSONValue { token.map { .integer(Int($0)) } ?? .null }

  /// The tokens that end a text: a number, or a list of several.
  public static func endTokens(of model: ModelConfiguration) -> JSONValue {
    model.endTokens.count > 1 ? .array(model.endTokens.map { .integer(Int($0)) }) : token(model.endTokens.first)
  }

  /// A number as it was read: as a Double, 1e-5 as a Float would be 9.999999747378752e-06. Null for none.
  static func decimal(_ number: Float?) -> JSONValue {
    number.map { .number(Double("\($0)") ?? Double($0)) } ?? .null
  }

  /// A size; null for none.
  static func count(_ size: Int?) -> JSONValue { size.map(JSONValue.integer) ?? .null }

  /// The members of `rope_scaling`, or with the base those of `rope_parameters`.
  fileprivate static func members(_ rotary: RotaryEmbedding, context: Int, withBase: Bool) -> JSONValue {
    let base: [(String, JSONValue)] = withBase ? [("rope_theta", .number(rotary.theta))] : []
    let members: [(String, JSONValue)] =
      switch rotary.scaling {
      case .plain: [("rope_type", "default")]
      case .linear(let factor): [("rope_type", "linear"), ("factor", .number(factor))]
      case .llama3(let scaling):
        [
          ("rope_type", "llama3"), ("factor", .number(scaling.factor)),
          ("low_freq_factor", .number(scaling.lowFrequencyFactor)),
          ("high_freq_factor", .number(scaling.highFrequencyFactor)),
          ("original_max_position_embeddings", .integer(scaling.originalContext)),
        ]
      case .yarn(let yarn):
        [
          ("rope_type", "yarn"), ("factor", .number(yarn.factor)), ("beta_fast", .number(yarn.betaFast)),
          ("beta_slow", .number(yarn.betaSlow)), ("truncate", .boolean(yarn.truncates)),
          ("attention_factor", .number(yarn.attentionFactor)),
          ("original_max_position_embeddings", .integer(yarn.originalContext)),
        ]
      case .divided(let divisors, let factor):
        [
          ("rope_type", "longrope"), ("short_factor", .array(divisors.map { .decimal($0) })),
          ("long_factor", .array(divisors.map { .decimal($0) })), ("attention_factor", .number(factor)),
          ("original_max_position_embeddings", .integer(context)),
        ]
      }
    return .object((base + members).map { JSONMember(key: ArraySlice($0.0.utf8), value: $0.1) })
  }
}
