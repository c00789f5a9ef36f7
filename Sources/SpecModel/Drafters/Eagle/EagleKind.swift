/// The two kinds of EAGLE heads. They differ in what they read of the target, and in what their outputs are for.
public enum EagleKind: String, Sendable, CaseIterable {
  /// EAGLE-1 and EAGLE-2 (Li et al. 2024, arXiv 2401.15077 and 2406.16858): from the target's last normalized state and the
  /// next token it predicts the next such state, which the target's own head reads.
  case eagle1 = "EAGLE-1"
  /// EAGLE-3 (Li et al. 2025, arXiv 2503.01840): it fuses states of several layers and has a head of its own, often for the
  /// most frequent tokens only.
  case eagle3 = "EAGLE-3"

  /// The name of the method that drafts with such a head.
  public var method: String {
    switch self {
    case .eagle1: "eagle"
    case .eagle3: "eagle-3"
    }
  }

  /// The folder of such a head beside its target.
  public var folder: String {
    switch self {
    case .eagle1: "eagle"
    case .eagle3: "eagle3"
    }
  }
}

/// What the tensors of an EAGLE head are called: in the official files, or in those of the speculators library.
package struct EagleNames: Sendable, Equatable {
  /// Whose tensors they are.
  package let kind: EagleKind
  /// What the names of the layer's tensors begin with.
  package let layer: String
  /// The projection of what the head reads.
  package let fusion: String

  /// The token embedding, where a file has one.
  package static let embedding = "embed_tokens.weight"
  /// EAGLE-3: the normalization of fused states, beside the layer's own of the embedding.
  package static let hiddenNorm = "hidden_norm"
  /// EAGLE-3 in speculators: a normalization before the fusion.
  package static let fusionNorm = "input_norm"
  /// EAGLE-3: the normalization before its own head.
  package static let norm = "norm"
  /// EAGLE-3: its own head.
  package static let head = "lm_head.weight"
  /// EAGLE-3: what is added to a draft token's number to get the target's token.
  package static let offsets = "d2t"

  /// The names in official files.
  ///
  /// - Parameter kind: whose.
  package init(official kind: EagleKind) {
    self.init(kind, layer: kind == .eagle1 ? "layers.0." : "midlayer.", fusion: "fc")
  }

  private init(_ kind: EagleKind, layer: String, fusion: String) {
    (self.kind, self.layer, self.fusion) = (kind, layer, fusion)
  }

  /// The names in a file; nil for one that holds no EAGLE head.
  init?(_ file: any TensorFile) {
    let fusions = ["fc", "fusion_fc"], layers = ["midlayer.", "layers.0.", "transformer."]
    guard let fusion = fusions.first(where: { file.contains($0 + ".weight") }),
      let layer = layers.first(where: { file.contains($0 + LayerNames().attentionOutput + ".weight") })
    else { return nil }
    let isThird = file.contains(layer + Self.hiddenNorm + ".weight")
    self.init(isThird ? .eagle3 : .eagle1, layer: layer, fusion: fusion)
  }
}
