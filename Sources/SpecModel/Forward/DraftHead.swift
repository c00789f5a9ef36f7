import SpecKernels

/// The head that a drafter chooses tokens with: a model's whole head, or its rows for a draft vocabulary, the tokens that a
/// text has most often (FR-Spec, Zhao et al. 2025, arXiv 2502.14856, §4).
///
/// A logit has the bits that the whole head gives it. The rows are packed apart, once for all drafters that choose from the
/// same tokens.
public final class DraftHead {
  /// The token that each logit stands for, rising, so that equal logits go to the lowest token; nil where it is its place.
  public let vocabulary: [Token]?
  private let model: Transformer
  private let part: (matrix: PackedMatrix, logits: Activations)?

  /// - Parameter model: the model whose whole head it is.
  public init(_ model: Transformer) { (self.model, vocabulary, part) = (model, nil, nil) }

  fileprivate init(_ model: Transformer, over tokens: [Token]) throws(KernelError) {
    self.model = model
    vocabulary = tokens
    let matrix = try PackedMatrix(
      choosing: tokens.map(Int.init),
      of: model.headSource,
      columns: model.configuration.hiddenSize,
      type: model.weightType,
      context: model.context
    )
    part = (matrix, try Activations(capacity: Transformer.largestTree, width: tokens.count))
  }

  /// The logits of normalized rows; valid until the next call for the same model and tokens.
  ///
  /// - Parameter rows: at most ``Transformer/largestTree`` normalized states.
  /// - Returns: as many rows of logits, one for each token of the vocabulary.
  public func logits(of rows: ActivationRows) -> ActivationRows {
    guard let part else { return model.logits(of: rows) }
    let out = part.logits[rows: 0..<rows.count]
    model.multiply(rows, byHead: part.matrix, into: out)
    return out
  }
}

/// A head that lives as long as a drafter uses it.
struct WeakDraftHead {
  weak var head: DraftHead?
}

extension Transformer {
  /// The head over some tokens. Drafters that ask for the same tokens share its weights.
  ///
  /// - Parameter tokens: rising, at least one, all inside the vocabulary; nil for the whole head.
  /// - Returns: the head.
  /// - Throws: ``SpecKernels/KernelError`` if there is not enough memory.
  public func draftHead(over tokens: [Token]?) throws(KernelError) -> DraftHead {
    guard let tokens else { return DraftHead(self) }
    if let head = draftHeads[tokens]?.head { return head }
    let head = try DraftHead(self, over: tokens)
    draftHeads = draftHeads.filter { $0.value.head != nil }
    draftHeads[tokens] = WeakDraftHead(head: head)
    return head
  }
}
