import SpecFiles

/// What an EAGLE head consists of.
package struct EagleShape: Sendable, Equatable {
  /// Which kind of head.
  package var kind: EagleKind { names.kind }
  /// What its tensors are called.
  package var names: EagleNames
  /// Its one layer, described as a model of its width; the vocabulary is the target's.
  package var layer: ModelConfiguration
  /// Width of the target's states.
  package var targetWidth: Int
  /// After how many of the target's layers the states are taken that it reads, in the order in which they are fused. EAGLE-1
  /// reads the state after all of them, normalized.
  package var fusedLayers: [Int]
  /// Entries of its own head; nil where it uses the target's.
  package var draftVocabulary: Int?
  /// Whether the fusion has a bias.
  package var hasFusionBias: Bool
  /// Whether its file holds the token embedding; otherwise it reads the target's.
  package var hasEmbedding: Bool
  /// Whether what is fused is normalized first.
  package var normalizesBeforeFusion = false
  /// Whether the residual stream of the layer begins with the normalized fused state rather than with the state itself.
  package var normalizesResidual = false

  /// Width of its own states.
  package var width: Int { layer.hiddenSize }

  /// Numbers that the fusion reads for one position.
  package var fusionWidth: Int { kind == .eagle1 ? width + targetWidth : fusedLayers.count * targetWidth }

  /// Numbers that queries, keys and values are made from.
  package var attentionInputs: Int { kind == .eagle1 ? width : 2 * width }

  /// The published head for a target.
  ///
  /// EAGLE-1's has keys and values for each query head and the target's embedding beside it; EAGLE-3's has the target's
  /// attention, the states of three layers and a head for the 32,000 most frequent tokens.
  ///
  /// - Parameters:
  ///   - kind: which kind of head.
  ///   - target: the target's shape.
  package init(published kind: EagleKind, for target: ModelConfiguration) {
    layer = target.asPlainLlama
    layer.layers = 1
    layer.tiesEmbeddings = false
    if kind == .eagle1 { layer.keyValueHeads = layer.attentionHeads }
    names = EagleNames(official: kind)
    targetWidth = target.hiddenSize
    fusedLayers = kind == .eagle1 ? [target.layers] : Self.fusedLayers(3, of: target.layers)
    draftVocabulary = kind == .eagle1 ? nil : min(Self.publishedDraftVocabulary, target.vocabularySize)
    (hasFusionBias, hasEmbedding) = (kind == .eagle1, kind == .eagle1)
  }

  /// Entries of the published EAGLE-3 heads.
  private static let publishedDraftVocabulary = 32_000

  /// A head as its file and its configuration describe it.
  ///
  /// - Parameters:
  ///   - names: what its tensors are called.
  ///   - layer: its layer.
  ///   - targetWidth: width of the target's states.
  ///   - fusedLayers: after how many layers states are taken.
  ///   - file: its tensors, which tell what else it has.
  init(
    _ names: EagleNames,
    layer: ModelConfiguration,
    targetWidth: Int,
    fusedLayers: [Int],
    in file: any TensorFile
  ) {
    (self.names, self.layer, self.targetWidth, self.fusedLayers) = (names, layer, targetWidth, fusedLayers)
    draftVocabulary =
      names.kind == .eagle1 ? nil : file.shape(of: EagleNames.head)?.first ?? layer.vocabularySize
    hasFusionBias = file.contains(names.fusion + ".bias")
    hasEmbedding = file.contains(EagleNames.embedding)
    normalizesBeforeFusion = file.contains(EagleNames.fusionNorm + ".weight")
  }

  /// The layers whose states are fused where nothing names them: those of the official code for three, and as many evenly
  /// spread from the second to the one before the last two as other trainings take them.
  ///
  /// - Parameters:
  ///   - count: how many states are fused.
  ///   - layers: layers of the target, at least 4.
  /// - Returns: after how many layers each state is taken.
  package static func fusedLayers(_ count: Int, of layers: Int) -> [Int] {
    let last = max(1, layers - 3)
    if count == 3 { return [2, layers / 2, last].map { min(max(1, $0), layers) } }
    guard count > 1 else { return [max(1, layers / 2)] }
    // Nearest to even steps from the outputs of layer 1 on, counted from 0.
    return (0..<count).map { (2 * $0 * (last - 1) + count - 1) / (2 * (count - 1)) + 2 }.map { min($0, layers) }
  }

  /// The head's tensors of numbers, by name; an EAGLE-3 head may have a table of tokens beside them.
  package var tensorShapes: [String: [Int]] {
    var shapes = layer.layerShapes(prefix: names.layer)
    shapes[names.layer + LayerNames().attentionNorm + ".weight"] = kind == .eagle1 ? nil : [width]
    for (name, rows) in LayerNames().queryKeyValueRows(of: layer.attention) {
      shapes["\(names.layer)\(name).weight"] = [rows, attentionInputs]
    }
    shapes[names.fusion + ".weight"] = [width, fusionWidth]
    if hasFusionBias { shapes[names.fusion + ".bias"] = [width] }
    if hasEmbedding { shapes[EagleNames.embedding] = [layer.vocabularySize, width] }
    if normalizesBeforeFusion { shapes[EagleNames.fusionNorm + ".weight"] = [fusionWidth] }
    guard let draftVocabulary else { return shapes }
    shapes[names.layer + EagleNames.hiddenNorm + ".weight"] = [width]
    shapes[EagleNames.norm + ".weight"] = [width]
    shapes[EagleNames.head] = [draftVocabulary, width]
    return shapes
  }

  /// Trained parameters. An embedding of the target's width is the target's own.
  package var parameterCount: Int {
    tensorShapes.reduce(0) { sum, tensor in
      let isTargets = tensor.key == EagleNames.embedding && width == targetWidth
      return sum + (isTargets ? 0 : tensor.value.reduce(1, *))
    }
  }

  /// The content of `config.json` in the official layout.
  ///
  /// - Parameter type: how the weights are stored, as in `torch_dtype`.
  /// - Returns: the members of the file.
  package func description(storedAs type: String) -> JSONValue {
    let description = layer.description(storedAs: type)
    guard let draftVocabulary else { return description.adding("bias", .boolean(hasFusionBias)) }
    return description.adding("draft_vocab_size", .integer(draftVocabulary))
  }
}
