/// What all plots have around them: a title, a legend, a note on the unit and room for the axes.
struct PlotFrame {
  static let width = 760.0
  private static let margin = 16.0
  var drawing: SVGDrawing
  /// The area between the axes.
  let left: Double
  let right = width - margin
  let top: Double
  let bottom: Double

  /// - Parameters:
  ///   - title: what is shown.
  ///   - note: what the values are, and their unit.
  ///   - series: the names in the legend with the numbers of their colors; empty for none.
  ///   - room: pixels for labels left of the area.
  ///   - area: the area's height.
  init(title: String, note: String, series: [(name: String, color: Int)], room: Double = 48, area: Double = 230) {
    var rows: [[Int]] = [[]]
    var used = 0.0
    for index in series.indices {
      let needed = 27 + SVGDrawing.width(of: series[index].name)
      if used + needed > Self.width - 2 * Self.margin, !(rows.last?.isEmpty ?? true) {
        rows.append([])
        used = 0
      }
      rows[rows.count - 1].append(index)
      used += needed
    }
    let legend = series.isEmpty ? 0 : Double(rows.count) * 18
    top = 56 + legend
    bottom = top + area
    left = max(room, 48)
    drawing = SVGDrawing(title: "\(title). \(note)", width: Self.width, height: bottom + 34)
    drawing.text(title, Self.margin, 24, style: "title")
    drawing.text(note, Self.margin, 41, style: "note")
    for (row, indices) in rows.enumerated() {
      var x = Self.margin
      for index in indices {
        let y = 60 + Double(row) * 18
        drawing.rectangle(x, y - 9, 10, 10, .series(series[index].color))
        drawing.text(series[index].name, x + 15, y)
        x += 27 + SVGDrawing.width(of: series[index].name)
      }
    }
  }

  /// Horizontal lines with their values at the left, each with the unit.
  mutating func drawValues(_ scale: PlotScale, unit: String = "") {
    for tick in scale.ticks {
      let y = scale.place(tick)
      drawing.line(left, y, right, y, .named("grid"))
      drawing.text(scale.label(tick) + unit, left - 8, y + 4, .end, style: "note")
    }
  }

  /// Vertical lines with their values below.
  mutating func drawColumns(_ scale: PlotScale) {
    for tick in scale.ticks {
      let x = scale.place(tick)
      drawing.line(x, top, x, bottom, .named("grid"))
      drawing.text(scale.label(tick), x, bottom + 18, .middle, style: "note")
    }
  }

  /// The axis at the bottom.
  mutating func drawBase() { drawing.line(left, bottom, right, bottom, .named("axis")) }
}
