/// Points by two figures, the best of them joined to a frontier.
struct ScatterPlot {
  var title: String
  var note: String
  var columnTitle: String
  /// Where the columns begin.
  var leastColumn = 0.0
  var series: [(name: String, points: [(x: Double, y: Double, label: String)])]
  /// A value of y to be marked by a line of its own.
  var reference: Double?

  var rendered: String {
    var frame = PlotFrame(title: title, note: note, series: series.enumerated().map { ($1.name, $0) }, area: 300)
    let points = series.flatMap(\.points)
    let scale = PlotScale(
      linearTo: max(points.map(\.y).max() ?? 1, reference ?? 0) * 1.05,
      from: frame.bottom,
      to: frame.top
    )
    let columns = PlotScale(
      linearFrom: leastColumn,
      linearTo: (points.map(\.x).max() ?? 1) * 1.02,
      from: frame.left,
      to: frame.right
    )
    frame.drawValues(scale)
    frame.drawColumns(columns)
    frame.drawing.text(columnTitle, (frame.left + frame.right) / 2, frame.bottom + 30, .middle, style: "note")
    if let reference {
      let y = scale.place(reference)
      frame.drawing.line(frame.left, y, frame.right, y, .named("ink"))
    }
    let frontier = frontier(points)
    frame.drawing.path(frontier.map { (columns.place($0.x), scale.place($0.y)) }, .named("axis"))
    for point in frontier {
      let (x, y) = (columns.place(point.x), scale.place(point.y))
      // A label that would run out of the drawing stands before its point.
      let isShort = x + 6 + SVGDrawing.width(of: point.label) <= frame.right
      frame.drawing.text(point.label, isShort ? x + 6 : x - 6, y - 7, isShort ? .start : .end, style: "note")
    }
    for (index, series) in series.enumerated() {
      for point in series.points {
        frame.drawing.dot(columns.place(point.x), scale.place(point.y), radius: 4, .series(index))
      }
    }
    frame.drawBase()
    return frame.drawing.rendered
  }

  /// The points that no other one exceeds in both figures, from left to right.
  private func frontier(
    _ points: [(x: Double, y: Double, label: String)]
  ) -> [(x: Double, y: Double, label: String)] {
    var best = -Double.infinity
    let descending = points.sorted { $0.x == $1.x ? $0.y > $1.y : $0.x > $1.x }.filter { point in
      defer { best = max(best, point.y) }
      return point.y > best
    }
    return descending.reversed()
  }
}
