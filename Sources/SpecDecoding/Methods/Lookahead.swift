import SpecCore
import SpecModel

/// Lookahead decoding (Fu et al. 2024, arXiv 2402.02057, §3): the target drafts for itself by Jacobi iteration.
///
/// A window of `level` − 1 rows of guessed tokens moves along with the text: each pass computes a new row from the ones
/// before it, and the diagonals of the window are n-grams that go into a pool. The n-grams that begin with the newest
/// token are verified in the same pass. Window and guesses are one tree: the first row is a chain after the newest token,
/// and slot j of each further row hangs below slot j of the row before it.
public final class Lookahead: Drafter {
  /// The sizes of window and pool.
  public struct Sizes: Sendable {
    /// Tokens of an n-gram.
    public var level: Int
    /// Slots of a row of the window.
    public var window: Int
    /// N-grams kept, and verified, for a token.
    public var guess: Int

    /// Makes sizes; the properties say what each value means.
    public init(level: Int, window: Int, guess: Int) {
      self.level = level
      self.window = window
      self.guess = guess
    }

    /// Tokens that the first row begins with: it loses one in each pass that adds a row.
    public var initialWindow: Int { window + level - 3 }

    /// The most nodes of a pass.
    var largestTree: Int { 1 + (level - 1) * (initialWindow + guess) }
  }

  /// The tokens that the window's first row begins with; nil takes some of the prompt's.
  private var initialWindow: [Token]?
  private let configuration: ModelConfiguration
  private let sizes: Sizes
  private let poolsText: Bool
  /// The reference counts one hit too few of an n-gram that agrees as a whole, and makes no guess while the window fills.
  private let isReference: Bool
  private var pool: NGramPool
  /// The end of the text, as far as n-grams that are still to be pooled begin there.
  private var recent: [Token] = []
  /// The rows of the window, the first one first; none where the context has no room for it.
  private var rows: [[Token]] = []

  /// - Parameters:
  ///   - sizes: of window and pool.
  ///   - configuration: the target's.
  ///   - poolsText: whether the n-grams of prompt and output go into the pool too.
  ///   - isReference: whether to do as the reference implementation does.
  init(sizes: Sizes, configuration: ModelConfiguration, poolsText: Bool, isReference: Bool) {
    precondition(sizes.level > 2 && sizes.largestTree <= Transformer.largestTree, "a window larger than one pass takes")
    self.configuration = configuration
    self.sizes = sizes
    self.poolsText = poolsText
    self.isReference = isReference
    pool = NGramPool(length: sizes.level - 1, capacity: sizes.guess)
  }

  /// Chooses the tokens that the window's first row begins with in later prompts, for comparisons with other
  /// implementations. Outputs do not depend on them.
  ///
  /// - Parameter tokens: as many as ``Sizes/initialWindow`` says; nil takes some of the prompt's.
  /// - Throws: ``DecodingError`` if they are another number of tokens or outside the vocabulary.
  public func setInitialWindow(_ tokens: [Token]?) throws(DecodingError) {
    if let tokens {
      let vocabulary = configuration.vocabularySize
      guard tokens.count == sizes.initialWindow else {
        throw .wrongWindow(tokens: tokens.count, expected: sizes.initialWindow)
      }
      if let token = tokens.first(where: { $0 < 0 || Int($0) >= vocabulary }) {
        throw .unknownToken(token: token, vocabularySize: vocabulary)
      }
    }
    initialWindow = tokens
  }

  /// Has the target run, behind the prompt, the window's first row, which gives the second.
  public func begin(_ prompt: [Token]) -> Draft {
    pool = NGramPool(length: sizes.level - 1, capacity: sizes.guess)
    recent = []
    remember(prompt)
    let first = firstRow(prompt)
    rows = first.isEmpty ? [] : [first]
    var draft = Draft(root: prompt[prompt.count - 1])
    draft.endCandidates()
    for token in first { draft.append(DraftToken(token)) }
    draft.observed = 1..<draft.count
    return draft
  }

  /// Proposes the guesses of the pool; the window goes with them through the target's pass.
  public func draft(_ context: DraftContext) -> Draft {
    var draft = context.root
    if !isReference || rows.count == sizes.level - 1 {
      for guess in pool[draft.nodes[0].token] { draft.merge(guess.prefix(context.limit)) }
    }
    if isReference { draft.acceptedAtMost = sizes.level - 2 }
    // A prompt that leaves no room for the window has none to the end, and without it only the text gives n-grams.
    draft.lacksRoom = rows.isEmpty && context.limit > 0
    draft.endCandidates()
    if hasRoom(context.remainingPositions) { plantWindow(in: &draft) }
    return draft
  }

  /// Moves the window on, and takes the new text into the pool.
  public func update(_ kept: Kept) {
    if !kept.observed.isEmpty { moveWindow(adding: kept.observed, after: kept.draft.nodes[0].token) }
    remember(kept.tokens)
  }

  /// Puts the n-grams that end in new tokens of the text into the pool.
  private func remember(_ tokens: [Token]) {
    guard poolsText else { return }
    recent += tokens
    pool.store(text: recent)
    recent = recent.suffix(sizes.level - 1)
  }

  private func firstRow(_ prompt: [Token]) -> [Token] {
    let row =
      initialWindow
      ?? (0..<sizes.initialWindow).map { prompt[Int(SplitMix64.mixed(UInt64($0)) % UInt64(prompt.count))] }
    return prompt.count + row.count <= configuration.contextLength ? row : []
  }

  /// Whether the window's deepest slot has a position in the context.
  private func hasRoom(_ remainingPositions: Int) -> Bool {
    let depths = rows.enumerated().map { level, row in level == 0 ? row.count : row.count - 1 + level }
    return depths.max().map { $0 <= remainingPositions } ?? false
  }

  /// Puts the window's rows below the root; the target's choices after the newest row are the next one.
  private func plantWindow(in draft: inout Draft) {
    var above = [0]
    for token in rows[0] { above.append(draft.append(DraftToken(token), to: above[above.count - 1])) }
    for row in rows.dropFirst() { above = zip(row, above).map { draft.append(DraftToken($0), to: $1) } }
    draft.observed = draft.count - above.count..<draft.count
  }

  /// Takes in the row that the pass has computed: a window that is still filling grows by it, a full one gives its
  /// diagonals to the pool and moves on by one position.
  private func moveWindow(adding row: [Token], after last: Token) {
    if rows.count == 1 {
      // The prompt's pass had no root of its own: all that it computed is the second row.
      rows = [Array(rows[0].dropFirst()), row]
      return
    }
    if rows.count < sizes.level - 1 {
      rows = rows.map { Array($0.dropFirst()) } + [Array(row.dropFirst())]
      return
    }
    let diagonals = rows.dropFirst() + [row]
    for (slot, token) in ([last] + rows[0]).enumerated() {
      pool.store(diagonals.map { $0[slot] }, after: token)
    }
    rows = [Array(rows[1].dropFirst())] + rows.dropFirst(2) + [row]
  }
}

extension Lookahead {
  /// The registry's entry.
  static let method = Method(
    name: "lookahead",
    summary: "A window of Jacobi iterations fills a pool of n-grams, which are verified in the same pass; no model.",
    paper:
      "Fu et al. 2024, Break the Sequential Dependency of LLM Inference Using Lookahead Decoding, arXiv 2402.02057",
    settings: [
      Setting(name: "level", kind: .integer(3...16), default: "5", help: "tokens of an n-gram"),
      Setting(name: "window", kind: .integer(2...64), default: "7", help: "slots of a row of the window"),
      Setting(name: "guess", kind: .integer(1...64), default: "7", help: "n-grams kept and verified for a token"),
      Setting(
        name: "pool",
        kind: .choice(["window", "prompt"]),
        default: "window",
        help: "where n-grams come from: the window alone, or prompt and output too"
      ),
      .reference(
        "as Spec-Bench's copy of the official code: a hit too few of an n-gram that agrees as a whole, no guess while the "
          + "window fills"
      ),
    ],
    checkSettings: { settings, _ in _ = try sizes(settings) },
    make: { settings, resources in
      let sizes = try sizes(settings)
      let drafter = Lookahead(
        sizes: sizes,
        configuration: resources.target.configuration,
        poolsText: settings.text("pool") == "prompt",
        isReference: settings.flag("reference")
      )
      let decoder = try SpeculativeDecoder(
        target: CachedModel(resources.target, tree: sizes.largestTree),
        drafter: drafter,
        sampling: resources.sampling
      )
      return PreparedDecoder(decoder: decoder, addedParameters: 0)
    }
  )

  private static func sizes(_ settings: SettingValues) throws(DecodingError) -> Sizes {
    let sizes = Sizes(
      level: try settings.integer("level"),
      window: try settings.integer("window"),
      guess: try settings.integer("guess")
    )
    guard sizes.largestTree <= Transformer.largestTree else {
      throw settings.invalid(
        "level",
        "one for which (level − 1) · (window + level − 3 + guess) is below \(Transformer.largestTree), not "
          + "\(sizes.largestTree - 1),"
      )
    }
    return sizes
  }
}

/// Lookahead's pool: what has been seen to follow a token, the most recent continuations only.
struct NGramPool {
  private let length: Int
  private let capacity: Int
  private var continuations: [Token: [[Token]]] = [:]

  /// - Parameters:
  ///   - length: tokens of an n-gram without the one that it is found by.
  ///   - capacity: continuations kept for each token.
  init(length: Int, capacity: Int) {
    self.length = length
    self.capacity = capacity
  }

  /// The continuations of a token, the least recently stored first.
  subscript(token: Token) -> [[Token]] { continuations[token] ?? [] }

  /// Stores what follows a token; what was there already becomes the most recent.
  mutating func store(_ continuation: [Token], after token: Token) {
    var known = continuations[token] ?? []
    known.removeAll { $0 == continuation }
    known.append(continuation)
    if known.count > capacity { known.removeFirst() }
    continuations[token] = known
  }

  /// Stores every n-gram of a text.
  mutating func store(text: [Token]) {
    for start in stride(from: 0, to: text.count - length, by: 1) {
      store(Array(text[start + 1...start + length]), after: text[start])
    }
  }
}
