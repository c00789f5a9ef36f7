import SpecDecoding
import SpecKernels
import SpecModel
import SpecTestSupport
import Testing

/// Drafts of vanilla's own tokens are accepted as the rates say, and drafts that follow acceptance are as long as it allows.
struct OracleTests {
  private static let rules = StopRules(endTokens: [], maximumNewTokens: 1200, contextLength: 1400)

  /// Vanilla's output of a small model, and the oracle's generations of the same prompt.
  private static func decode(
    _ settings: String,
    _ sampling: Sampling = .greedy,
    times: Int = 1
  ) throws -> (vanilla: [Token], oracle: [Generation]) {
    let model = try RandomModel(seed: 5, context: ComputeContext(threads: 2), contextLength: 1400)
    let resources = DecoderResources(target: model.target, modelDirectory: nil, sampling: sampling)
    let vanilla = try generate(
      [1, 2, 3],
      with: Vanilla.decoder(target: model.target, sampling: sampling),
      rules: rules
    )
    let decoder = try MethodRegistry.builtIn.prepare(DecoderSpec("oracle:\(settings)"), resources: resources).decoder
    return (vanilla.tokens, try (0..<times).map { _ in try generate([1, 2, 3], with: decoder, rules: rules) })
  }

  @Test(arguments: [Sampling.greedy, Sampling(temperature: 1, topP: 0.9, seed: 3)])
  func allIsRightWithoutErrors(_ sampling: Sampling) throws {
    let (vanilla, oracle) = try Self.decode("length=5", sampling)
    #expect(oracle[0].tokens == vanilla)
    // The prefill gives one token, each cycle six, the last what is left.
    #expect(oracle[0].cycles.count == (vanilla.count - 1 + 5) / 6)
    #expect(oracle[0].cycles.dropLast().allSatisfy { $0.accepted == 5 && $0.drafted == 5 })
  }

  @Test func nothingIsRightAtRateZero() throws {
    let (vanilla, oracle) = try Self.decode("length=3,rates=0")
    #expect(oracle[0].tokens == vanilla && oracle[0].cycles.count == vanilla.count - 1)
  }

  /// The share of right tokens at each place is its rate, and the same in each repeat.
  @Test(arguments: [Sampling.greedy, Sampling(temperature: 0.7, seed: 9)])
  func acceptanceIsThatOfTheRates(_ sampling: Sampling) throws {
    let (vanilla, oracle) = try Self.decode("length=4,rates=0.9/0.6/0.5", sampling, times: 2)
    #expect(oracle[0].tokens == vanilla && oracle[1].tokens == vanilla)
    #expect(oracle[0].cycles.map(\.accepted) == oracle[1].cycles.map(\.accepted))
    for (place, rate) in [0.9, 0.6, 0.5, 0.5].enumerated() {
      let judged = oracle[0].cycles.filter { $0.drafted > place && $0.accepted >= place }
      let right = judged.count { $0.accepted > place }
      let deviation = (rate * (1 - rate) / Double(judged.count)).squareRoot()
      #expect(judged.count > 50 && abs(Double(right) / Double(judged.count) - rate) < 3.5 * deviation, "place \(place)")
    }
    let other = try Self.decode("length=4,rates=0.9/0.6/0.5,seed=2", sampling).oracle[0]
    #expect(other.tokens == vanilla && other.cycles.map(\.accepted) != oracle[0].cycles.map(\.accepted))
  }

  @Test(arguments: ["0.9/", "1.5", "a", "0.9//1", "nan"]) func badRatesAreRefused(_ rates: String) throws {
    #expect(throws: DecodingError.self) { try Self.decode("rates=\(rates)") }
  }

  @Test func aDraftIsAsLongAsAcceptanceAllows() {
    var pace = DraftPace()
    let first = pace.length(after: 3, most: 10)
    #expect(first > 0 && first < 10)
    for _ in 0..<10 {
      let length = pace.length(after: 3, most: 10)
      pace.hear(after: 3, drafted: length, accepted: length)
    }
    #expect(pace.length(after: 3, most: 10) == 10)
    // Other n-grams have an estimate of their own.
    #expect(pace.length(after: 1, most: 10) == first)
    var lengths: [Int] = []
    while pace.length(after: 3, most: 10) > 0, lengths.count < 300 {
      lengths.append(pace.length(after: 3, most: 10))
      pace.hear(after: 3, drafted: lengths[lengths.count - 1], accepted: 0)
    }
    #expect(lengths == lengths.sorted(by: >), "the more drafts are wrong, the shorter they are")
    // What costs much is given up soon. A single token costs little, so that it is tried for longer.
    let long = lengths.count { $0 > 1 }
    #expect(long > 2 && long < 40 && lengths.count < 150, "\(lengths)")
    // It is tried again, but seldom.
    let tries = (0..<400).count { _ in
      let length = pace.length(after: 3, most: 10)
      if length > 0 { pace.hear(after: 3, drafted: length, accepted: 0) }
      return length > 0
    }
    #expect(tries > 2 && tries < 40, "\(tries)")
  }
}
