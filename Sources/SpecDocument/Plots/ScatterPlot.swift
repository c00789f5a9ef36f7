/// Points by two numbers, the best of them joined to a frontier.
package struct ScatterPlot: PlotDrawing {
  /// Points of one color.
  package typealias Series = (name: String, points: [(x: Double, y: Double, label: String)])

  /// What is shown.
  package let title: String
  /// What the values are, and their unit.
  let note: String
  /// What the values below the drawing are.
  let columnTitle: String
  let series: [Series]
  /// Where the columns begin.
  package var leastColumn = 0.0
  /// A value of y to be marked by a line of its own.
  package var reference: Double?
  /// What stands after the values of y at the axis.
  package var unit = ""

  /// Makes a plot; the properties say what each value means.
  package init(title: String, note: String, columnTitle: String, series: [Series]) {
    (self.title, self.note, self.columnTitle, self.series) = (title, note, columnTitle, series)
  }

  /// The drawing.
  package var rendered: String {
    var frame = PlotFrame(title: title, note: note, series: series.enumerated().map { ($1.name, $0) }, area: 300)
    let points = series.flatMap(\.points)
    let scale = PlotScale(
      linearFrom: least(points),
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
    frame.drawValues(scale, unit: unit)
    frame.drawColumns(columns)
    frame.drawing.text(columnTitle, (frame.left + frame.right) / 2, frame.bottom + 30, .middle, style: "note")
    if let reference {
      let y = scale.place(reference)
      frame.drawing.line(frame.left, y, frame.right, y, .named("ink"))
    }
    let best = frontier(points).map { (x: columns.place($0.x), y: scale.place($0.y), label: $0.label) }
    frame.drawing.path(best.map { ($0.x, $0.y) }, .named("axis"))
    var room = LabelPlacement(left: frame.left, right: frame.right, top: frame.top, bottom: frame.bottom)
    for point in points { room.avoid((columns.place(point.x), scale.place(point.y))) }
    room.avoid(line: best.map { ($0.x, $0.y) })
    if let reference { room.avoid(line: [frame.left, frame.right].map { ($0, scale.place(reference)) }) }
    for point in best { draw(point, &room, &frame) }
    for (index, series) in series.enumerated() {
      for point in series.points {
        frame.drawing.dot(columns.place(point.x), scale.place(point.y), radius: 4, .series(index))
      }
    }
    frame.drawBase()
    return frame.drawing.rendered
  }

  /// Where the values begin: at a half that is below all.
  private func least(_ points: [(x: Double, y: Double, label: String)]) -> Double {
    let lowest = min(points.map(\.y).min() ?? 0, reference ?? .infinity)
    return max((2 * (lowest - 0.1)).rounded(.down) / 2, 0)
  }

  /// A label where there is room for one; what has none can be read from the table.
  private func draw(
    _ point: (x: Double, y: Double, label: String),
    _ room: inout LabelPlacement,
    _ frame: inout PlotFrame
  ) {
    guard let place = room.place(point.label, at: (point.x, point.y)) else { return }
    if let leader = place.leader { frame.drawing.path(leader, .named("leader")) }
    frame.drawing.text(point.label, place.x, place.y, style: "note")
  }

  /// The points that no other one exceeds in both numbers, from left to right.
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
