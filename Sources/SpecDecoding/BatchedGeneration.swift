import SpecCore
import SpecKernels
import SpecModel

/// Writes the continuations of many prompts, several of them in each pass of the model: a pass over a token of each reads the
/// weights once, so that it costs little more than a pass over one.
///
/// Each text has keys and values of its own. A text that ends makes room for the next one, which keeps the keys and values of
/// the tokens that both begin with: those of a chat template are computed once for each place. An output has the tokens
/// that vanilla decoding gives it alone, greedily or with its seed, whichever other texts are written meanwhile.
public final class BatchedGeneration {
  /// One text to write.
  public struct Request: Sendable {
    /// Token ids inside the vocabulary.
    public var prompt: [Token]
    /// What its draws follow from.
    public var seed: UInt64
    /// When its output ends.
    public var rules: StopRules

    /// Makes a request; the properties say what each value means.
    public init(prompt: [Token], seed: UInt64 = 1, rules: StopRules) {
      (self.prompt, self.seed, self.rules) = (prompt, seed, rules)
    }
  }

  /// What was written.
  public struct Output: Sendable, Equatable {
    /// The tokens, the end token included.
    public var tokens: [Token]
    /// Why it ended. A prompt without tokens, or one that fills its context, has an output without tokens.
    public var stopReason: StopReason

    /// Makes an output; the properties say what each value means.
    public init(tokens: [Token] = [], stopReason: StopReason = .contextLength) {
      (self.tokens, self.stopReason) = (tokens, stopReason)
    }
  }

  /// A text that is being written.
  private struct Text {
    let number: Int
    let request: Request
    let noise: PromptNoise
    let cache: KVCache
    var output = Output()
    /// The newest token, which the model has not run.
    var newest: Token

    /// What its text leaves behind.
    var leftover: Leftover {
      Leftover(cache: cache, tokens: Array((request.prompt + output.tokens).prefix(cache.count)))
    }
  }

  /// Keys and values of a text that is not written any more, and the tokens that they belong to.
  private struct Leftover {
    let cache: KVCache
    let tokens: [Token]

    /// How many of its first tokens another text begins with.
    func shared(with prompt: some Collection<Token>) -> Int {
      zip(tokens, prompt).prefix { $0 == $1 }.count
    }
  }

  private let target: Transformer
  private let limits: SamplingLimits
  private let places: Int
  private let states: Activations
  private let normalized: Activations
  private var leftovers: [Leftover] = []

  /// - Parameters:
  ///   - target: the model that writes.
  ///   - limits: temperature and which tokens may be drawn, for all texts.
  ///   - places: most texts that are written at once, from 1 to ``SpecModel/Transformer/largestTree``. Outputs do not depend
  ///     on it.
  /// - Throws: `KernelError` if there is not enough memory.
  public init(_ target: Transformer, limits: SamplingLimits = SamplingLimits(temperature: 0), places: Int)
    throws(KernelError)
  {
    precondition((1...Transformer.largestTree).contains(places), "places that one pass takes")
    (self.target, self.limits, self.places) = (target, limits, places)
    states = try Activations(capacity: Transformer.largestTree, width: target.configuration.hiddenSize)
    normalized = try Activations(capacity: Transformer.largestTree, width: target.configuration.hiddenSize)
  }

  /// Writes texts.
  ///
  /// - Parameters:
  ///   - next: gives the next text to write; nil where there is none.
  ///   - check: called before each pass; what it throws ends the work.
  ///   - finished: hears the outputs in the order in which the texts were given; false gives up all that come later.
  /// - Throws: `NotFiniteLogits`, `KernelError` if there is not enough memory for another text, what the closures throw.
  public func write(
    next: () throws -> Request?,
    check: () throws -> Void = {},
    finished: (Request, Output) throws -> Bool
  ) throws {
    var (texts, waiting) = ([Text](), [Int: (Request, Output)]())
    var (begun, heard, isOver) = (0, 0, false)
    while !isOver || !texts.isEmpty || !waiting.isEmpty {
      while !isOver, texts.count < places {
        guard let request = try next() else {
          isOver = true
          break
        }
        if let text = try begin(request, number: begun) {
          texts.append(text)
        } else {
          waiting[begun] = (request, Output())
        }
        begun += 1
      }
      if !texts.isEmpty {
        try check()
        for text in try advance(&texts) { waiting[text.number] = (text.request, text.output) }
      }
      while let (request, output) = waiting.removeValue(forKey: heard) {
        heard += 1
        guard try finished(request, output) else { return leftovers.append(contentsOf: texts.map(\.leftover)) }
      }
    }
  }

  /// Runs a prompt but for its last token; nil where there is nothing to write.
  private func begin(_ request: Request, number: Int) throws(KernelError) -> Text? {
    let (prompt, rules) = (request.prompt, request.rules)
    guard let newest = prompt.last, prompt.count < rules.contextLength else { return nil }
    let room = min(rules.contextLength, prompt.count + min(rules.maximumNewTokens, rules.contextLength))
    let kept = takeLeftover(for: prompt.dropLast())
    let cache = if let kept { kept } else { try target.makeCache(capacity: room) }
    try cache.reserve(room)
    while cache.count < prompt.count - 1 {
      let piece = prompt[cache.count..<min(cache.count + states.capacity, prompt.count - 1)]
      let rows = states[rows: 0..<piece.count]
      target.embed(piece, into: rows)
      target.forward(rows, cache: cache)
    }
    return Text(number: number, request: request, noise: PromptNoise(of: prompt), cache: cache, newest: newest)
  }

  /// Of the leftovers the keys and values that have the most of a prompt, with that alone in them; nil where there are none.
  private func takeLeftover(for prompt: some Collection<Token>) -> KVCache? {
    let shared = leftovers.map { $0.shared(with: prompt) }
    guard let best = shared.indices.max(by: { shared[$0] < shared[$1] }) else { return nil }
    let cache = leftovers.remove(at: best).cache
    cache.truncate(to: shared[best])
    return cache
  }

  /// Writes a token of each text, and takes those away that have ended.
  private func advance(_ texts: inout [Text]) throws(NotFiniteLogits) -> [Text] {
    let rows = states[rows: 0..<texts.count]
    target.embed(texts.map(\.newest), into: rows)
    target.forward(rows, continuing: texts.map(\.cache))
    let finals = normalized[rows: 0..<texts.count]
    target.normalizeFinal(rows, into: finals)
    let tokens = try choose(target.logits(of: finals), for: texts)
    var ended: [Text] = []
    for place in texts.indices.reversed() {
      let (token, request) = (tokens[place], texts[place].request)
      texts[place].output.tokens.append(token)
      texts[place].newest = token
      let count = texts[place].output.tokens.count
      guard let reason = request.rules.stop(at: token, count: count, promptCount: request.prompt.count) else {
        continue
      }
      var text = texts.remove(at: place)
      text.output.stopReason = reason
      leftovers.append(text.leftover)
      ended.append(text)
    }
    return ended
  }

  private func choose(_ logits: ActivationRows, for texts: [Text]) throws(NotFiniteLogits) -> [Token] {
    let positions = texts.map { $0.request.prompt.count + $0.output.tokens.count }
    if limits.temperature > 0 {
      let noise = zip(texts, positions).map { $0.noise.key($1, seed: $0.request.seed) }
      if let row = target.context.perturb(logits, limits, noise: noise) {
        throw NotFiniteLogits(.target, at: positions[row])
      }
    }
    let choices = target.context.choose(logits, withProbability: false)
    if limits.temperature == 0, let row = choices.firstIndex(where: { !$0.isFinite }) {
      throw NotFiniteLogits(.target, at: positions[row])
    }
    return choices.map { Token($0.index) }
  }
}

extension BatchedGeneration {
  /// Texts that are worth writing at once: with more, a pass is bound by its multiplications.
  public static let mostUsefulPlaces = 64

  /// How many texts there is room for at once.
  ///
  /// - Parameters:
  ///   - configuration: the model's shape.
  ///   - positions: most tokens of a text.
  ///   - available: bytes that keys and values may take; nil where nothing tells it.
  /// - Returns: from 1 to ``mostUsefulPlaces``.
  public static func places(for configuration: ModelConfiguration, positions: Int, available: Int?) -> Int {
    guard let available else { return mostUsefulPlaces }
    let bytes = configuration.cacheBytesPerPosition * max(1, min(positions, configuration.contextLength))
    return max(1, min(mostUsefulPlaces, available / max(1, bytes)))
  }
}
