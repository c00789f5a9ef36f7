import SpecFiles

/// What Hydra heads consist of, and what their tensors are called in the official files (Ankner et al. 2024, arXiv
/// 2402.05109, §3 and §4).
package struct HydraShape: Sendable, Equatable {
  /// How many heads.
  package var count: Int
  /// Residual blocks of each head. The official training uses one block again and again after the first, and saves it as
  /// often.
  package var blocks: Int
  /// The layer that the target's states go through before the heads read them (Hydra++), described as a model of one layer;
  /// nil for heads that read the states themselves.
  package var prefix: ModelConfiguration?
  /// Whether the official modules have dropout layers between their parts, which count in the numbers of their names.
  package var hasDropout: Bool
  /// Width of the target's states.
  package let width: Int
  /// Entries of the target's vocabulary.
  package let vocabulary: Int

  /// Heads for a target.
  ///
  /// - Parameters:
  ///   - count: how many.
  ///   - blocks: residual blocks of each.
  ///   - hasPrefix: whether they are of the kind `prefix-mlp`, not `mlp`.
  ///   - target: the target's shape.
  package init(count: Int, blocks: Int, hasPrefix: Bool, for target: ModelConfiguration) {
    (self.count, self.blocks, hasDropout) = (count, blocks, hasPrefix)
    (width, vocabulary) = (target.hiddenSize, target.vocabularySize)
    guard hasPrefix else { return }
    var layer = target.asPlainLlama
    (layer.layers, layer.tiesEmbeddings) = (1, false)
    // A Llama's layer rotates as its target's do.
    if target.modelType == "llama" { layer.rotary = target.rotary }
    prefix = layer
  }

  /// The published heads, which are Hydra++'s: four of four blocks behind a layer.
  ///
  /// - Parameter target: the target's shape.
  package init(published target: ModelConfiguration) {
    self.init(count: 4, blocks: 4, hasPrefix: true, for: target)
  }

  /// The most heads that are read.
  package static let mostHeads = 64

  /// The name of the kind in `config.json`.
  package var architecture: String { prefix == nil ? "mlp" : "prefix-mlp" }

  /// What the names of the prefix layer's tensors begin with, in the official spelling.
  package static let prefixName = "prefix_embeding_layer."
  /// What the names of its one layer's tensors begin with.
  package static let layerName = prefixName + "layers.0."

  /// Numbers that a block of a head reads: the first reads the state and the embeddings of a token for each head up to its
  /// own and one more.
  package func inputs(ofBlock block: Int, head: Int) -> Int { block == 0 ? (head + 2) * width : width }

  /// What the names of a block's tensors begin with.
  package func name(ofBlock block: Int, head: Int) -> String {
    "hydra_mlp.\(head).\(hasDropout ? 2 * block + 1 : block)."
  }

  /// What the names of a head's output layer begin with.
  package func outputName(ofHead head: Int) -> String { "hydra_lm_head.\(head)." + (hasDropout ? "1." : "") }

  /// The heads' tensors, by name; matrices are [outputs, inputs].
  package var tensorShapes: [String: [Int]] {
    var shapes: [String: [Int]] = [:]
    func add(_ name: String, _ rows: Int, _ columns: Int) {
      shapes[name + ".weight"] = [rows, columns]
      shapes[name + ".bias"] = [rows]
    }
    for head in 0..<count {
      for block in 0..<blocks {
        let (name, columns) = (name(ofBlock: block, head: head), inputs(ofBlock: block, head: head))
        add(name + "linear", width, columns)
        if block == 0 { add(name + "res_connection", width, columns) }
      }
      // The name ends in a period.
      add(String(outputName(ofHead: head).dropLast()), vocabulary, width)
    }
    guard let prefix else { return shapes }
    shapes.merge(prefix.layerShapes(prefix: Self.layerName)) { first, _ in first }
    shapes[Self.prefixName + "norm.weight"] = [width]
    return shapes
  }

  /// Trained parameters; a block that is used again counts once.
  package var parameterCount: Int {
    var trained = self
    trained.blocks = min(blocks, 2)
    return trained.tensorShapes.values.reduce(0) { $0 + $1.reduce(1, *) }
  }

  /// The content of `config.json` in the official layout.
  ///
  /// - Parameter model: where a reader finds the target, as seen from the folder.
  /// - Returns: the members of the file.
  package func description(model: String = "..") -> JSONValue {
    .members([
      "base_model_name_or_path": .text(model),
      "grounded_heads": .boolean(true),
      "hidden_state_offset": .integer(0),
      "hydra_head_arch": .text(architecture),
      "hydra_num_heads": .integer(count),
      "hydra_num_layers": .integer(blocks),
    ])
  }
}
