import Foundation
import SpecStatistics
import Testing

/// How often the 95 % intervals hold the truth, in simulated runs whose truth is known.
@Suite struct CoverageTests {
  static let populations = [
    Population(lengthSpread: 0.6, speedupSpread: 0.2, dependence: 0),
    Population(lengthSpread: 0.8, speedupSpread: 0.3, dependence: 0.2),
    Population(lengthSpread: 0.8, speedupSpread: 0.25, dependence: 0.1, cap: 2),
  ]

  @Test(arguments: populations, [10, 20, 60])
  func overQuestions(_ population: Population, questions: Int) {
    let truth = population.ratio
    var simulation = Simulation(seed: 7)
    let runs = 2000
    let hits = (0..<runs).filter { run in
      let pairs = (0..<questions).map { question in
        let times = simulation.question(population)
        return TimePair(question: question, repeatIndex: 0, baseline: times.baseline, method: times.method)
      }
      return PairedTimes(pairs).intervalOverQuestions(resamples: 500, seed: UInt64(run))?.contains(truth) == true
    }
    let coverage = Double(hits.count) / Double(runs)
    #expect((0.93...0.97).contains(coverage))
  }

  /// A run as it is measured again and again: how many decoders and repeats, and how much of its own each repeat does to each
  /// decoder's time.
  struct Plan: Sendable, CustomTestStringConvertible {
    var decoders: Int
    var repeats: Int
    var effect: Double

    var testDescription: String { "\(decoders) decoders, \(repeats) repeats that differ by \(effect)" }
  }

  /// From repeats that do not differ to repeats that do more than all questions' chance together.
  static let plans = [(1, 3), (1, 4), (1, 8), (2, 2), (2, 4), (3, 2), (3, 4), (9, 2), (9, 4)].flatMap { size in
    [0, 0.02, 0.05].map { Plan(decoders: size.0, repeats: size.1, effect: $0) }
  }

  /// The same questions measured again and again with times that have a long tail upwards.
  @Test(arguments: plans, [10, 20, 60])
  func ofThisSuite(_ plan: Plan, questions: Int) {
    var simulation = Simulation(seed: 8)
    let (suites, runs) = (20, 100)
    let hits = (0..<suites).reduce(0) { hits, _ in
      let suite = SimulatedSuite(questions: questions, decoders: plan.decoders, Self.populations[1], &simulation)
      return hits
        + (0..<runs).filter { _ in
          let times = suite.measure(repeats: plan.repeats, effect: plan.effect, &simulation)
          return times[0].intervalOfThisSuite(RepeatEffect(times))?.contains(suite.ratio) == true
        }.count
    }
    let coverage = Double(hits) / Double(suites * runs)
    // 2000 runs tell the coverage to 1 point either way.
    #expect((0.93...0.97).contains(coverage))
  }

  /// A decoder whose times vary by chance twice or half as much as all others'.
  @Test(arguments: [(2, 2), (3, 4), (9, 2)], [0.5, 2])
  func ofThisSuiteWhereOneDecoderIsUnlikeTheOthers(_ size: (decoders: Int, repeats: Int), restlessness: Double) {
    var simulation = Simulation(seed: 11)
    let (suites, runs) = (20, 100)
    let hits = (0..<suites).reduce(0) { hits, _ in
      let suite = SimulatedSuite(questions: 20, decoders: size.decoders, Self.populations[1], &simulation)
      return hits
        + (0..<runs).filter { _ in
          let times = suite.measure(repeats: size.repeats, effect: 0, restlessness: restlessness, &simulation)
          return times[0].intervalOfThisSuite(RepeatEffect(times))?.contains(suite.ratio) == true
        }.count
    }
    let coverage = Double(hits) / Double(suites * runs)
    #expect((0.9...0.97).contains(coverage))
  }

  /// Two repeats of one decoder tell nothing of how repeats differ: the interval takes them as alike.
  @Test(arguments: [10, 20, 60])
  func ofThisSuiteWithTwoRepeatsThatAreAlike(questions: Int) {
    var simulation = Simulation(seed: 9)
    let (suites, runs) = (20, 100)
    let hits = (0..<suites).reduce(0) { hits, _ in
      let suite = SimulatedSuite(questions: questions, decoders: 1, Self.populations[1], &simulation)
      return hits
        + (0..<runs).filter { _ in
          let times = suite.measure(repeats: 2, effect: 0, &simulation)
          return RepeatEffect(times) == nil && times[0].intervalOfThisSuite()?.contains(suite.ratio) == true
        }.count
    }
    let coverage = Double(hits) / Double(suites * runs)
    #expect((0.93...0.97).contains(coverage))
  }

  /// Two repeats that differ by 2 % do not make an interval useless, as the repeats of one decoder alone would with Student's
  /// t of one degree of freedom, 12.7.
  @Test func repeatsThatDifferDoNotExplode() {
    var simulation = Simulation(seed: 10)
    let suite = SimulatedSuite(questions: 20, decoders: 8, Self.populations[1], &simulation)
    let precisions = (0..<50).map { _ in
      let times = suite.measure(repeats: 2, effect: 0.02, &simulation)
      return times[0].intervalOfThisSuite(RepeatEffect(times))?.precision ?? .infinity
    }
    #expect(Quantiles(precisions).median.map { $0 < 0.15 } == true)
  }
}
