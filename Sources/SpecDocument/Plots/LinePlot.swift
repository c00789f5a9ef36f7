/// Lines over positions.
package struct LinePlot: PlotDrawing {
  /// A line with the number of its color.
  package struct Series: Sendable {
    /// How a line is drawn.
    package enum Style: Sendable {
      /// A line with a dot at each point.
      case dotted
      /// A line alone.
      case plain
      /// A thin and pale line, which has no entry in the legend.
      case faint
    }

    let name: String
    let color: Int
    let style: Style
    let points: [(x: Double, y: Double)]

    /// Makes a line; the color is a number of the palette.
    package init(name: String, color: Int, style: Style = .dotted, points: [(x: Double, y: Double)]) {
      (self.name, self.color, self.style, self.points) = (name, color, style, points)
    }
  }

  /// What the positions are.
  package enum Positions: Sendable {
    case numbers
    /// Small numbers, each with a tick of its own.
    case places
    /// Numbers of any size, in thousands, millions or billions.
    case counts
  }

  /// How the values are placed.
  package enum Values: Sendable {
    case fromZero
    case fromTheLeast
    case logarithmic
  }

  /// What is shown.
  package let title: String
  /// What the values are, and their unit.
  let note: String
  /// What the positions are.
  let positionTitle: String
  let series: [Series]
  /// How positions are named.
  package var positions = Positions.numbers
  /// How the values are placed.
  package var values = Values.fromZero

  /// Makes a plot; the properties say what each value means.
  package init(title: String, note: String, positionTitle: String, series: [Series]) {
    (self.title, self.note, self.positionTitle, self.series) = (title, note, positionTitle, series)
  }

  /// The drawing.
  package var rendered: String {
    let named = series.filter { $0.style != .faint }
    var frame = PlotFrame(title: title, note: note, series: named.map { ($0.name, $0.color) })
    let points = series.flatMap(\.points)
    let scale = scale(points.map(\.y), frame)
    frame.drawValues(scale)
    let most = points.map(\.x).max() ?? 1
    let columns = PlotScale(linearTo: most, from: frame.left, to: frame.right - 12)
    let ticks = positions == .places ? (1...max(Int(most), 1)).map(Double.init) : columns.ticks
    for tick in ticks {
      let label = positions == .counts ? columns.countLabel(tick) : NumberFormat.fixed(tick, decimals: 0)
      frame.drawing.text(label, columns.place(tick), frame.bottom + 16, .middle, style: "note")
    }
    frame.drawing.text(positionTitle, (frame.left + frame.right) / 2, frame.bottom + 30, .middle, style: "note")
    for line in series {
      draw(line, line.points.map { (x: columns.place($0.x), y: scale.place($0.y)) }, &frame)
    }
    frame.drawBase()
    return frame.drawing.rendered
  }

  private func scale(_ values: [Double], _ frame: PlotFrame) -> PlotScale {
    let most = values.max() ?? 1
    return switch self.values {
    case .fromZero: PlotScale(linearTo: most, from: frame.bottom, to: frame.top)
    case .fromTheLeast:
      PlotScale(linearFrom: values.min() ?? 0, linearTo: most, from: frame.bottom, to: frame.top)
    case .logarithmic: PlotScale(logarithmicFor: values, from: frame.bottom, to: frame.top)
    }
  }

  private func draw(_ line: Series, _ places: [(x: Double, y: Double)], _ frame: inout PlotFrame) {
    switch line.style {
    case .faint: frame.drawing.path(places, .series(line.color), isFaint: true)
    case .plain where places.count > 1: frame.drawing.path(places, .series(line.color))
    case .plain, .dotted:
      frame.drawing.path(places, .series(line.color))
      for place in places { frame.drawing.dot(place.x, place.y, radius: 2.5, .series(line.color)) }
    }
  }
}
