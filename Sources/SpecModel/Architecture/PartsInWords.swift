/// What a model has that a plain Llama has not, as people read it.
extension ModelConfiguration {
  /// The parts, each in some words.
  public var partsInWords: [String] {
    var words: [String] = []
    if let window { words.append(text(of: window)) }
    let biases = [
      (parts.queryKeyValueBias, "queries, keys and values"), (parts.attentionOutputBias, "attention's output"),
      (parts.feedForwardBias, "feed-forward"),
    ]
    .filter(\.0).map(\.1)
    if !biases.isEmpty { words.append("biases of \(biases.joined(separator: ", "))") }
    if parts.names.queryNorm != nil || parts.names.keyNorm != nil {
      words.append("normalized heads of queries and keys")
    }
    if parts.names.attentionOutputNorm != nil { words.append("normalizations after each block too") }
    if parts.names.queryKeyValue.count == 1 { words.append("queries, keys and values in one matrix") }
    if parts.names.gateAndUp.count == 1 { words.append("gate and up in one matrix") }
    if parts.activation != .silu { words.append("activation \(parts.activation.name)") }
    if parts.scalesEmbedding { words.append("embeddings times the root of their width") }
    if let scalar = parts.queryScalar, scalar != Float(headDimension) {
      words.append("scores divided by the root of \(scalar)")
    }
    if let cap = parts.scoreCap { words.append("scores capped at \(cap)") }
    if let cap = parts.logitCap { words.append("logits capped at \(cap)") }
    return words
  }

  /// The rotary embedding.
  public var rotaryInWords: String {
    guard let windowRotary else { return rotary.inWords }
    return "\(rotary.inWords), with a window \(windowRotary.inWords)"
  }

  private func text(of window: AttentionWindow) -> String {
    let count = (0..<layers).count { window.covers($0) }
    let layers = count == self.layers ? "all layers" : "\(count) of \(self.layers) layers"
    return "a window of \(window.length) positions in \(layers)"
  }
}

extension RotaryEmbedding {
  /// Base, change of the frequencies and share of each head.
  fileprivate var inWords: String {
    let change =
      switch scaling {
      case .plain: ""
      case .linear(let factor): ", linear scaling by \(factor)"
      case .llama3(let llama3): ", llama3 scaling by \(llama3.factor)"
      case .yarn(let yarn): ", yarn scaling by \(yarn.factor)"
      case .divided: ", longrope scaling"
      }
    return "rope_theta \(theta)\(change)\(share == 1 ? "" : ", \(share) of each head")"
  }
}
