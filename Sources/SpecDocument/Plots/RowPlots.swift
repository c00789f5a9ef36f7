/// Distributions beside each other, one row each: a box from the 25th to the 75th percentile with the median, and
/// whiskers to the 5th and the 95th.
package struct BoxPlot: PlotDrawing {
  /// The quantiles that a row shows.
  package static let shares = [0.05, 0.25, 0.5, 0.75, 0.95]

  /// What is shown.
  package let title: String
  /// What the values are, and their unit.
  let note: String
  let rows: [(name: String, quantiles: [Double])]

  /// Makes a plot.
  ///
  /// - Parameters:
  ///   - title: what is shown.
  ///   - note: what the values are, and their unit.
  ///   - rows: the names with the quantiles of ``shares``; a row with another number of them stays empty.
  package init(title: String, note: String, rows: [(name: String, quantiles: [Double])]) {
    (self.title, self.note, self.rows) = (title, note, rows)
  }

  /// The drawing.
  package var rendered: String {
    let room = 24 + SVGDrawing.width(of: rows.map(\.name).max { $0.count < $1.count } ?? "")
    var frame = PlotFrame(title: title, note: note, series: [], room: room, area: Double(rows.count) * 30 + 10)
    let ends = rows.flatMap { [$0.quantiles.first, $0.quantiles.last] }.compactMap(\.self)
    let scale = PlotScale(logarithmicFor: ends, from: frame.left, to: frame.right - 12)
    frame.drawColumns(scale)
    for (index, row) in rows.enumerated() {
      let middle = frame.top + 20 + Double(index) * 30
      frame.drawing.text(row.name, frame.left - 10, middle + 4, .end)
      let places = row.quantiles.map(scale.place)
      guard places.count == Self.shares.count else { continue }
      frame.drawing.line(places[0], middle, places[4], middle, .series(index))
      for end in [places[0], places[4]] { frame.drawing.line(end, middle - 5, end, middle + 5, .series(index)) }
      frame.drawing.rectangle(places[1], middle - 9, max(places[3] - places[1], 1), 18, .series(index))
      frame.drawing.line(places[2], middle - 9, places[2], middle + 9, .named("ground"))
    }
    frame.drawBase()
    return frame.drawing.rendered
  }
}

/// Shares of a whole, one row each.
package struct ShareBarPlot: PlotDrawing {
  /// What is shown.
  package let title: String
  /// What the values are, and their unit.
  let note: String
  let parts: [String]
  let rows: [(name: String, shares: [Double])]

  /// Makes a plot.
  ///
  /// - Parameters:
  ///   - title: what is shown.
  ///   - note: what the values are, and their unit.
  ///   - parts: the names of the parts.
  ///   - rows: the names with shares between 0 and 1, in the order of the parts.
  package init(title: String, note: String, parts: [String], rows: [(name: String, shares: [Double])]) {
    (self.title, self.note, self.parts, self.rows) = (title, note, parts, rows)
  }

  /// The drawing.
  package var rendered: String {
    let room = 24 + SVGDrawing.width(of: rows.map(\.name).max { $0.count < $1.count } ?? "")
    var frame = PlotFrame(
      title: title,
      note: note,
      series: parts.enumerated().map { ($1, $0) },
      room: room,
      area: Double(rows.count) * 30 + 10
    )
    let scale = PlotScale(linearTo: 100, from: frame.left, to: frame.right - 12)
    frame.drawColumns(scale)
    for (index, row) in rows.enumerated() {
      let middle = frame.top + 20 + Double(index) * 30
      frame.drawing.text(row.name, frame.left - 10, middle + 4, .end)
      var sum = 0.0
      for (part, share) in row.shares.enumerated() where share > 0 {
        let (start, end) = (scale.place(sum * 100), scale.place((sum + share) * 100))
        frame.drawing.rectangle(start, middle - 9, end - start, 18, .series(part))
        sum += share
      }
    }
    frame.drawBase()
    return frame.drawing.rendered
  }
}
