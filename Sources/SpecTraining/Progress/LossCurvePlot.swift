import SpecDocument

/// Draws losses over training tokens.
package enum LossCurvePlot {
  /// The most points of a line; more cannot be told apart at this size.
  private static let linePoints = 400

  /// Draws series into one plot.
  ///
  /// - Parameters:
  ///   - title: what was trained.
  ///   - series: what was measured.
  /// - Returns: an SVG document, which follows from the arguments alone.
  package static func svg(title: String, series: [LossSeries]) -> String {
    var plot = LinePlot(
      title: title,
      note: "Loss in nats per token, with the last value of each line",
      positionTitle: "tokens",
      series: series.enumerated().flatMap { lines(of: $1, color: $0) }
    )
    (plot.positions, plot.values) = (.counts, .fromTheLeast)
    return plot.rendered
  }

  /// Losses of batches are noisy: a smoothed line lies over a faint one. Few and comparable losses have a dot each.
  private static func lines(of series: LossSeries, color: Int) -> [LinePlot.Series] {
    let points = series.points.filter(\.isFinite)
    switch series.kind {
    case .heldOut: return [line(series.name, points, color, .dotted)]
    case .batches:
      let faint = line("", points.thinned(to: linePoints), color, .faint)
      return [faint, line(series.name, points.smoothed.thinned(to: linePoints), color, .plain)]
    }
  }

  private static func line(
    _ name: String,
    _ points: [LossPoint],
    _ color: Int,
    _ style: LinePlot.Series.Style
  ) -> LinePlot.Series {
    let last = points.last.map { NumberFormat.fixed($0.loss, decimals: 3) } ?? "no data"
    return LinePlot.Series(
      name: "\(name): \(last)",
      color: color,
      style: style,
      points: points.map { ($0.tokens, $0.loss) }
    )
  }
}
