/// The names and shapes of the tensors that a checkpoint holds; matrices are [outputs, inputs].
extension ModelConfiguration {
  /// A model's tensors, in Hugging Face's names.
  public var tensorShapes: [String: [Int]] {
    var shapes = ["model.embed_tokens.weight": [vocabularySize, hiddenSize], "model.norm.weight": [hiddenSize]]
    if !tiesEmbeddings { shapes["lm_head.weight"] = [vocabularySize, hiddenSize] }
    for layer in 0..<layers {
      shapes.merge(layerShapes(prefix: "model.layers.\(layer).")) { first, _ in first }
    }
    return shapes
  }

  /// The tensors of one layer.
  ///
  /// - Parameter prefix: what their names begin with.
  /// - Returns: shapes by name.
  func layerShapes(prefix: String) -> [String: [Int]] {
    let names = parts.names
    let attention = self.attention
    var shapes: [String: [Int]] = [:]
    for norm in [names.attentionNorm, names.feedForwardNorm, names.attentionOutputNorm, names.feedForwardOutputNorm] {
      if let norm { shapes[prefix + norm + ".weight"] = [hiddenSize] }
    }
    for norm in [names.queryNorm, names.keyNorm].compactMap(\.self) {
      shapes[prefix + norm + ".weight"] = [headDimension]
    }
    func add(_ name: String, _ rows: Int, _ columns: Int, isBiased: Bool) {
      shapes["\(prefix)\(name).weight"] = [rows, columns]
      if isBiased { shapes["\(prefix)\(name).bias"] = [rows] }
    }
    for (name, rows) in names.queryKeyValueRows(of: attention) {
      add(name, rows, hiddenSize, isBiased: parts.queryKeyValueBias)
    }
    add(names.attentionOutput, hiddenSize, attention.queryWidth, isBiased: parts.attentionOutputBias)
    for (name, rows) in names.gateAndUpRows(width: intermediateSize) {
      add(name, rows, hiddenSize, isBiased: parts.feedForwardBias)
    }
    add(names.down, hiddenSize, intermediateSize, isBiased: parts.feedForwardBias)
    return shapes
  }
}

extension LayerNames {
  /// The projections that give queries, keys and values, with their rows.
  package func queryKeyValueRows(of shape: AttentionShape) -> [(name: String, rows: Int)] {
    let rows = [shape.queryWidth, shape.keyValueWidth, shape.keyValueWidth]
    return Self.share(rows, among: queryKeyValue)
  }

  /// The projections that give gates and ups, with their rows.
  func gateAndUpRows(width: Int) -> [(name: String, rows: Int)] { Self.share([width, width], among: gateAndUp) }

  /// One projection for each part, or one for all of them.
  private static func share(_ rows: [Int], among names: [String]) -> [(name: String, rows: Int)] {
    precondition(names.count == rows.count || names.count == 1, "as many projections as parts, or one")
    return names.count == 1 ? [(names[0], rows.reduce(0, +))] : Array(zip(names, rows))
  }
}

extension AttentionShape {
  /// The tensors of a plain Llama's attention block with its input normalization.
  func tensorShapes(prefix: String) -> [String: [Int]] {
    let names = LayerNames()
    var shapes = [
      prefix + names.attentionNorm + ".weight": [hiddenSize],
      prefix + names.attentionOutput + ".weight": [hiddenSize, queryWidth],
    ]
    for (name, rows) in names.queryKeyValueRows(of: self) { shapes[prefix + name + ".weight"] = [rows, hiddenSize] }
    return shapes
  }
}

extension KangarooAdapter {
  /// An adapter's tensors, in the official names.
  ///
  /// - Parameter shape: the adapter's attention.
  /// - Returns: shapes by name.
  public static func tensorShapes(of shape: AttentionShape) -> [String: [Int]] {
    shape.tensorShapes(prefix: "layers.0.").merging(["norm.weight": [shape.hiddenSize]]) { first, _ in first }
  }
}

extension MedusaHeads {
  /// The heads' tensors, in the official names.
  ///
  /// - Parameters:
  ///   - count: how many heads.
  ///   - target: the target's shape.
  /// - Returns: shapes by name.
  public static func tensorShapes(count: Int, target: ModelConfiguration) -> [String: [Int]] {
    var shapes: [String: [Int]] = [:]
    for head in 0..<count {
      shapes["\(head).0.linear.weight"] = [target.hiddenSize, target.hiddenSize]
      shapes["\(head).0.linear.bias"] = [target.hiddenSize]
      shapes["\(head).1.weight"] = [target.vocabularySize, target.hiddenSize]
    }
    return shapes
  }
}
