import Foundation

/// Places values along an axis.
struct PlotScale {
  let ticks: [Double]
  private let low: Double
  private let high: Double
  private let isLogarithmic: Bool
  private let start: Double
  private let end: Double

  /// Equal distances for equal differences.
  ///
  /// - Parameters:
  ///   - least: the value at which the axis begins; where ticks from there would need more decimals than the step, as
  ///     0.5, 1.5, 2.5 do, it begins at the multiple of the step below.
  ///   - most: the largest value to be shown.
  ///   - start: where the axis begins.
  ///   - end: where it ends.
  init(linearFrom least: Double = 0, linearTo most: Double, from start: Double, to end: Double) {
    // Where all values are alike there is no distance to divide.
    let step = Self.step((most > least ? most - least : max(abs(most), 1)) / 5)
    let unit = pow(10, -Double(Self.decimals(of: step)))
    let isRound = abs(least / unit - (least / unit).rounded()) < 1e-6
    let first = isRound ? least : (least / step).rounded(.down) * step
    let count = Int(((most - first) / step).rounded(.up))
    ticks = (0...max(count, 1)).map { first + Double($0) * step }
    (low, high, isLogarithmic) = (first, ticks.last ?? first + 1, false)
    (self.start, self.end) = (start, end)
  }

  /// Equal distances for equal ratios.
  ///
  /// - Parameters:
  ///   - values: what is to be shown, above zero.
  ///   - start: where the axis begins.
  ///   - end: where it ends.
  init(logarithmicFor values: [Double], from start: Double, to end: Double) {
    let positive = values.filter { $0 > 0 && $0.isFinite }
    let (least, most) = (positive.min() ?? 1, positive.max() ?? 10)
    let decades = Int(log10(least).rounded(.down)) - 1...Int(log10(most).rounded(.up)) + 1
    let steps = decades.flatMap { decade in [1.0, 2, 5].map { $0 * pow(10, Double(decade)) } }
    let first = steps.lastIndex { $0 <= least } ?? 0
    let last = steps.firstIndex { $0 >= most && $0 > steps[first] } ?? steps.count - 1
    ticks = Array(steps[first...max(last, first)])
    (low, high, isLogarithmic) = (ticks.first ?? 1, ticks.last ?? 10, true)
    (self.start, self.end) = (start, end)
  }

  /// Where a value lies; values outside lie on the nearer end.
  func place(_ value: Double) -> Double {
    let share =
      isLogarithmic
      ? log(max(value, low) / low) / max(log(high / low), 1e-9) : (value - low) / max(high - low, 1e-9)
    return start + min(max(share, 0), 1) * (end - start)
  }

  /// A tick's label, with as many decimals as the steps need.
  func label(_ tick: Double) -> String {
    let step = isLogarithmic ? tick : (ticks.count > 1 ? ticks[1] - ticks[0] : 1)
    return NumberFormat.fixed(tick, decimals: Self.decimals(of: step))
  }

  /// A tick's label in thousands, millions or billions, the same for all ticks.
  func countLabel(_ tick: Double) -> String {
    let units: [(size: Double, name: String)] = [(1e9, " B"), (1e6, " M"), (1e3, " K")]
    guard tick != 0, ticks.count > 1, let unit = units.first(where: { high >= $0.size }) else { return label(tick) }
    return NumberFormat.fixed(tick / unit.size, decimals: Self.decimals(of: (ticks[1] - ticks[0]) / unit.size))
      + unit.name
  }

  /// How many decimals multiples of a step need.
  private static func decimals(of step: Double) -> Int {
    step >= 1 || step <= 0 ? (step.rounded() == step ? 0 : 1) : Int((-log10(step)).rounded(.up))
  }

  /// The round step of 1, 2 or 5 times a power of ten that is not below a value.
  private static func step(_ value: Double) -> Double {
    let power = pow(10, log10(value).rounded(.down))
    return [1, 2, 5, 10].map { $0 * power }.first { $0 >= value * 0.999 } ?? 10 * power
  }
}
