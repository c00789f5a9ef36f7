import Foundation
import SpecTestSupport
import SpecTraining
import Testing

struct LossCurvePlotTests {
  private func points(_ count: Int, from high: Double, to low: Double) -> [LossPoint] {
    (1...count).map { LossPoint(tokens: $0 * 8192, loss: low + (high - low) / Double($0)) }
  }

  private func plot(_ series: [LossSeries], title: String = "Target") -> String {
    LossCurvePlot.svg(title: title, series: series)
  }

  /// All "x,y" pairs of the lines.
  private func places(_ svg: String) -> [(x: Double, y: Double)] {
    svg.matches(of: /points="([^"]*)"/).flatMap { $0.output.1.split(separator: " ") }.compactMap { pair in
      let numbers = pair.split(separator: ",").compactMap { Double($0) }
      return numbers.count == 2 ? (numbers[0], numbers[1]) : nil
    }
  }

  @Test func linesStayInsideTheAxes() {
    let svg = plot([
      LossSeries(name: "training", kind: .batches, points: points(5000, from: 8.3, to: 2.13)),
      LossSeries(name: "held-out", kind: .heldOut, points: points(5, from: 9, to: 2.2)),
    ])
    let places = places(svg)
    #expect(places.count > 500 && places.count < 1000)
    #expect(places.allSatisfy { 48...744 ~= $0.x && 74...304 ~= $0.y })
    #expect(svg.matches(of: /<circle class="s1 fill" cx/).count == 5)
    #expect(svg.contains("40 M</text>") && svg.contains("tokens</text>"))
    #expect(svg.contains("training: 2.13") && svg.contains("held-out: 3.560"))
    #expect(svg.contains("@media (prefers-color-scheme:dark)"))
    #expect(!svg.contains("href") && !svg.contains("url("))
    #expect(
      svg
        == plot([
          LossSeries(name: "training", kind: .batches, points: points(5000, from: 8.3, to: 2.13)),
          LossSeries(name: "held-out", kind: .heldOut, points: points(5, from: 9, to: 2.2)),
        ])
    )
  }

  @Test func lossesThatFallAreDrawnFalling() {
    let svg = plot([LossSeries(name: "x", kind: .heldOut, points: points(20, from: 5, to: 1))])
    let places = places(svg)
    #expect(places.count == 20)
    #expect(zip(places, places.dropFirst()).allSatisfy { $0.x < $1.x && $0.y < $1.y })
  }

  @Test func smoothingKeepsAConstant() {
    let constant = (1...300).map { LossPoint(tokens: $0, loss: 2) }
    let svg = plot([LossSeries(name: "x", kind: .batches, points: constant)])
    #expect(Set(places(svg).map(\.y)).count == 1)
    #expect(svg.contains("x: 2.000"))
  }

  @Test(arguments: [0, 1, 2]) func fewPointsAreDrawn(count: Int) {
    let points = (0..<count).map { LossPoint(tokens: $0 * 100, loss: 3) }
    for kind in [LossSeries.Kind.batches, .heldOut] {
      let svg = plot([LossSeries(name: "x", kind: kind, points: points)])
      #expect(svg.hasSuffix("</svg>\n") && !svg.lowercased().contains("nan"))
      #expect(svg.contains("no data") == (count == 0))
    }
    #expect(plot([]).hasSuffix("</svg>\n"))
  }

  @Test func brokenLossesAreLeftOut() {
    var broken = points(10, from: 5, to: 1)
    broken += [LossPoint(tokens: 90_000, loss: .nan), LossPoint(tokens: 91_000, loss: .infinity)]
    let whole = LossSeries(name: "x", kind: .heldOut, points: points(10, from: 5, to: 1))
    #expect(plot([LossSeries(name: "x", kind: .heldOut, points: broken)]) == plot([whole]))
  }

  @Test func namesAreEscaped() {
    let svg = plot([LossSeries(name: "a<b", kind: .heldOut, points: [])], title: "\"R&D\" <x>")
    #expect(svg.contains("&quot;R&amp;D&quot; &lt;x&gt;") && svg.contains("a&lt;b"))
    #expect(!svg.contains("<x>") && !svg.contains("R&D"))
  }
}
