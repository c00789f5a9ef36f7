import SpecKernels

/// What the layers of a model consist of beside the matrices that all of them have: the parts in which one family of
/// architectures differs from another. One forward pass follows it.
public struct ModelParts: Sendable, Equatable {
  /// The names of a layer's tensors, which say too which normalizations there are.
  public var names = LayerNames()
  /// Whether queries, keys and values have biases.
  public var queryKeyValueBias = false
  /// Whether the projection at the end of the attention has a bias.
  public var attentionOutputBias = false
  /// Whether the three projections of the feed-forward block have biases.
  public var feedForwardBias = false
  /// The function of the gates in the feed-forward block.
  public var activation = GateActivation.silu
  /// What is added to the weights of every normalization: Gemma stores them as their difference from 1.
  public var normOffset: Float = 0
  /// Whether embeddings are multiplied by the square root of their width.
  public var scalesEmbedding = false
  /// Scores of the attention are divided by the square root of this; nil for the head dimension.
  public var queryScalar: Float?
  /// Scores of the attention become cap · tanh(score / cap); nil for none.
  public var scoreCap: Float?
  /// Logits become cap · tanh(logit / cap); nil for none.
  public var logitCap: Float?

  /// The parts of a plain Llama.
  public init() {}
}

/// The names of one layer's tensors, inside the layer's prefix (`model.layers.0.`). All but the normalizations name a
/// projection, whose tensors end with `.weight` and `.bias`.
public struct LayerNames: Sendable, Equatable {
  /// The normalization before the attention.
  public var attentionNorm = "input_layernorm"
  /// The normalization of the attention's output; nil for none.
  public var attentionOutputNorm: String?
  /// The normalization before the feed-forward block.
  public var feedForwardNorm = "post_attention_layernorm"
  /// The normalization of the feed-forward block's output; nil for none.
  public var feedForwardOutputNorm: String?
  /// The normalization of every query head; nil for none.
  public var queryNorm: String?
  /// The normalization of every key head; nil for none.
  public var keyNorm: String?
  /// Queries, keys and values: three projections, or one of all rows in that order.
  public var queryKeyValue = ["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"]
  /// The projection at the end of the attention.
  public var attentionOutput = "self_attn.o_proj"
  /// Gate and up projection: two, or one of all rows in that order.
  public var gateAndUp = ["mlp.gate_proj", "mlp.up_proj"]
  /// The projection at the end of the feed-forward block.
  public var down = "mlp.down_proj"

  /// The names in a plain Llama.
  public init() {}
}

/// A window of the attention: how far a position looks back in some of the layers.
public struct AttentionWindow: Sendable, Equatable {
  /// Positions that a position sees, itself the last of them.
  public var length: Int
  /// The layers that have the window; nil for all.
  public var layers: Set<Int>?

  /// - Parameters:
  ///   - length: positions that a position sees, itself included.
  ///   - layers: the layers that have the window; nil for all.
  public init(length: Int, layers: Set<Int>? = nil) {
    self.length = length
    self.layers = layers
  }

  /// Whether a layer has the window.
  public func covers(_ layer: Int) -> Bool { layers?.contains(layer) ?? true }
}

extension GateActivation {
  /// Its name in Hugging Face's files.
  var name: String {
    switch self {
    case .silu: "silu"
    case .geluTanh: "gelu_pytorch_tanh"
    }
  }

  /// The activations by all their names in Hugging Face's files.
  static let names: [String: GateActivation] = [
    "silu": .silu, "swish": .silu, "gelu_pytorch_tanh": .geluTanh, "gelu_new": .geluTanh, "gelu_fast": .geluTanh,
  ]
}
