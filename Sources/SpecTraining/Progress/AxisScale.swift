import Foundation

/// A linear axis with ticks at round numbers.
struct AxisScale {
  /// What the axis spans, from its first tick to its last.
  let range: ClosedRange<Double>
  /// The distance of ticks: 1, 2 or 5 times a power of ten.
  let step: Double

  /// The least round range around numbers.
  ///
  /// - Parameters:
  ///   - values: finite numbers; none stand for 0 to 1.
  ///   - ticks: about how many ticks to have.
  init(around values: [Double], ticks: Int) {
    let low = values.min() ?? 0
    let high = values.max() ?? 1
    let span = high > low ? high - low : max(abs(high), 1)
    let raw = span / Double(max(1, ticks - 1))
    let power = pow(10, floor(log10(raw)))
    step = ([1, 2, 5].first { $0 * power >= raw * 0.999 } ?? 10) * power
    let first = floor(low / step + 1e-9)
    let last = max(first + 1, ceil(high / step - 1e-9))
    range = first * step...last * step
  }

  /// The positions of the ticks.
  var ticks: [Double] {
    let first = (range.lowerBound / step).rounded()
    let count = Int(((range.upperBound - range.lowerBound) / step).rounded())
    return (0...count).map { (first + Double($0)) * step }
  }

  /// Where a value lies, from 0 at the first tick to 1 at the last.
  func fraction(of value: Double) -> Double {
    (value - range.lowerBound) / (range.upperBound - range.lowerBound)
  }

  /// A tick as text with just the decimals that its step needs.
  func label(of tick: Double) -> String { AxisScale.text(tick, step: step) }

  /// A tick as text in thousands, millions or billions, the same for all ticks.
  func countLabel(of tick: Double) -> String {
    if tick == 0 { return "0" }
    let units: [(size: Double, suffix: String)] = [(1e9, "B"), (1e6, "M"), (1e3, "k")]
    guard let unit = units.first(where: { range.upperBound >= $0.size }) else { return label(of: tick) }
    return AxisScale.text(tick / unit.size, step: step / unit.size) + unit.suffix
  }

  private static func text(_ value: Double, step: Double) -> String {
    String(format: "%.\(max(0, Int(ceil(-log10(step) - 1e-9))))f", value)
  }
}
