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
        return TimePair(question: question, pass: 0, baseline: times.baseline, method: times.method)
      }
      return PairedTimes(pairs).intervalOverQuestions(resamples: 500, seed: UInt64(run))?.contains(truth) == true
    }
    let coverage = Double(hits.count) / Double(runs)
    print("over questions, \(population.testDescription), \(questions) questions: \(coverage)")
    #expect((0.93...0.97).contains(coverage))
  }

  /// The same questions measured again and again with times that have a long tail upwards.
  @Test(arguments: [10, 20, 60], [2, 3, 6])
  func ofThisSuite(questions: Int, passes: Int) {
    var simulation = Simulation(seed: 8)
    let runs = 2000
    let population = Self.populations[1]
    let suite = (0..<questions).map { _ in simulation.question(population) }
    // Noise is multiplied alike on both sides, so its mean cancels in the ratio of expectations.
    let truth = suite.reduce(0) { $0 + $1.baseline } / suite.reduce(0) { $0 + $1.method }
    let hits = (0..<runs).filter { _ in
      let pairs = (0..<passes).flatMap { pass in
        suite.enumerated().map { question, times in
          TimePair(
            question: question,
            pass: pass,
            baseline: times.baseline * simulation.noise(0.05),
            method: times.method * simulation.noise(0.05)
          )
        }
      }
      return PairedTimes(pairs).intervalOfThisSuite()?.contains(truth) == true
    }
    let coverage = Double(hits.count) / Double(runs)
    print("of this suite, \(questions) questions, \(passes) passes: \(coverage)")
    #expect((0.93...0.97).contains(coverage))
  }

  /// Where whole passes differ, as when the clock changes between them, more passes are asked for rather than believed.
  @Test func passesThatDifferWidenTheInterval() throws {
    var simulation = Simulation(seed: 9)
    let (runs, passes, questions) = (1000, 8, 20)
    let hits = (0..<runs).filter { _ in
      let pairs = (0..<passes).flatMap { pass in
        let shift = exp(0.03 * simulation.normal())
        return (0..<questions).map { question in
          TimePair(
            question: question,
            pass: pass,
            baseline: simulation.noise(0.02) * shift,
            method: simulation.noise(0.02) / 2
          )
        }
      }
      return PairedTimes(pairs).intervalOfThisSuite()?.contains(2) == true
    }
    let coverage = Double(hits.count) / Double(runs)
    print("of this suite, passes that differ: \(coverage)")
    #expect((0.93...0.97).contains(coverage))
  }
}
