import SpecFiles

/// A drawing in scalable vector graphics that follows the reader's light or dark mode.
struct SVGDrawing {
  /// On which side of its place a text stands.
  enum Anchor: String {
    case start, middle, end
  }

  /// What something is painted with.
  enum Paint {
    /// The n-th color of the series; they repeat after ``SVGDrawing/seriesColors``.
    case series(Int)
    /// A named class of the style sheet.
    case named(String)

    var className: String {
      switch self {
      case .series(let index): "s\(index % SVGDrawing.seriesColors)"
      case .named(let name): name
      }
    }
  }

  /// Number of different colors of series (the first after Okabe and Ito 2008, told apart by color-blind readers as well).
  static let seriesColors = lightColors.count
  private static let lightColors = [
    "#0072b2", "#d55e00", "#009e73", "#b0519a", "#8a6d00", "#3d9bd1", "#7a4fc0", "#5c6b73", "#a3243b",
    "#4d7c0f",
  ]
  private static let darkColors = [
    "#56b4e9", "#f2884b", "#2fc79a", "#e08ac8", "#e6c229", "#9ad2f5", "#b79bf0", "#a9b6bd", "#ff7d8f",
    "#b5d95a",
  ]

  let width: Double
  let height: Double
  private let title: String
  private var elements: [String] = []

  /// An empty drawing.
  ///
  /// - Parameters:
  ///   - title: what it shows, read out to those who cannot see it.
  ///   - width: in pixels.
  ///   - height: in pixels.
  init(title: String, width: Double, height: Double) {
    self.title = title
    self.width = width
    self.height = height
  }

  mutating func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ paint: Paint) {
    elements.append(
      "<line class=\"\(paint.className) stroke\" x1=\"\(n(x1))\" y1=\"\(n(y1))\" x2=\"\(n(x2))\" y2=\"\(n(y2))\"/>"
    )
  }

  mutating func rectangle(_ x: Double, _ y: Double, _ width: Double, _ height: Double, _ paint: Paint) {
    elements.append(
      "<rect class=\"\(paint.className) fill\" x=\"\(n(x))\" y=\"\(n(y))\" width=\"\(n(max(width, 0)))\" "
        + "height=\"\(n(max(height, 0)))\"/>"
    )
  }

  mutating func path(_ points: [(x: Double, y: Double)], _ paint: Paint, isFaint: Bool = false) {
    let list = points.map { "\(n($0.x)),\(n($0.y))" }.joined(separator: " ")
    let opacity = isFaint ? " opacity=\"0.3\"" : ""
    elements.append("<polyline class=\"\(paint.className) stroke\"\(opacity) points=\"\(list)\"/>")
  }

  mutating func dot(_ x: Double, _ y: Double, radius: Double = 3, _ paint: Paint) {
    elements.append("<circle class=\"\(paint.className) fill\" cx=\"\(n(x))\" cy=\"\(n(y))\" r=\"\(n(radius))\"/>")
  }

  mutating func text(_ text: String, _ x: Double, _ y: Double, _ anchor: Anchor = .start, style: String = "label") {
    elements.append(
      "<text class=\"\(style)\" x=\"\(n(x))\" y=\"\(n(y))\" text-anchor=\"\(anchor.rawValue)\">\(MarkupText.escaped(text))</text>"
    )
  }

  /// The drawing as the text of a file, or as an element to be put into HTML.
  var rendered: String {
    let size = "width=\"\(n(width))\" height=\"\(n(height))\" viewBox=\"0 0 \(n(width)) \(n(height))\""
    let head = "<svg xmlns=\"http://www.w3.org/2000/svg\" \(size) role=\"img\" class=\"plot\">"
    let ground = "<rect class=\"ground\" width=\"100%\" height=\"100%\" rx=\"6\"/>"
    return
      ([head, "<title>\(MarkupText.escaped(title))</title>", "<style>\(Self.style)</style>", ground] + elements + [
        "</svg>"
      ])
      .joined(separator: "\n") + "\n"
  }

  /// The colors and fonts, for light and for dark mode. The rules name the class `plot`, so that they stay inside the
  /// drawing when it is part of a page.
  static let style: String = {
    func colors(_ series: [String], ground: String, ink: String, faint: String, grid: String) -> String {
      let list = series.enumerated().map { ".plot .s\($0).fill{fill:\($1)}.plot .s\($0).stroke{stroke:\($1)}" }
      return list.joined() + ".plot .ground{fill:\(ground)}.plot .ground.stroke{stroke:\(ground);stroke-width:2}"
        + ".plot text{fill:\(ink)}.plot .note{fill:\(faint)}.plot .leader.stroke{stroke:\(faint);stroke-width:.75}"
        + ".plot .grid{stroke:\(grid)}.plot .axis{stroke:\(faint)}.plot .ink{stroke:\(ink)}.plot .ink.fill{fill:\(ink)}"
    }
    let light = colors(lightColors, ground: "#ffffff", ink: "#1f2328", faint: "#59636e", grid: "#e4e7eb")
    let dark = colors(darkColors, ground: "#0d1117", ink: "#f0f6fc", faint: "#9198a1", grid: "#2a3038")
    return ".plot text{font:11px system-ui,-apple-system,'Segoe UI',Helvetica,Arial,sans-serif}"
      + ".plot .title{font-size:13px;font-weight:600}.plot .stroke{fill:none;stroke-width:1.5}"
      + ".plot .grid{stroke-width:1}.plot .fill{stroke:none}\(light)@media (prefers-color-scheme:dark){\(dark)}"
  }()

  /// About how wide a text is, for placing what stands beside it; rather too wide, since fonts differ.
  static func width(of text: String) -> Double {
    text.reduce(0) { width, character in
      switch character {
      case "i", "j", "l", "f", "t", "r", ".", ",", ":", "(", ")", " ", "-", "|": width + 4.6
      case "m", "w", "M", "W", "%", "=": width + 10.8
      case "A"..."Z", "0"..."9": width + 7.4
      default: width + 7
      }
    }
  }

  private func n(_ value: Double) -> String {
    let text = NumberFormat.fixed(value.isFinite ? value : 0, decimals: 1)
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }
}
