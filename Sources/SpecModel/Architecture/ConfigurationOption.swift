import SpecFiles

/// Members of `config.json` that change what the models of a family compute, and how they do.
struct ConfigurationOption: Sendable {
  typealias Reader = @Sendable (JSONFile, inout ModelConfiguration) throws(ModelError) -> Void
  typealias Writer = @Sendable (ModelConfiguration) -> KeyValuePairs<String, JSONValue>

  /// The members.
  let keys: [String]
  /// Reads them into a description whose sizes are known.
  let read: Reader
  /// Gives them as they describe a model.
  let write: Writer

  init(_ keys: [String], read: @escaping Reader, write: @escaping Writer) {
    (self.keys, self.read, self.write) = (keys, read, write)
  }
}

extension ConfigurationOption {
  /// Biases of all projections of the attention.
  static let attentionBias = ConfigurationOption(["attention_bias"]) { file, model throws(ModelError) in
    let isBiased = try file["attention_bias"]?.boolean() ?? false
    model.parts.queryKeyValueBias = isBiased
    model.parts.attentionOutputBias = isBiased
  } write: {
    ["attention_bias": .boolean($0.parts.attentionOutputBias)]
  }

  /// Biases of the feed-forward block.
  static let feedForwardBias = ConfigurationOption(["mlp_bias"]) { file, model throws(ModelError) in
    model.parts.feedForwardBias = try file["mlp_bias"]?.boolean() ?? false
  } write: {
    ["mlp_bias": .boolean($0.parts.feedForwardBias)]
  }

  /// A window in all layers.
  static let window = ConfigurationOption(["sliding_window"]) { file, model throws(ModelError) in
    model.window = try file.size("sliding_window").map { AttentionWindow(length: $0) }
  } write: {
    ["sliding_window": .count($0.window?.length)]
  }

  /// A window in some layers: those that `layer_types` names, in older files those of a pattern.
  ///
  /// - Parameters:
  ///   - keys: further members that the pattern reads.
  ///   - isSwitchable: whether the window counts only if `use_sliding_window` says so.
  ///   - slides: the pattern: whether a layer has the window.
  /// - Returns: the option.
  static func windows(
    keys: [String] = [],
    isSwitchable: Bool = false,
    where slides: @escaping @Sendable (JSONFile, Int) throws(ModelError) -> Bool
  ) -> ConfigurationOption {
    let all = ["sliding_window", "layer_types"] + (isSwitchable ? ["use_sliding_window"] : []) + keys
    return ConfigurationOption(all) { file, model throws(ModelError) in
      let isSwitchedOn = try file["use_sliding_window"]?.boolean() ?? false
      let length = isSwitchedOn || !isSwitchable ? try file.size("sliding_window") : nil
      var layers: Set<Int> = []
      if let named = try file.slidingLayers(of: model.layers) {
        layers = named
      } else if length != nil {
        for layer in 0..<model.layers where try slides(file, layer) { layers.insert(layer) }
      }
      guard !layers.isEmpty else { return }
      guard let length else {
        throw ModelError.malformedFile(
          path: file.path,
          problem: "'layer_types' names layers of the type 'sliding_attention' where no 'sliding_window' is in use"
        )
      }
      model.window = AttentionWindow(length: length, layers: layers)
    } write: { model in
      let kinds = (0..<model.layers).map { model.window(of: $0) == nil ? "full_attention" : "sliding_attention" }
      return [
        "sliding_window": .count(model.window?.length), "use_sliding_window": .boolean(model.window != nil),
        "layer_types": .array(kinds.map(JSONValue.text)),
      ]
    }
  }

  /// What the attention's scores are divided by the square root of.
  static let queryScalar = ConfigurationOption(["query_pre_attn_scalar"]) { file, model throws(ModelError) in
    model.parts.queryScalar = try file.positive("query_pre_attn_scalar")
  } write: {
    ["query_pre_attn_scalar": .decimal($0.parts.queryScalar ?? Float($0.headDimension))]
  }

  /// The soft cap of the attention's scores.
  static let scoreCap = ConfigurationOption(["attn_logit_softcapping"]) { file, model throws(ModelError) in
    model.parts.scoreCap = try file.positive("attn_logit_softcapping")
  } write: {
    ["attn_logit_softcapping": .decimal($0.parts.scoreCap)]
  }

  /// The soft cap of the logits.
  static let logitCap = ConfigurationOption(["final_logit_softcapping"]) { file, model throws(ModelError) in
    model.parts.logitCap = try file.positive("final_logit_softcapping")
  } write: {
    ["final_logit_softcapping": .decimal($0.parts.logitCap)]
  }

  /// A rotation of only the first numbers of each head, read with what else is said of the rotation.
  static let partialRotation = ConfigurationOption(["partial_rotary_factor"]) { _, _ in
  } write: {
    ["partial_rotary_factor": .number($0.rotary.share)]
  }

  /// A rotary embedding of their own for the layers with a window.
  static let windowRotation = ConfigurationOption(["rope_local_base_freq"]) { file, model throws(ModelError) in
    let settings = try RotaryReader(file, headDimension: model.headDimension).settings(ofWindows: true)
    model.windowRotary = settings.rotary
    model.limitContext(settings.limit)
  } write: { _ in
    // Written with the rotation of the other layers.
    [:]
  }
}

extension JSONFile {
  /// A factor above 0 that a float32 holds; nil if the member is null or absent.
  fileprivate func positive(_ key: String) throws(ModelError) -> Float? {
    guard let field = try self[key] else { return nil }
    let number = Float(try field.number())
    guard number > 0, number.isFinite else { throw field.mismatch(expected: "a number above 0") }
    return number
  }

  /// The layers that `layer_types` says have a window; nil without that member.
  fileprivate func slidingLayers(of count: Int) throws(ModelError) -> Set<Int>? {
    guard let field = try self["layer_types"] else { return nil }
    let kinds = try field.elements()
    guard kinds.count >= count else { throw field.mismatch(expected: "a list of \(count) types, one for each layer,") }
    var layers: Set<Int> = []
    for (layer, kind) in kinds.prefix(count).enumerated() {
      switch try kind.string() {
      case "full_attention": continue
      case "sliding_attention": layers.insert(layer)
      case let other:
        throw .unsupportedFeature(
          path: path,
          feature: "a layer of the type \(quoted(other))",
          supported: "'full_attention' and 'sliding_attention' are"
        )
      }
    }
    return layers
  }
}
