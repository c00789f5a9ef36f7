import SpecKernels
import SpecModel

/// Autoregressive decoding: one token, one pass of the whole target. What every other method must reproduce.
public final class Vanilla: Decoder {
  private let target: Transformer
  private let cache: KVCache
  private let states: HiddenStates
  private let normalized: Activations
  private var last: Token = 0

  /// - Parameter target: the model.
  /// - Throws: `KernelError` if there is not enough memory.
  public init(target: Transformer) throws {
    self.target = target
    let (context, width) = (target.configuration.contextLength, target.configuration.hiddenSize)
    cache = try target.makeCache(capacity: context)
    states = try HiddenStates(width: width, capacity: context)
    normalized = try Activations(capacity: 1, width: width)
  }

  /// Runs the prompt and gives the token after it.
  public func begin(_ prompt: [Token]) -> Token {
    cache.truncate(to: 0)
    return next(prompt)
  }

  /// Runs the last token and gives the one after it.
  public func cycle(_ budget: CycleBudget) -> Cycle {
    var timer = PhaseTimer()
    let token = next([last])
    timer.mark(\.verify)
    return Cycle(drafted: 0, nodes: 0, accepted: 0, tokens: [token], times: timer.times)
  }

  private func next(_ tokens: [Token]) -> Token {
    states.truncate(to: 0)
    let rows = states.append(tokens.count)
    target.embed(tokens, into: rows)
    target.forward(rows, cache: cache)
    let chosen = target.greedyTokens(after: rows[rows.count - 1..<rows.count], normalized: normalized[rows: 0..<1])
    last = chosen[0]
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
      PreparedDecoder(decoder: try Vanilla(target: resources.target), addedParameters: 0)
    }
  )
}
