/// A part of a pattern.
indirect enum PatternNode: Sendable {
  /// How a repetition chooses between going on and stopping.
  enum Greed: Sendable { case greedy, lazy, possessive }

  /// A condition on a place in the text.
  enum Anchor: Sendable { case textStart, textEnd, lastLineEnd, lineStart, lineEnd, wordBoundary, noWordBoundary }

  case empty
  case scalar(ScalarSet)
  case sequence([PatternNode])
  case choice([PatternNode])
  case repeated(PatternNode, minimum: Int, maximum: Int?, Greed)
  case lookahead(PatternNode, isNegated: Bool)
  case lookbehind(PatternNode, isNegated: Bool)
  case atomic(PatternNode)
  case anchor(Anchor)

  /// How many scalars every match has, nil if that differs.
  var fixedLength: Int? {
    switch self {
    case .empty, .lookahead, .lookbehind, .anchor: return 0
    case .scalar: return 1
    case .atomic(let node): return node.fixedLength
    case .sequence(let nodes):
      var sum = 0
      for node in nodes {
        guard let length = node.fixedLength else { return nil }
        sum += length
      }
      return sum
    case .choice(let nodes):
      let lengths = Set(nodes.map(\.fixedLength))
      return lengths.count == 1 ? lengths.first ?? nil : nil
    case .repeated(let node, let minimum, let maximum, _):
      guard minimum == maximum, let length = node.fixedLength else { return nil }
      let (product, overflows) = length.multipliedReportingOverflow(by: minimum)
      return overflows ? nil : product
    }
  }
}
