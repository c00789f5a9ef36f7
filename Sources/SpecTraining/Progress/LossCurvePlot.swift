import Foundation
import SpecFiles

/// Draws losses over training tokens as an SVG that stands alone and follows the reader's light or dark mode.
public enum LossCurvePlot {
  /// The most points of a line; more cannot be told apart at this size.
  private static let linePoints = 400

  /// Draws series into one plot.
  ///
  /// - Parameters:
  ///   - title: what was trained.
  ///   - series: what was measured; up to six keep colours of their own.
  /// - Returns: an SVG document, which follows from the arguments alone.
  public static func svg(title: String, series: [LossSeries]) -> String {
    let drawings = series.map(Drawing.init)
    let rows = legendRows(drawings)
    let frame = Frame(top: 46 + 20 * Double(rows.count), points: drawings.flatMap { $0.line + $0.background })
    var parts = [
      #"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 720 420" width="720" height="420" role="img" "#
        + #"aria-label="\#(MarkupText.escaped(title))">"#,
      style,
      #"<rect class="surface" width="720" height="420" rx="6"/>"#,
      #"<text class="title" x="16" y="28">\#(MarkupText.escaped(title))</text>"#,
    ]
    parts += legend(rows) + frame.axes
    parts += drawings.enumerated().flatMap { $1.marks(colour: $0 % colours.count, frame: frame) }
    parts.append("</svg>")
    return parts.joined(separator: "\n") + "\n"
  }

  /// A series as it is drawn.
  private struct Drawing {
    let name: String
    let kind: LossSeries.Kind
    /// The line that the eye follows.
    let line: [LossPoint]
    /// What the line smooths.
    let background: [LossPoint]

    init(_ series: LossSeries) {
      let points = series.points.filter(\.isFinite)
      name = series.name
      kind = series.kind
      line = kind == .batches ? points.smoothed.thinned(to: linePoints) : points
      background = kind == .batches ? points.thinned(to: linePoints) : []
    }

    /// The name with the last loss.
    var label: String { line.last.map { "\(name): \(String(format: "%.3f", $0.loss))" } ?? "\(name): no data" }

    func marks(colour: Int, frame: Frame) -> [String] {
      var marks: [String] = []
      if background.count > 1 {
        marks.append(#"<polyline class="line faint s\#(colour)" points="\#(frame.path(background))"/>"#)
      }
      if line.count > 1 { marks.append(#"<polyline class="line s\#(colour)" points="\#(frame.path(line))"/>"#) }
      if kind == .heldOut || line.count == 1 {
        marks += line.map { point in
          let place = frame.place(of: point)
          return #"<circle class="dot s\#(colour)" cx="\#(place.x)" cy="\#(place.y)" r="3.5"/>"#
        }
      }
      return marks
    }
  }
}

/// Axes.
extension LossCurvePlot {
  /// The rectangle between the axes, and what it spans.
  private struct Frame {
    private let left = 62.0
    private let right = 700.0
    private let bottom = 370.0
    private let top: Double
    private let tokens: AxisScale
    private let loss: AxisScale

    init(top: Double, points: [LossPoint]) {
      self.top = top
      tokens = AxisScale(around: points.map(\.tokens) + (points.isEmpty ? [] : [0]), ticks: 7)
      loss = AxisScale(around: points.map(\.loss), ticks: 7)
    }

    func place(of point: LossPoint) -> (x: String, y: String) { (x(point.tokens), y(point.loss)) }

    func path(_ points: [LossPoint]) -> String {
      points.map { "\(x($0.tokens)),\(y($0.loss))" }.joined(separator: " ")
    }

    private func x(_ tokens: Double) -> String {
      pixels(left + self.tokens.fraction(of: tokens) * (right - left))
    }

    private func y(_ loss: Double) -> String {
      pixels(bottom - self.loss.fraction(of: loss) * (bottom - top))
    }

    var axes: [String] {
      let (left, right, bottom) = (pixels(left), pixels(right), pixels(bottom))
      let horizontal = loss.ticks.map { tick in
        #"<line class="grid" x1="\#(left)" x2="\#(right)" y1="\#(y(tick))" y2="\#(y(tick))"/>"#
          + #"<text class="tick end" x="54" y="\#(y(tick))" dy="4">\#(loss.label(of: tick))</text>"#
      }
      let vertical = tokens.ticks.map { tick in
        #"<line class="axis" x1="\#(x(tick))" x2="\#(x(tick))" y1="\#(bottom)" y2="\#(pixels(self.bottom + 5))"/>"#
          + #"<text class="tick middle" x="\#(x(tick))" y="388">\#(tokens.countLabel(of: tick))</text>"#
      }
      return horizontal + vertical + [
        #"<line class="axis" x1="\#(left)" x2="\#(right)" y1="\#(bottom)" y2="\#(bottom)"/>"#,
        #"<text class="tick middle" x="381" y="408">tokens</text>"#,
        #"<text class="tick middle" transform="translate(16 \#(pixels((self.top + self.bottom) / 2))) rotate(-90)">"#
          + "loss (nats per token)</text>",
      ]
    }
  }

  private static func pixels(_ value: Double) -> String { String(format: "%.1f", value) }
}

/// The legend, in as many rows as its names need.
extension LossCurvePlot {
  private typealias LegendEntry = (x: Double, colour: Int, drawing: Drawing)

  private static func legendRows(_ drawings: [Drawing]) -> [[LegendEntry]] {
    var rows: [[LegendEntry]] = []
    var end = Double.infinity
    for (index, drawing) in drawings.enumerated() {
      let width = 46 + 6.6 * Double(drawing.label.count)
      if end + width > 704 {
        rows.append([])
        end = 16
      }
      rows[rows.count - 1].append((end, index % colours.count, drawing))
      end += width
    }
    return rows
  }

  private static func legend(_ rows: [[LegendEntry]]) -> [String] {
    rows.enumerated().flatMap { row, entries in
      entries.map { entry in
        let y = 48 + 20 * row
        let middle = pixels(entry.x + 11)
        let dot =
          entry.drawing.kind == .heldOut
          ? #"<circle class="dot s\#(entry.colour)" cx="\#(middle)" cy="\#(y)" r="3.5"/>"# : ""
        let (start, end, text) = (pixels(entry.x), pixels(entry.x + 22), pixels(entry.x + 28))
        return #"<line class="line s\#(entry.colour)" x1="\#(start)" x2="\#(end)" y1="\#(y)" y2="\#(y)"/>"#
          + dot
          + #"<text class="name" x="\#(text)" y="\#(y)" dy="4">\#(MarkupText.escaped(entry.drawing.label))</text>"#
      }
    }
  }
}

/// Colours and text.
extension LossCurvePlot {
  /// Distinguishable by people with colour blindness, on light and on dark ground.
  private static let colours: [(light: String, dark: String)] = [
    ("#2a78d6", "#5b9df0"), ("#c8500a", "#f0883e"), ("#138a5b", "#3fc58c"), ("#8a4fc7", "#b68af0"),
    ("#b8327a", "#ee7ab3"), ("#7a6a00", "#d6bf3a"),
  ]

  private static var style: String {
    func rules(surface: String, text: String, muted: String, grid: String, axis: String, series: [String]) -> String {
      let ground = ".surface{fill:\(surface)}.title,.name{fill:\(text)}.tick{fill:\(muted)}"
      let lines = ".grid{stroke:\(grid)}.axis{stroke:\(axis)}.dot{stroke:\(surface)}"
      let colours = series.enumerated().map { ".line.s\($0){stroke:\($1)}.dot.s\($0){fill:\($1)}" }.joined()
      return ground + lines + colours
    }
    let light = rules(
      surface: "#ffffff",
      text: "#1c1c1a",
      muted: "#5f5f5a",
      grid: "#e7e7e2",
      axis: "#a9a9a2",
      series: colours.map(\.light)
    )
    let dark = rules(
      surface: "#191a1c",
      text: "#f0f0ec",
      muted: "#a8a8a2",
      grid: "#303134",
      axis: "#6b6c70",
      series: colours.map(\.dark)
    )
    return """
      <style>
      text{font-family:system-ui,-apple-system,"Segoe UI",Helvetica,Arial,sans-serif;font-size:12px}
      .title{font-size:16px;font-weight:600}.end{text-anchor:end}.middle{text-anchor:middle}
      .line{fill:none;stroke-width:2;stroke-linejoin:round}.faint{stroke-width:1;opacity:.3}.dot{stroke-width:1}
      \(light)
      @media (prefers-color-scheme:dark){\(dark)}
      </style>
      """
  }
}
