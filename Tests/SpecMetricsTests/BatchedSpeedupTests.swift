import Foundation
import SpecMetrics
import SpecStore
import SpecTestSupport
import Testing

/// A run whose passes take exactly what a T(m) says: vanilla, and a decoder of given cycles.
private struct ExactRun {
  /// What a cycle of the decoder does; its draft takes `draft` nanoseconds.
  struct Shape {
    var drafted: Int
    var nodes: Int? = nil
    var accepted: Int
    var emitted: Int? = nil
    var draft = 0
    var rest = 0
    var passPositions: Int? = nil
  }

  let explained: ExplainedSpeedup
  let cycles: CycleTally
  let curve: CostCurve
  let time: (Int) -> Int
  private let example: ExampleRun

  var batched: BatchedSpeedup {
    get throws { try #require(BatchedSpeedup(explained, cycles: cycles, curve: curve)) }
  }

  init(_ shapes: [Shape], measuredTo most: Int = 128, time: @escaping (Int) -> Int) throws {
    self.time = time
    example = try ExampleRun()
    let cycles = shapes.map { shape in
      let positions = shape.passPositions ?? (shape.nodes ?? shape.drafted) + 1
      var cycle = Example.cycle(
        drafted: shape.drafted,
        nodes: shape.nodes,
        accepted: shape.accepted,
        emitted: shape.emitted,
        draft: shape.draft,
        verify: time(positions),
        overhead: shape.rest
      )
      cycle.passPositions = shape.passPositions
      return cycle
    }
    let tokens = cycles.reduce(0) { $0 + $1.emitted }
    let decode = cycles.reduce(0) { $0 + $1.draftNanoseconds + $1.verifyNanoseconds + $1.overheadNanoseconds }
    try example.store.record(
      Example.generation(example.decoders[0], example.prompts[0], decode: tokens * time(1), tokens: tokens + 1),
      cycles: (0..<tokens).map { _ in Example.cycle(drafted: 0, accepted: 0, verify: time(1)) },
      tokens: []
    )
    try example.store.record(
      Example.generation(example.decoders[1], example.prompts[0], decode: decode, tokens: tokens + 1, lossless: true),
      cycles: cycles,
      tokens: []
    )
    let sizes = [1, 2, 3, 4, 6, 8, 12, 16, 32, 64, 128].filter { $0 <= most }
    let costs = sizes.map { PassCost(positions: $0, milliseconds: Double(time($0)) / 1e6, context: 100, samples: 3) }
    curve = try #require(CostCurve(costs))
    let metrics = try example.store.metrics(of: example.run)
    self.cycles = try #require(metrics.cycles[example.decoders[1]])
    explained = try #require(
      ExplainedSpeedup(
        metrics.metrics(of: example.decoders[1], in: .overall),
        vanilla: metrics.metrics(of: example.decoders[0], in: .overall),
        cycles: self.cycles,
        curve: curve
      )
    )
  }
}

/// Predictions for several sequences at once, in worlds where the answer is known.
@Suite struct BatchedSpeedupTests {
  private static func linear(_ positions: Int) -> Int { 1_000_000 + 100_000 * positions }
  private static func flat(_ positions: Int) -> Int { 2_000_000 }
  private static func proportional(_ positions: Int) -> Int { 50_000 * positions }

  private static let shapes: [ExactRun.Shape] = [
    .init(drafted: 4, accepted: 4, draft: 300_000), .init(drafted: 4, accepted: 1, draft: 300_000),
    .init(drafted: 2, accepted: 0, draft: 150_000), .init(drafted: 0, accepted: 0),
  ]

  private func near(_ one: Double, _ other: Double) -> Bool { abs(one - other) <= 1e-9 * max(abs(one), abs(other)) }

  @Test func oneSequenceIsTheExplainedSpeedup() throws {
    for time in [Self.linear, Self.flat, Self.proportional] {
      let run = try ExactRun(Self.shapes, time: time)
      let points = try run.batched.points
      #expect(points.map(\.batch) == Array(1...64))
      #expect(near(points[0].speedup, run.explained.predicted))
    }
  }

  /// A pass that costs the same whatever it computes: batches change nothing.
  @Test func flatCostsGiveTheSameSpeedupForAllBatches() throws {
    let shapes = [0, 1, 3].map { ExactRun.Shape(drafted: 3, accepted: $0, draft: 200_000) }
    let run = try ExactRun(shapes, time: Self.flat)
    for point in try run.batched.points { #expect(near(point.speedup, run.explained.predicted)) }
    #expect(try run.batched.losesFrom == nil)
    // Drafts of different lengths make short ones wait for the longest.
    let waiting = try ExactRun(Self.shapes, time: Self.flat).batched.points.map(\.speedup)
    #expect(zip(waiting, waiting.dropFirst()).allSatisfy { $0 >= $1 - 1e-12 } && waiting[63] < waiting[0])
  }

  /// Where a position costs the same however many there are, speculation gains nothing: S is the share of the computed
  /// positions that became tokens.
  @Test func proportionalCostsGiveTokensPerPosition() throws {
    let shapes = [3, 2, 0].map { ExactRun.Shape(drafted: 4, accepted: $0) }
    let run = try ExactRun(shapes, time: Self.proportional)
    for point in try run.batched.points { #expect(near(point.speedup, 8.0 / 15)) }
    #expect(try run.batched.losesFrom == 1)
    // Fixed costs pay for speculation as long as they count.
    let mixed = try ExactRun(shapes, time: Self.linear).batched
    let speedups = mixed.points.map(\.speedup)
    #expect(zip(speedups, speedups.dropFirst()).allSatisfy { $0 > $1 } && speedups[63] > 8.0 / 15)
    let crossing = try #require(mixed.losesFrom)
    #expect(speedups[crossing - 2] >= 1 && speedups[crossing - 1] < 1)
    // 8/3 × T(B) = T(5 B), which is 8/3 × (1 + 0.1 B) = 1 + 0.5 B, at B = 7.1.
    #expect(crossing == 8)
  }

  @Test func whatLiesBeyondTheMeasuredPassesIsMarked() throws {
    for most in [64, 128] {
      let run = try ExactRun(Self.shapes, measuredTo: most, time: Self.linear)
      let points = try run.batched.points
      #expect(points.filter { !$0.isExtrapolated }.map(\.batch) == Array(1...most / 5))
      // A straight line goes on as it was.
      #expect(near(run.curve[640], Double(Self.linear(640)) / 1e6))
    }
    // Noise that makes the last measurement the faster one does not make larger passes free.
    let noisy = [1: 1.0, 32: 4.0, 64: 3.9].map { PassCost(positions: $0.key, milliseconds: $0.value) }
    let curve = try #require(CostCurve(noisy))
    #expect(curve[512] >= 3.9 && curve[1024] >= curve[512])
  }

  /// What else a method runs with its candidates is part of the pass; older runs know the nodes alone.
  @Test func recordedPositionsCount() throws {
    let noted = try ExactRun([.init(drafted: 2, accepted: 1, passPositions: 30)], time: Self.linear)
    #expect(near(try #require(noted.curve.share(of: noted.cycles)), 1))
    #expect(near(try noted.batched.points[3].positions, 120))
    let unknown = try ExactRun([.init(drafted: 2, accepted: 1)], time: Self.linear)
    #expect(near(try unknown.batched.points[3].positions, 12))
    #expect(try noted.batched.points[63].speedup < unknown.batched.points[63].speedup)
  }

  /// Wider trees draft with more positions a pass, so that their drafting grows sooner.
  @Test func treesDraftWithSeveralPositions() throws {
    let wide = ExactRun.Shape(drafted: 3, nodes: 30, accepted: 2, draft: 2_000_000, passPositions: 4)
    let narrow = ExactRun.Shape(drafted: 3, nodes: 3, accepted: 2, draft: 2_000_000, passPositions: 4)
    let (one, other) = (try ExactRun([wide], time: Self.linear), try ExactRun([narrow], time: Self.linear))
    #expect(near(one.explained.predicted, other.explained.predicted))
    #expect(try one.batched.points[31].speedup < other.batched.points[31].speedup)
  }
}

/// The explained speedup where every part of it is known.
@Suite struct ExplainedSpeedupTests {
  /// Tokens that are cut off at a stop are no gain, and the remainder is the rest of the cycles alone.
  @Test func cutTokensAreNotPredicted() throws {
    let shapes: [ExactRun.Shape] = [
      .init(drafted: 4, accepted: 4), .init(drafted: 4, accepted: 4, emitted: 2),
    ]
    let exact = try ExactRun(shapes) { 1_000_000 + 100_000 * $0 }.explained
    #expect(exact.meanAccepted == 5 && exact.keptTokens == 3.5)
    #expect(abs(exact.difference) < 1e-12 && abs(exact.remainder) < 1e-12)
    #expect(abs(try #require(exact.differenceByPassCosts)) < 1e-12)
    var slow = shapes
    slow[0].rest = 300_000
    let rest = try ExactRun(slow) { 1_000_000 + 100_000 * $0 }.explained
    // 300 µs beside passes of 3 ms.
    #expect(abs(rest.difference - 0.1) < 1e-12 && rest.remainder < 0)
    #expect(abs(try #require(rest.differenceByPassCosts)) < 1e-12)
  }

  /// Vanilla decodes what came with the decoder's prefill.
  @Test func tokensOfThePrefillCount() throws {
    let example = try ExampleRun()
    try example.recordPrefillCycle()
    var vanilla = Example.generation(example.decoders[0], example.prompts[0], decode: 600, tokens: 7)
    vanilla.prefillTokens = 1
    try example.store.record(
      vanilla,
      cycles: (0..<6).map { _ in Example.cycle(drafted: 0, accepted: 0, verify: 100) },
      tokens: []
    )
    let metrics = try example.store.metrics(of: example.run)
    let explained = try #require(
      ExplainedSpeedup(
        metrics.metrics(of: example.decoders[1], in: .overall),
        vanilla: metrics.metrics(of: example.decoders[0], in: .overall),
        cycles: metrics.cycles[example.decoders[1]],
        curve: nil
      )
    )
    // Six tokens after the first in two timed cycles of 200 ns, which cost two of vanilla's tokens each.
    #expect(explained.keptTokens == 3 && explained.predicted == 1.5 && explained.measured == 1.5)
    #expect(explained.predictedByPassCosts == nil && explained.differenceByPassCosts == nil)
  }
}
