/// A loss measured after a number of training tokens.
package struct LossPoint: Equatable, Sendable {
  /// Tokens trained on so far.
  package let tokens: Double
  /// Nats per token.
  package let loss: Double

  /// - Parameters:
  ///   - tokens: tokens trained on so far.
  ///   - loss: nats per token.
  package init(tokens: Int, loss: Double) { self.init(Double(tokens), loss) }

  init(_ tokens: Double, _ loss: Double) {
    self.tokens = tokens
    self.loss = loss
  }

  var isFinite: Bool { tokens.isFinite && loss.isFinite }
}

/// Losses under one name.
package struct LossSeries: Equatable, Sendable {
  /// What was measured, which decides how it is drawn.
  package enum Kind: Sendable {
    /// One loss for each training batch: noisy, so a smoothed line lies over a faint one.
    case batches
    /// Losses on text held out of training: few and comparable, so each is a dot on a line.
    case heldOut
  }

  /// The name in the legend.
  package let name: String
  /// What was measured.
  package let kind: Kind
  /// The losses by rising tokens; those that are not finite are left out of a drawing.
  package let points: [LossPoint]

  /// - Parameters:
  ///   - name: the name in the legend.
  ///   - kind: what was measured.
  ///   - points: the losses by rising tokens.
  package init(name: String, kind: Kind, points: [LossPoint]) {
    self.name = name
    self.kind = kind
    self.points = points
  }
}

extension [LossPoint] {
  /// The mean over about a fiftieth of the points around each one; over fewer at the ends.
  var smoothed: [LossPoint] {
    let reach = count / 100
    var sums = [0.0]
    for point in self { sums.append((sums.last ?? 0) + point.loss) }
    return enumerated().map { index, point in
      let window = Swift.max(0, index - reach)..<Swift.min(count, index + reach + 1)
      return LossPoint(point.tokens, (sums[window.upperBound] - sums[window.lowerBound]) / Double(window.count))
    }
  }

  /// At most a number of points, each the mean of its neighbors.
  func thinned(to limit: Int) -> [LossPoint] {
    guard count > limit else { return self }
    return (0..<limit).map { part in
      let members = self[part * count / limit..<(part + 1) * count / limit]
      let size = Double(members.count)
      return LossPoint(members.reduce(0) { $0 + $1.tokens } / size, members.reduce(0) { $0 + $1.loss } / size)
    }
  }
}
