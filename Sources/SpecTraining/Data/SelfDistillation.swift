import SpecKernels
import SpecModel

/// Continuations that the target writes itself, greedily: a drafter that learns from them sees the text that it will
/// have to guess (as Medusa's self-distillation; Cai et al. 2024, §2.3.2).
package final class SelfDistillation {
  private let target: Transformer
  private let cache: KVCache
  private let states: Activations
  private let normalized: Activations
  private let endTokens: Set<Token>
  private let capacity: Int

  /// - Parameters:
  ///   - target: the model that writes.
  ///   - capacity: most tokens of a prompt with its continuation.
  /// - Throws: ``SpecKernels/KernelError`` if there is not enough memory.
  package init(_ target: Transformer, capacity: Int) throws(KernelError) {
    self.target = target
    self.capacity = min(capacity, target.configuration.contextLength)
    cache = try target.makeCache(capacity: self.capacity)
    states = try Activations(capacity: self.capacity, width: target.configuration.hiddenSize)
    normalized = try Activations(capacity: 1, width: target.configuration.hiddenSize)
    endTokens = Set(target.configuration.endTokens)
  }

  /// Continues a prompt until an end token or the capacity.
  ///
  /// - Parameters:
  ///   - prompt: fewer tokens than the capacity; none give none.
  ///   - limit: most tokens of the continuation.
  ///   - check: called before each token; what it throws ends the text.
  /// - Returns: the prompt with its continuation, the end token included.
  /// - Throws: what `check` throws, ``SpecModel/NotFiniteLogits``.
  package func continued(
    _ prompt: [Token],
    atMost limit: Int = .max,
    check: () throws -> Void
  ) throws -> [Token] {
    var tokens = prompt
    cache.truncate(to: 0)
    while !tokens.isEmpty, tokens.count < capacity, tokens.count - prompt.count < limit {
      try check()
      let rows = states[rows: cache.count..<tokens.count]
      target.embed(tokens[cache.count...], into: rows)
      target.forward(rows, cache: cache)
      let last = normalized[rows: 0..<1]
      target.normalizeFinal(rows[rows.count - 1..<rows.count], into: last)
      let choice = target.context.choose(target.logits(of: last), withProbability: false)[0]
      guard choice.isFinite else { throw NotFiniteLogits(.target, at: tokens.count) }
      let token = Token(choice.index)
      tokens.append(token)
      if endTokens.contains(token) { break }
    }
    return tokens
  }
}
