import SpecDecoding
import SpecKernels
import SpecModel
import SpecStore

extension Difference {
  /// Where an output first differs from vanilla's; nil when both are the same.
  ///
  /// - Parameters:
  ///   - tokens: the output.
  ///   - vanilla: what it must be.
  init?(_ tokens: [Token], from vanilla: [Token]) {
    guard tokens != vanilla else { return nil }
    let position = zip(tokens, vanilla).prefix { $0 == $1 }.count
    self.init(
      position: position,
      expected: position < vanilla.count ? Int(vanilla[position]) : nil,
      found: position < tokens.count ? Int(tokens[position]) : nil
    )
  }

  /// The same with how clearly the target decides there, from one pass over what both outputs share.
  ///
  /// - Parameters:
  ///   - prompt: the prompt.
  ///   - vanilla: what the output must be.
  ///   - model: the model.
  ///   - sampling: how tokens are chosen.
  /// - Returns: the difference with its margin; without one where only one token could be drawn.
  /// - Throws: `KernelError` if there is not enough memory, `NotFiniteLogits`.
  func withMargin(
    after prompt: [Token],
    vanilla: [Token],
    model: LoadedModel,
    sampling: Sampling
  ) throws -> Difference {
    let margin = try LogitMargin(
      after: prompt,
      output: vanilla.prefix(position),
      target: model.target,
      sampling: sampling
    ).margin
    var difference = self
    difference.topTwoMargin = margin.isFinite ? Double(margin) : nil
    return difference
  }
}
