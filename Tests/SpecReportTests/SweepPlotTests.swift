import Foundation
import SpecReport
import SpecStore
import Testing

/// The plot of a sweep, read from its drawing.
@Suite struct SweepPlotTests {
  private struct Label {
    let text: String
    let left, right, y: Double
  }

  /// Fourteen settings, each a little slower than the one before and with a little more accepted: all on the frontier, and
  /// so near each other that their names would cover one another beside their points.
  private static func record(in store: BenchmarkStore, best: Double = 2) throws -> Int64 {
    let settings = 14
    let decoders = (0..<settings).map { index in
      var decoder = Example.decoder(index + 1, "kangaroo-\(index)", method: "kangaroo")
      decoder.spec = "kangaroo:exit=2,steps=\(index + 2),threshold=0.\(index)"
      return decoder
    }
    let identifiers = try store.beginRun(
      Example.run,
      environment: Example.environment,
      decoders: [Example.decoder(0, "vanilla")] + decoders,
      prompts: (0..<3).map { Example.prompt($0, "qa", question: $0) }
    )
    for prompt in identifiers.prompts {
      for (index, decoder) in identifiers.decoders.enumerated() {
        let time = index == 0 ? Int(100_000 * best) : 100_000 + 500 * index
        let generation = Example.generation(decoder: decoder, prompt: prompt, decode: time)
        let cycles = (0..<100).map { cycle in
          let accepted = index == 0 ? 0 : (cycle < 40 + index ? 2 : 1)
          return CycleRecord(
            drafted: index == 0 ? 0 : 2,
            nodes: index == 0 ? 0 : 2,
            accepted: accepted,
            acceptLength: accepted + 1,
            emitted: accepted + 1,
            draftNanoseconds: 0,
            verifyNanoseconds: 100,
            overheadNanoseconds: 0
          )
        }
        let tokens = (0..<3).map { TokenRecord(tokenID: $0, cycle: nil, availableNanoseconds: 1000 + $0 * 500) }
        try store.record(generation, cycles: cycles, tokens: tokens)
      }
    }
    return identifiers.run
  }

  private static func labels(_ svg: String) -> [Label] {
    svg.matches(of: #/<text class="note" x="([\d.]+)" y="([\d.]+)" text-anchor="start">(steps=[^<]*)</text>/#).map {
      let left = Double($0.output.1) ?? 0
      let text = String($0.output.3)
      return Label(text: text, left: left, right: left + 6.2 * Double(text.count), y: Double($0.output.2) ?? 0)
    }
  }

  @Test func labelsDoNotCoverEachOther() throws {
    let workspace = try Workspace()
    let run = try Self.record(in: workspace.store)
    let plot = try #require(SweepReport.plot([RunSummary(store: workspace.store, run: run)]))
    let labels = Self.labels(plot.svg)
    #expect(labels.count >= 10, "\(plot.svg)")
    #expect(labels.allSatisfy { $0.left >= 0 && $0.right <= 760 })
    for (index, label) in labels.enumerated() {
      for other in labels[..<index] {
        let isApart = abs(label.y - other.y) >= 12 || label.right <= other.left || other.right <= label.left
        #expect(isApart, "\(label) and \(other)")
      }
    }
    let dots = plot.svg.matches(of: #/<circle [^>]*cx="([\d.]+)" cy="([\d.]+)"/#).compactMap { match in
      Double(match.output.1).flatMap { x in Double(match.output.2).map { (x: x, y: $0) } }
    }
    #expect(dots.count == 14)
    for label in labels {
      let covers = dots.contains { label.left < $0.x && $0.x < label.right && label.y - 9 < $0.y && $0.y < label.y + 1 }
      #expect(!covers, "\(label)")
    }
  }

  /// Labels at the left, which are rounded, name the values at which their lines lie, whatever the best speedup is.
  @Test(arguments: [1.4, 2.0, 2.9, 3.5, 4.6, 7.0, 12.0]) func labelsAreTheValuesOfTheirLines(best: Double) throws {
    let workspace = try Workspace()
    let run = try Self.record(in: workspace.store, best: best)
    let plot = try #require(SweepReport.plot([RunSummary(store: workspace.store, run: run)]))
    let texts = #/<text class="note" x="40(?:\.0)?" y="([\d.]+)" text-anchor="end">([\d.]+)x</text>/#
    let ticks = plot.svg.matches(of: texts).compactMap { match in
      Double(match.output.1).flatMap { y in Double(match.output.2).map { (value: $0, y: y - 4) } }
    }
    let (first, last) = (try #require(ticks.first), try #require(ticks.last))
    #expect(ticks.count >= 3 && Set(ticks.map(\.value)).count == ticks.count)
    let scale = (last.y - first.y) / (last.value - first.value)
    for tick in ticks { #expect(abs(first.y + scale * (tick.value - first.value) - tick.y) < 0.2, "\(tick)") }
    // The highest point is the fastest setting; its place has to read as its speedup.
    let dots = plot.svg.matches(of: #/<circle [^>]*cy="([\d.]+)"/#).compactMap { Double($0.output.1) }
    let highest = try #require(dots.min())
    #expect(abs(first.value + (highest - first.y) / scale - best) < 0.03 * best)
  }
}
