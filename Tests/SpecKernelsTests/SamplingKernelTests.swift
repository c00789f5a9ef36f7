import SpecKernels
import SpecTestSupport
import Testing

/// Noise and limits are the same on every kernel set, and do what they say.
@Suite struct SamplingKernelTests {
  static let limits = [
    SamplingLimits(temperature: 0.7), SamplingLimits(temperature: 1, topP: 0.9),
    SamplingLimits(temperature: 1.5, topK: 7), SamplingLimits(temperature: 0.5, topK: 40, topP: 0.6),
  ]

  @Test(arguments: KernelSet.supported.map(\.name)) func everySetGivesTheSameBits(_ name: String) throws {
    let expected = try ComputeContext(threads: 1, kernels: .choose(named: "reference"))
    let found = try ComputeContext(threads: 3, kernels: .choose(named: name))
    var random = SeededRandom(seed: 1)
    for width in [1, 3, 8, 15, 17, 100, 259, 2049] {
      for limits in Self.limits {
        let (y, z) = (try Activations(capacity: 9, width: width), try Activations(capacity: 9, width: width))
        for row in 0..<9 {
          y[row] = random.floats(width, scale: 5)
          z[row] = y[row]
        }
        let noise = (0..<9).map { _ in random.next() }
        expected.perturb(y[rows: 0..<9], limits, noise: noise)
        found.perturb(z[rows: 0..<9], limits, noise: noise)
        #expect(sameBits(y, z), "\(width) \(limits)")
      }
    }
  }

  @Test func limitsKeepTheLikeliest() throws {
    let context = try ComputeContext(threads: 1)
    let x = try Activations(capacity: 1, width: 6)
    func kept(_ limits: SamplingLimits, _ logits: [Float]) -> [Int] {
      x[0] = logits
      context.perturb(x[rows: 0..<1], limits, noise: nil)
      let kept = (0..<6).filter { x[0][$0] > -.infinity }
      #expect(kept.allSatisfy { x[0][$0] == logits[$0] })
      return kept
    }
    // Probabilities 0.1, 0.2, 0.2, 0.4, 0.05, 0.05.
    let logits = [0.1, 0.2, 0.2, 0.4, 0.05, 0.05].map { Float(logarithm($0)) }
    #expect(kept(SamplingLimits(temperature: 1), logits) == [0, 1, 2, 3, 4, 5])
    #expect(kept(SamplingLimits(temperature: 1, topK: 2), logits) == [1, 3])
    #expect(kept(SamplingLimits(temperature: 1, topK: 5), logits) == [0, 1, 2, 3, 4])
    #expect(kept(SamplingLimits(temperature: 1, topP: 0.3), logits) == [3])
    #expect(kept(SamplingLimits(temperature: 1, topP: 0.5), logits) == [1, 3])
    #expect(kept(SamplingLimits(temperature: 1, topP: 0.7), logits) == [1, 2, 3])
    // Of the three likeliest, the likeliest alone has half the probability.
    #expect(kept(SamplingLimits(temperature: 1, topK: 3, topP: 0.49), logits) == [3])
    #expect(kept(SamplingLimits(temperature: 1, topK: 3, topP: 0.51), logits) == [1, 3])
    // A low temperature makes the likeliest likelier.
    #expect(kept(SamplingLimits(temperature: 0.25, topP: 0.8), logits) == [3])
  }

  /// Numbers that stand for other tokens than their places get those tokens' noise: the draw of a small vocabulary is
  /// that of the large one.
  @Test(arguments: KernelSet.supported.map(\.name)) func noiseFollowsTheTokens(_ name: String) throws {
    let context = try ComputeContext(threads: 2, kernels: .choose(named: name))
    var random = SeededRandom(seed: 4)
    let tokens = (0..<300).filter { _ in random.below(3) == 0 }.map(Int32.init)
    for limits in Self.limits {
      let (small, large) = (
        try Activations(capacity: 1, width: tokens.count), try Activations(capacity: 1, width: 300)
      )
      let logits = random.floats(tokens.count, scale: 5)
      small[0] = logits
      var spread = [Float](repeating: -1e6, count: 300)
      for (token, logit) in zip(tokens, logits) { spread[Int(token)] = logit }
      large[0] = spread
      context.perturb(small[rows: 0..<1], limits, noise: [99], tokens: tokens)
      context.perturb(large[rows: 0..<1], limits, noise: [99])
      #expect(small[0].map(\.bitPattern) == tokens.map { large[0][Int($0)].bitPattern }, "\(limits)")
    }
  }

  /// What limits have left out has no share in the probability of what is left.
  @Test(arguments: KernelSet.supported.map(\.name)) func limitedRowsHaveProbabilities(_ name: String) throws {
    let context = try ComputeContext(threads: 1, kernels: .choose(named: name))
    let x = try Activations(capacity: 1, width: 40)
    let logits = (0..<40).map { $0 % 13 == 5 ? Float($0) / 10 : -.infinity }
    x[0] = logits
    let choice = context.choose(x[rows: 0..<1], withProbability: true)[0]
    let weights = [0.5, 1.8, 3.1].map { exponential($0 - 3.1) }
    #expect(choice.index == 31 && !choice.isFinite)
    #expect(abs(Double(choice.probability) - 1 / weights.reduce(0, +)) < 1e-6)
    let others: [[Float]] = [
      logits.map { $0 == 1.8 ? .nan : $0 }, logits.map { $0 == 1.8 ? .infinity : $0 }, logits.map { _ in -.infinity },
    ]
    for other in others {
      x[0] = other
      #expect(context.choose(x[rows: 0..<1], withProbability: true)[0].probability == 0)
    }
  }

  @Test func noiseIsGumbels() throws {
    let context = try ComputeContext(threads: 1)
    let x = try Activations(capacity: 1, width: 50_000)
    context.perturb(x[rows: 0..<1], SamplingLimits(temperature: 1), noise: [77])
    let noise = x[0].map(Double.init)
    let mean = noise.reduce(0, +) / 50_000
    let variance = noise.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 50_000
    #expect(abs(mean - 0.5772) < 0.03 && abs(variance - 1.6449) < 0.08)
    for level in [-1.0, 0, 1, 3, 6] {
      let share = Double(noise.count { $0 <= level }) / 50_000
      #expect(abs(share - exponential(-exponential(-level))) < 0.01)
    }
  }
}
