import SpecCore
import SpecModel

/// Autoregressive decoding: nothing is drafted, and each pass of the target gives one token. What every other method must
/// reproduce.
public final class Vanilla: Drafter {
  /// Drafts nothing.
  public func draft(_ context: DraftContext) -> Draft { context.root }
}

extension Vanilla {
  /// A decoder that drafts nothing.
  ///
  /// - Parameters:
  ///   - target: the model.
  ///   - sampling: how tokens are chosen.
  /// - Returns: the decoder.
  /// - Throws: `KernelError` if there is not enough memory.
  public static func decoder(target: Transformer, sampling: Sampling = .greedy) throws -> any Decoder {
    try SpeculativeDecoder(target: CachedModel(target), drafter: Vanilla(), sampling: sampling)
  }

  /// The registry's entry.
  static let method = Method(
    name: Baseline.method,
    summary: "One token for each pass of the whole target; the baseline and the judge of every other method.",
    paper: "–",
    verifiesByRejection: true,
    make: { _, resources in
      PreparedDecoder(
        decoder: try decoder(target: resources.target, sampling: resources.sampling),
        addedParameters: 0
      )
    }
  )
}
