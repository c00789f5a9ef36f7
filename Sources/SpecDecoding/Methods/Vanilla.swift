import SpecKernels
import SpecModel

/// Autoregressive decoding: one token, one pass of the whole target. What every other method must reproduce.
public final class Vanilla: Decoder {
  private let target: CachedModel
  private let chooser: TokenChooser
  private var last: Token = 0

  /// - Parameters:
  ///   - target: the model.
  ///   - sampling: how tokens are chosen.
  /// - Throws: `KernelError` if there is not enough memory.
  public init(target: Transformer, sampling: Sampling = .greedy) throws {
    self.target = try CachedModel(target)
    chooser = try TokenChooser(sampling, target: target)
  }

  /// Runs the prompt and gives the token after it.
  public func begin(_ prompt: [Token]) throws(NotFiniteLogits) -> Token? {
    target.truncate(to: 0)
    chooser.begin(prompt)
    return try next(prompt)
  }

  /// Runs the last token and gives the one after it.
  public func cycle(_ budget: CycleBudget) throws(NotFiniteLogits) -> Cycle {
    var timer = PhaseTimer()
    let token = try next([last])
    timer.mark(.verify)
    return Cycle(drafted: 0, nodes: 0, accepted: 0, tokens: [token], times: timer.times)
  }

  private func next(_ tokens: [Token]) throws(NotFiniteLogits) -> Token {
    let logits = target.logits(tokens, last: 1)
    last = try chooser.tokens(logits, at: [target.count])[0]
    return last
  }
}

extension Vanilla {
  /// The catalogue's entry.
  static let method = Method(
    name: "vanilla",
    summary: "One token for each pass of the whole target; the baseline and the judge of every other method.",
    paper: "–",
    settings: [],
    addedParameters: { _ in 0 },
    make: { _, resources in
      PreparedDecoder(
        decoder: try Vanilla(target: resources.target, sampling: resources.sampling),
        addedParameters: 0
      )
    },
    verifiesByRejection: true
  )
}
