/// Bars side by side in groups, each with the interval in which its value is known.
package struct BarPlot: PlotDrawing {
  /// One bar; without a value there is none.
  package struct Bar: Sendable {
    let value: Double?
    let interval: ClosedRange<Double>?

    /// Makes a bar.
    package init(value: Double?, interval: ClosedRange<Double>? = nil) {
      (self.value, self.interval) = (value, interval)
    }
  }

  /// Bars of one color, one for each group.
  package struct Series: Sendable {
    let name: String
    let color: Int
    let bars: [Bar]

    /// Makes a series; the color is a number of the palette.
    package init(name: String, color: Int, bars: [Bar]) {
      (self.name, self.color, self.bars) = (name, color, bars)
    }
  }

  /// What is shown.
  package let title: String
  /// What the values are, and their unit.
  let note: String
  let groups: [String]
  let series: [Series]
  /// A value to be marked by a line of its own.
  package var reference: Double?
  /// What stands after the values at the axis.
  package var unit = ""
  /// What the groups are; nil where their names say it.
  package var groupTitle: String?

  /// Makes a plot; the properties say what each value means.
  package init(title: String, note: String, groups: [String], series: [Series]) {
    (self.title, self.note, self.groups, self.series) = (title, note, groups, series)
  }

  /// The drawing.
  package var rendered: String {
    var frame = PlotFrame(title: title, note: note, series: series.map { ($0.name, $0.color) })
    let values = series.flatMap { $0.bars.compactMap(\.value) }
    let highest = max(values.max() ?? 1, reference ?? 0)
    // An interval that is very wide must not flatten the bars: it is cut at the top.
    let ends = series.flatMap { $0.bars.compactMap { $0.interval?.upperBound } }.filter { $0 < 1.6 * highest }
    let scale = PlotScale(linearTo: max(highest, ends.max() ?? 0) * 1.02, from: frame.bottom, to: frame.top)
    frame.drawValues(scale, unit: unit)
    let slot = (frame.right - frame.left) / Double(max(groups.count, 1))
    let width = min(slot * 0.82 / Double(max(series.count, 1)), 34)
    for (group, name) in groups.enumerated() {
      let middle = frame.left + (Double(group) + 0.5) * slot
      frame.drawing.text(name, middle, frame.bottom + 18, .middle)
      for (index, series) in series.enumerated() {
        let x = middle + (Double(index) - Double(self.series.count) / 2) * width
        draw(series.bars[group], from: x, width: width, paint: .series(series.color), scale: scale, in: &frame)
      }
    }
    if let groupTitle {
      frame.drawing.text(groupTitle, (frame.left + frame.right) / 2, frame.bottom + 31, .middle, style: "note")
    }
    if let reference {
      let y = scale.place(reference)
      frame.drawing.line(frame.left, y, frame.right, y, .named("ink"))
    }
    frame.drawBase()
    return frame.drawing.rendered
  }

  private func draw(
    _ bar: Bar,
    from x: Double,
    width: Double,
    paint: SVGDrawing.Paint,
    scale: PlotScale,
    in frame: inout PlotFrame
  ) {
    guard let value = bar.value else { return }
    let y = scale.place(value)
    frame.drawing.rectangle(x + 0.5, y, width - 1, frame.bottom - y, paint)
    guard let interval = bar.interval else { return }
    let (low, high, middle) = (scale.place(interval.lowerBound), scale.place(interval.upperBound), x + width / 2)
    let reach = min(width / 4, 4)
    frame.drawing.line(middle, low, middle, high, .named("ink"))
    frame.drawing.line(middle - reach, low, middle + reach, low, .named("ink"))
    // One that is cut has no end to be marked.
    guard interval.upperBound <= scale.ticks.last ?? .infinity else { return }
    frame.drawing.line(middle - reach, high, middle + reach, high, .named("ink"))
  }
}
