import CSpecKernels

/// Which tokens may be drawn from a row of logits, and how freely.
public struct SamplingLimits: Sendable, Equatable {
  /// What logits are divided by before their softmax; 0 always takes the largest.
  public var temperature: Float
  /// Only this many tokens may be drawn, the likeliest, equals by lowest id; 0 for all.
  public var topK: Int
  /// Of what `topK` leaves, only the fewest likeliest tokens that together have this share of the probability may be
  /// drawn; 1 for all.
  public var topP: Float

  /// - Parameters:
  ///   - temperature: at least 0.
  ///   - topK: 0 for all.
  ///   - topP: above 0, at most 1.
  public init(temperature: Float, topK: Int = 0, topP: Float = 1) {
    self.temperature = temperature
    self.topK = topK
    self.topP = topP
  }
}

extension ComputeContext {
  /// Turns rows of logits, in place, into rows whose largest number is a draw from softmax(logits / temperature): the
  /// tokens that the limits leave out become −∞, the others logit + temperature · Gumbel noise (the Gumbel-max trick).
  ///
  /// - Parameters:
  ///   - x: rows of logits.
  ///   - limits: a temperature above 0, and which tokens may be drawn.
  ///   - noise: for each row the key that its noise follows from, token by token; nil adds no noise.
  ///   - tokens: the token that each number of a row stands for, where it is not its place: it gets that token's noise.
  /// - Returns: the first row that is not finite, which stays as it is; nil if all are.
  @discardableResult
  public func perturb(
    _ x: ActivationRows,
    _ limits: SamplingLimits,
    noise: [UInt64]?,
    tokens: [Int32]? = nil
  ) -> Int? {
    defer { withExtendedLifetime(x) {} }
    precondition(limits.temperature > 0 && limits.topK >= 0 && limits.topP > 0, "limits that nothing can be drawn from")
    precondition(noise?.count ?? x.count == x.count, "a noise key for each row")
    precondition(tokens?.count ?? x.width == x.width, "a token for each number of a row")
    var isFinite = [Int32](repeating: 1, count: x.count)
    let done = withOptionalPointer(to: noise) { noise in
      withOptionalPointer(to: tokens) { tokens in
        var sampling = sk_sampling(
          temperature: limits.temperature,
          top_k: limits.topK,
          top_p: limits.topP,
          tokens: tokens
        )
        return sk_perturb(&native, x.pointer, x.stride, x.count, x.width, &sampling, noise, &isFinite)
      }
    }
    precondition(done, "no memory for sampling")
    return isFinite.firstIndex(of: 0)
  }
}

private func withOptionalPointer<Element, Result>(
  to array: [Element]?,
  _ body: (UnsafePointer<Element>?) -> Result
) -> Result {
  guard let array else { return body(nil) }
  return array.withUnsafeBufferPointer { body($0.baseAddress) }
}

/// The canonical exponential: the same bits on every machine.
public func canonicalExponential(_ x: Float) -> Float { sk_exp(x) }
