import SpecDecoding
import SpecKernels
import SpecModel

/// Continuations that the target writes itself, greedily: a drafter that learns from them sees the text that it will
/// have to guess (as Medusa's self-distillation; Cai et al. 2024, §2.3.2).
package final class SelfDistillation {
  private let batch: BatchedGeneration
  private let endTokens: Set<Token>
  private let capacity: Int

  /// - Parameters:
  ///   - target: the model that writes.
  ///   - capacity: most tokens of a prompt with its continuation.
  /// - Throws: ``SpecKernels/KernelError`` if there is not enough memory.
  package init(_ target: Transformer, capacity: Int) throws(KernelError) {
    self.capacity = min(capacity, target.configuration.contextLength)
    batch = try BatchedGeneration(target, places: 1)
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
    let rules = StopRules(endTokens: endTokens, maximumNewTokens: limit, contextLength: capacity)
    var (next, text): (BatchedGeneration.Request?, [Token]) = (.init(prompt: prompt, rules: rules), prompt)
    try batch.write {
      defer { next = nil }
      return next
    } check: {
      try check()
    } finished: { _, output in
      text += output.tokens
      return true
    }
    return text
  }
}
