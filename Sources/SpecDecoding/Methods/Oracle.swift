import SpecCore
import SpecModel

/// An oracle: vanilla's own continuation is drafted, made wrong at places that are drawn from given rates. Acceptance is
/// what the rates say, whatever the text, so an engine can be judged apart from drafters: with all rates 1 it is the upper
/// bound of every draft of that length. The output is verified like any other.
///
/// Vanilla's continuation of a prompt is decoded once, before the time of its first generation begins, and remembered.
public final class Oracle: Drafter {
  private let length: Int
  private let rates: [Float]
  private let seed: UInt64
  private let vocabulary: Int
  /// Decodes with the same cache, which is emptied before a prompt's time begins.
  private let vanilla: any Decoder
  /// What it has decoded, by prompt, under ``rules``.
  private var outputs: [[Token]: [Token]] = [:]
  private var rules: StopRules?
  private var promptCount = 0
  /// The present prompt's continuation; empty where nothing was foreseen.
  private var output: [Token] = []
  private var key: UInt64 = 0

  /// - Parameters:
  ///   - length: tokens drafted in a cycle.
  ///   - rates: for each drafted token the chance that it is right if those before it are; the last counts for all that
  ///     follow.
  ///   - seed: what the wrong places follow from.
  ///   - vocabulary: entries of the vocabulary.
  ///   - vanilla: decodes the target's continuations.
  init(length: Int, rates: [Float], seed: Int, vocabulary: Int, vanilla: any Decoder) {
    self.length = length
    self.rates = rates
    self.seed = UInt64(bitPattern: Int64(seed))
    self.vocabulary = vocabulary
    self.vanilla = vanilla
  }

  /// Decodes a prompt that is new.
  public func foresee(_ prompt: [Token], rules: StopRules, shouldStop: () -> Bool) throws(NotFiniteLogits) {
    if rules != self.rules { outputs = [:] }
    self.rules = rules
    guard outputs[prompt] == nil else { return }
    let generation = try generate(prompt, with: vanilla, rules: rules, shouldStop: shouldStop)
    if !generation.isAbandoned { outputs[prompt] = generation.tokens }
  }

  /// Takes the prompt's continuation.
  public func begin(_ prompt: [Token]) -> Draft {
    promptCount = prompt.count
    output = outputs[prompt] ?? []
    key = prompt.reduce(SplitMix64.mixed(seed)) { SplitMix64.mixed($0 ^ UInt64(UInt32(bitPattern: $1))) }
    return Draft(root: prompt[prompt.count - 1])
  }

  /// Proposes what comes, with a wrong token where the draw says so.
  public func draft(_ context: DraftContext) -> Draft {
    var draft = context.root
    let first = context.text.count - promptCount
    let end = min(output.count, first + min(length, context.limit))
    var isRight = true
    for place in first..<max(first, end) {
      isRight = isRight && draw(place - first, at: context.rootPosition) < rate(place - first)
      draft.append(DraftToken(isRight ? output[place] : wrong(output[place])))
    }
    return draft
  }

  private func rate(_ place: Int) -> Float { rates[min(place, rates.count - 1)] }

  /// A number from 0 up to, not including, 1, for the drafted token of a place in the cycle at a position.
  private func draw(_ place: Int, at position: Int) -> Float {
    Float(SplitMix64.mixed(SplitMix64.mixed(key ^ UInt64(position)) ^ UInt64(place)) >> 40) * 0x1p-24
  }

  /// Some other token.
  private func wrong(_ token: Token) -> Token { Token((Int(token) + 1) % vocabulary) }
}

extension Oracle {
  /// The registry's entry.
  static let method = Method(
    name: "oracle",
    summary: "Vanilla's own tokens are drafted, wrong at drawn places: acceptance is synthetic, the output verified.",
    paper: "–",
    settings: [
      Setting(name: "length", kind: .draftLength, default: "4", help: "tokens drafted in a cycle"),
      Setting(
        name: "rates",
        kind: .text,
        default: "1",
        help: "for each drafted token the chance that it is right if those before it are, like 0.9/0.8/0.7; the last "
          + "counts for all that follow",
        examples: ["0", "0.5", "0.9/0.7/0.2"]
      ),
      Setting(
        name: "seed",
        kind: .integer(0...Int(Int32.max)),
        default: "1",
        help: "what the wrong places follow from"
      ),
    ],
    checkSettings: { settings, _ in _ = try rates(settings) },
    make: { settings, resources in
      let target = try CachedModel(resources.target)
      let vanilla = try SpeculativeDecoder(target: target, drafter: Vanilla(), sampling: resources.sampling)
      // Made last, this decoder has the cache's times.
      let decoder = try SpeculativeDecoder(
        target: target,
        drafter: Oracle(
          length: settings.integer("length"),
          rates: rates(settings),
          seed: settings.integer("seed"),
          vocabulary: resources.target.configuration.vocabularySize,
          vanilla: vanilla
        ),
        sampling: resources.sampling
      )
      return PreparedDecoder(decoder: decoder, addedParameters: 0)
    }
  )

  private static func rates(_ settings: SettingValues) throws(DecodingError) -> [Float] {
    let parts = settings.text("rates").split(separator: "/", omittingEmptySubsequences: false)
    let rates = parts.compactMap { Float($0) }.filter { 0...1 ~= $0 }
    guard rates.count == parts.count else {
      throw settings.invalid("rates", "a list of numbers from 0 to 1 like 0.9/0.8")
    }
    return rates
  }
}
