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
}
