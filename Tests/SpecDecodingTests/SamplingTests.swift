import Foundation
import SpecDecoding
import SpecKernels
import SpecModel
import SpecTestSupport
import Testing

/// What is sampled has the target's distribution, and follows from seed, prompt and position alone.
@Suite struct SamplingTests {
  static func model() throws -> RandomModel {
    try RandomModel(seed: 4, context: ComputeContext(threads: 1), depth: 0.1)
  }

  static let limits = [
    SamplingLimits(temperature: 3), SamplingLimits(temperature: 2, topK: 9, topP: 0.9),
  ]

  /// The target's probabilities of every token of a text after its prompt, by definition.
  static func probabilities(_ model: RandomModel, _ text: [Token], from start: Int, _ limits: SamplingLimits) throws
    -> [[Double]]
  {
    let target = model.target
    let rows = try Activations(capacity: text.count, width: target.configuration.hiddenSize)
    let all = rows[rows: 0..<text.count]
    target.embed(text, into: all)
    target.forward(all, cache: try target.makeCache(capacity: text.count))
    target.normalizeFinal(all, into: all)
    let logits = target.logits(of: all).owner
    return (start..<text.count).map { place in
      let scaled = logits[place - 1].map { Double($0 / limits.temperature) }
      var order = scaled.indices.sorted { scaled[$0] == scaled[$1] ? $0 < $1 : scaled[$0] > scaled[$1] }
      if limits.topK > 0 { order = Array(order.prefix(limits.topK)) }
      let total = order.reduce(0) { $0 + exp(scaled[$1]) }
      var probabilities = [Double](repeating: 0, count: scaled.count)
      var sum = 0.0
      for token in order where sum < Double(limits.topP) * total {
        probabilities[token] = exp(scaled[token])
        sum += probabilities[token]
      }
      return probabilities.map { $0 / sum }
    }
  }

  /// χ² of a decoder's outputs against the target's distribution, over its critical value at the level 0.001: above 1
  /// they do not fit.
  ///
  /// Each token is turned into a number that is uniform between 0 and 1 if the token has the distribution that the target
  /// gives it after the tokens before: the probability of all likelier tokens, and a random part of its own.
  ///
  /// - Parameters:
  ///   - model: the target.
  ///   - limits: what the target's distribution is restricted to.
  ///   - decoder: makes the decoder of a seed; each prompt is decoded with a seed of its own.
  /// - Returns: how badly they fit.
  /// - Throws: what making or running them throws.
  static func misfit(
    _ model: RandomModel,
    _ limits: SamplingLimits,
    _ decoder: (UInt64) throws -> any Decoder
  ) throws -> Double {
    let cells = 40
    var counts = [Int](repeating: 0, count: cells)
    var random = SeededRandom(seed: 8)
    let rules = StopRules(endTokens: [], maximumNewTokens: 60, contextLength: 96)
    for seed in 1...80 as ClosedRange<UInt64> {
      let prompt = (0..<1 + random.below(12)).map { _ in Token(random.below(13)) }
      let output = try generate(prompt, with: try decoder(seed), rules: rules).tokens
      let all = try probabilities(model, prompt + output, from: prompt.count, limits)
      for (token, probabilities) in zip(output, all) {
        let own = probabilities[Int(token)]
        guard own > 0 else { return .infinity }
        let likelier = probabilities.enumerated().filter { $1 > own || ($1 == own && $0 < token) }
        let place = likelier.reduce(0) { $0 + $1.element } + own * Double(random.below(1 << 20)) / Double(1 << 20)
        counts[min(cells - 1, Int(place * Double(cells)))] += 1
      }
    }
    let expected = Double(counts.reduce(0, +)) / Double(cells)
    let statistic = counts.reduce(0) { $0 + (Double($1) - expected) * (Double($1) - expected) / expected }
    // Wilson and Hilferty's approximation.
    let degrees = Double(cells - 1)
    return statistic / (degrees * pow(1 - 2 / (9 * degrees) + 3.09 * (2 / (9 * degrees)).squareRoot(), 3))
  }

  static func sampling(_ limits: SamplingLimits, seed: UInt64, _ verification: Sampling.Verification) -> Sampling {
    Sampling(
      temperature: limits.temperature,
      topK: limits.topK,
      topP: limits.topP,
      seed: seed,
      verification: verification
    )
  }

  /// Another temperature, which the test must notice.
  static func warmer(_ limits: SamplingLimits) -> SamplingLimits {
    var other = limits
    other.temperature *= 1.15
    return other
  }

  @Test(arguments: limits) func vanillaHasTheTargetsDistribution(_ limits: SamplingLimits) throws {
    let model = try Self.model()
    let vanilla = { seed in
      try Vanilla.decoder(target: model.target, sampling: Self.sampling(limits, seed: seed, .coupled))
    }
    #expect(try Self.misfit(model, limits, vanilla) < 1)
    #expect(try Self.misfit(model, Self.warmer(limits), vanilla) > 1)
  }

  @Test(arguments: limits) func rejectionHasTheTargetsDistribution(_ limits: SamplingLimits) throws {
    let model = try Self.model()
    let sampling = { Self.sampling(limits, seed: $0, .rejection) }
    let folder = try model.companions()
    let files = TargetFiles(configuration: model.target.configuration, modelDirectory: folder.path)
    var random = SeededRandom(seed: 12)
    for method in MethodRegistry.builtIn.methods where method.verifiesByRejection && !method.settings.isEmpty {
      let spec = try #require(try method.fittingSpec(files, &random), "no settings of \(method.name) fit")
      let decoder = { (seed: UInt64) in
        let resources = DecoderResources(
          target: model.target,
          modelDirectory: folder.path,
          sampling: sampling(seed)
        )
        return try MethodRegistry.builtIn.prepare(spec, resources: resources).decoder
      }
      #expect(try Self.misfit(model, limits, decoder) < 1, "\(spec)")
      #expect(try Self.misfit(model, Self.warmer(limits), decoder) > 1, "\(spec)")
    }
  }

  @Test func methodsThatDraftTreesRefuseRejection() throws {
    let sampling = Sampling(temperature: 1, verification: .rejection)
    let resources = DecoderResources(target: try Self.model().target, modelDirectory: nil, sampling: sampling)
    let methods = MethodRegistry.builtIn.methods.filter { !$0.verifiesByRejection }.map(\.name)
    #expect(
      methods == [
        "kangaroo-tree", "medusa", "hydra", "lookahead", "sam", "token-recycling", "rest", "ngram", "eagle", "eagle-3",
        "oracle",
      ]
    )
    for method in methods {
      #expect(throws: DecodingError.self) {
        try MethodRegistry.builtIn.prepare(DecoderSpec(method: method), resources: resources)
      }
    }
    // Without chance there is nothing to reject by.
    let greedy = DecoderResources(
      target: resources.target,
      modelDirectory: nil,
      sampling: Sampling(temperature: 0, verification: .rejection)
    )
    _ = try MethodRegistry.builtIn.prepare(DecoderSpec("lookahead:level=3"), resources: greedy)
  }

  @Test func outputsFollowFromSeedAndPrompt() throws {
    let model = try RandomModel(seed: 3, context: ComputeContext(threads: 1))
    let rules = StopRules(endTokens: [], maximumNewTokens: 40, contextLength: 96)
    func output(_ sampling: Sampling, _ prompt: [Token] = [1, 2, 3]) throws -> [Token] {
      try generate(prompt, with: try Vanilla.decoder(target: model.target, sampling: sampling), rules: rules).tokens
    }
    let greedy = try output(.greedy)
    #expect(try output(Sampling(temperature: 2, seed: 1)) == output(Sampling(temperature: 2, seed: 1)))
    #expect(try output(Sampling(temperature: 2, seed: 1)) != output(Sampling(temperature: 2, seed: 2)))
    #expect(try output(Sampling(temperature: 2)) != greedy)
    // One token to draw from, or next to no temperature, is no chance at all.
    #expect(try output(Sampling(temperature: 2, topK: 1)) == greedy)
    #expect(try output(Sampling(temperature: 2, topP: 1e-6)) == greedy)
    #expect(try output(Sampling(temperature: 1e-6)) == greedy)
    for tiny in [Float.leastNonzeroMagnitude, Float.leastNormalMagnitude / 8, 1e-30] {
      #expect(try output(Sampling(temperature: tiny)) == greedy)
      #expect(try output(Sampling(temperature: tiny, topP: 0.9)) == greedy)
      #expect(try output(Sampling(temperature: tiny, topK: 3, topP: 0.9)) == greedy)
    }
    #expect(try output(Sampling(temperature: 0, topK: 3, seed: 9)) == greedy)
  }
}
