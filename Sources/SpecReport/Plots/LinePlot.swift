/// Lines over positions.
struct LinePlot {
  /// A line with its colour's number.
  struct Series {
    var name: String
    var color: Int
    var points: [(x: Double, y: Double)]
  }

  var title: String
  var note: String
  var positionTitle: String
  var series: [Series]
  var isLogarithmic = false
  /// Whether positions are small counts, each with a tick of its own.
  var hasWholePositions = false

  var rendered: String {
    var frame = PlotFrame(title: title, note: note, series: series.map { ($0.name, $0.color) })
    let points = series.flatMap(\.points)
    let scale =
      isLogarithmic
      ? PlotScale(logarithmicFor: points.map(\.y), from: frame.bottom, to: frame.top)
      : PlotScale(linearTo: points.map(\.y).max() ?? 1, from: frame.bottom, to: frame.top)
    frame.drawValues(scale)
    let most = points.map(\.x).max() ?? 1
    let columns = PlotScale(linearTo: most, from: frame.left, to: frame.right - 12)
    let ticks = hasWholePositions ? (1...max(Int(most), 1)).map(Double.init) : columns.ticks
    for tick in ticks {
      frame.drawing.text(
        NumberFormat.fixed(tick, decimals: 0),
        columns.place(tick),
        frame.bottom + 16,
        .middle,
        style: "note"
      )
    }
    frame.drawing.text(positionTitle, (frame.left + frame.right) / 2, frame.bottom + 30, .middle, style: "note")
    for line in series {
      let places = line.points.map { (x: columns.place($0.x), y: scale.place($0.y)) }
      frame.drawing.path(places, .series(line.color))
      for place in places { frame.drawing.dot(place.x, place.y, radius: 2.5, .series(line.color)) }
    }
    frame.drawBase()
    return frame.drawing.rendered
  }
}
