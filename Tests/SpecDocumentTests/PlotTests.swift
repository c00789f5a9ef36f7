import SpecDocument
import SpecTestSupport
import Testing

/// What all plots have in common, read from their drawings.
@Suite struct PlotTests {
  private func line(_ values: [Double], _ change: (inout LinePlot) -> Void = { _ in }) -> LinePlot {
    let points = values.enumerated().map { (x: Double($0), y: $1) }
    var plot = LinePlot(
      title: "Title",
      note: "note",
      positionTitle: "place",
      series: [LinePlot.Series(name: "a", color: 0, points: points)]
    )
    change(&plot)
    return plot
  }

  /// The texts that stand at the left of the drawing.
  private func ticks(_ plot: LinePlot) -> [String] {
    plot.rendered.matches(of: #/<text class="note" x="40" [^>]*text-anchor="end">([^<]*)</#).map { String($0.output.1) }
  }

  @Test func ticksAreRoundNumbers() {
    #expect(ticks(line([0, 7])) == ["0", "2", "4", "6", "8"])
    #expect(ticks(line([2.13, 3.9]) { $0.values = .fromTheLeast }) == ["2.0", "2.5", "3.0", "3.5", "4.0"])
    #expect(ticks(line([0.3, 70]) { $0.values = .logarithmic }).first == "0.2")
  }

  /// Values that are all alike have no distance to be divided.
  @Test(arguments: [0, 2, -3.5]) func equalValuesHaveFewTicks(value: Double) {
    let ticks = ticks(line([value, value, value]) { $0.values = .fromTheLeast })
    #expect((2...8).contains(ticks.count) && ticks.allSatisfy { $0.count <= 5 }, "\(ticks)")
  }

  /// Positions of any size are readable.
  @Test(arguments: [
    (400, "400"), (4096.0, "4 K"), (2_500_000, "2.5 M"), (41_000_000, "40 M"), (3_000_000_000, "3 B"),
  ])
  func countsHaveUnits(most: Double, label: String) {
    var plot = LinePlot(
      title: "Title",
      note: "note",
      positionTitle: "tokens",
      series: [LinePlot.Series(name: "a", color: 0, points: [(0, 1), (most, 2)])]
    )
    plot.positions = .counts
    #expect(plot.rendered.contains(">\(label)</text>"), "\(plot.rendered)")
  }

  /// A faint line belongs to the line that lies over it: it has its color, and no name.
  @Test func faintLinesHaveNoName() throws {
    let series = [
      LinePlot.Series(name: "raw", color: 3, style: .faint, points: [(0, 1), (1, 2)]),
      LinePlot.Series(name: "smooth", color: 3, style: .plain, points: [(0, 1), (1, 2)]),
    ]
    let plot = LinePlot(title: "Title", note: "note", positionTitle: "place", series: series)
    let lines = try MarkupReader(plot.rendered).elements.filter { $0.name == "polyline" }.map(\.attributes)
    #expect(lines.map { $0["class"] } == ["s3 stroke", "s3 stroke"] && lines.map { $0["opacity"] } == ["0.3", nil])
    #expect(plot.rendered.contains(">smooth</text>") && !plot.rendered.contains("raw"))
    #expect(!plot.rendered.contains("<circle"))
  }
}
