import Foundation
import SpecCore
import SpecStatistics
import Testing

/// Random numbers for simulated runs.
struct Simulation {
  private var generator: SplitMix64

  init(seed: UInt64) { generator = SplitMix64(seed: seed) }

  /// Uniform in 0 ..< 1.
  mutating func uniform() -> Double { Double(generator.next() >> 11) * 0x1p-53 }

  /// Standard normal (Box and Muller).
  mutating func normal() -> Double { (-2 * log(1 - uniform())).squareRoot() * cos(2 * .pi * uniform()) }

  /// A question of a population: its true times under vanilla and under a method. Lengths are log-normal, and the
  /// speedup varies from question to question and with their length.
  mutating func question(_ population: Population) -> (baseline: Double, method: Double) {
    let size = normal()
    var length = exp(population.lengthSpread * size)
    if let cap = population.cap { length = min(length, cap) }
    let pace = exp(0.1 * normal())
    let speedup = 1.7 * exp(population.speedupSpread * normal() + population.dependence * size)
    return (length * pace, length * pace / speedup)
  }

  /// The mean of ``noise(_:)``.
  static func meanNoise(_ spread: Double) -> Double { exp(spread * spread / 2) * (1 + 0.25 * spread) }

  /// A factor with a long tail upwards, as of times on a machine that does other things, too.
  mutating func noise(_ spread: Double) -> Double {
    exp(spread * normal()) * (uniform() < 0.05 ? 1 + 5 * spread * -log(1 - uniform()) : 1)
  }
}

/// How the questions of a population differ.
struct Population: Sendable, CustomTestStringConvertible {
  var lengthSpread: Double
  var speedupSpread: Double
  var dependence: Double
  var cap: Double?

  var testDescription: String {
    "lengths \(lengthSpread)\(cap.map { " up to \($0)" } ?? ""), speedups \(speedupSpread), dependence \(dependence)"
  }

  /// Baseline over method of the whole population.
  var ratio: Double {
    var simulation = Simulation(seed: 99)
    let sums = (0..<1_000_000).reduce(into: (0.0, 0.0)) { sums, _ in
      let question = simulation.question(self)
      sums.0 += question.baseline
      sums.1 += question.method
    }
    return sums.0 / sums.1
  }
}

/// Questions and how long some decoders take for them.
struct SimulatedSuite {
  /// The baseline's times, then each decoder's.
  private let times: [[Double]]

  init(questions: Int, decoders: Int, _ population: Population, _ simulation: inout Simulation) {
    var (baseline, methods) = ([Double](), [[Double]](repeating: [], count: decoders))
    for _ in 0..<questions {
      let question = simulation.question(population)
      baseline.append(question.baseline)
      methods[0].append(question.method)
      for decoder in 1..<max(decoders, 1) {
        methods[decoder].append(question.method * exp(population.speedupSpread * simulation.normal()))
      }
    }
    times = [baseline] + methods
  }

  /// The first decoder's. Noise is multiplied alike on both sides, so its mean cancels in the ratio of expectations.
  var ratio: Double { times[0].reduce(0, +) / times[1].reduce(0, +) }

  /// Every decoder beside the baseline.
  ///
  /// - Parameters:
  ///   - repeats: how often.
  ///   - effect: how much a repeat does to each decoder's time, the baseline's included.
  ///   - restlessness: how much the first decoder's times vary by chance beside the others'.
  ///   - simulation: where the random numbers come from.
  /// - Returns: one for each decoder.
  func measure(
    repeats: Int,
    effect: Double,
    restlessness: Double = 1,
    _ simulation: inout Simulation
  ) -> [PairedTimes] {
    var measured = times.map { _ in [[Double]]() }
    for _ in 0..<repeats {
      for (index, own) in times.enumerated() {
        let spread = index == 1 ? 0.05 * restlessness : 0.05
        // Of the same mean for all, so that it cancels in the ratio of expectations.
        let shift = exp(effect * simulation.normal()) * Simulation.meanNoise(0.05) / Simulation.meanNoise(spread)
        measured[index].append(own.map { $0 * shift * simulation.noise(spread) })
      }
    }
    return measured.dropFirst().map { method in
      PairedTimes(
        (0..<repeats).flatMap { repeatIndex in
          method[repeatIndex].indices.map { question in
            TimePair(
              question: question,
              repeatIndex: repeatIndex,
              baseline: measured[0][repeatIndex][question],
              method: method[repeatIndex][question]
            )
          }
        }
      )
    }
  }
}
