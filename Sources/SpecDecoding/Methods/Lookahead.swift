import SpecKernels
import SpecModel

/// Lookahead decoding (Fu et al. 2024, arXiv 2402.02057, §3): the target drafts for itself by Jacobi iteration.
///
/// A window of `level` − 1 rows of guessed tokens moves along with the text: each pass computes a new row from the ones
/// before it, and the diagonals of the window are n-grams that go into a pool. The n-grams that begin with the newest
/// token are verified in the same pass. Window and guesses are one tree: the first row is a chain after the newest token,
/// and slot j of each further row hangs below slot j of the row before it.
public final class Lookahead: Decoder {
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
  private let target: CachedModel
  private let chooser: TokenChooser
  private let sizes: Sizes
  private let poolsText: Bool
  /// The reference counts one hit too few of an n-gram that agrees as a whole, and makes no guess while the window fills.
  private let isReference: Bool
  private var pool: NGramPool
  /// The end of the text, as far as n-grams that are still to be pooled begin there.
  private var recent: [Token] = []
  /// The rows of the window, the first one first; none where the context has no room for it.
  private var rows: [[Token]] = []
  private var last: Token = 0

  /// - Parameters:
  ///   - target: the model.
  ///   - sizes: of window and pool.
  ///   - poolsText: whether the n-grams of prompt and output go into the pool too.
  ///   - isReference: whether to do as the reference implementation does.
  ///   - sampling: how tokens are chosen.
  /// - Throws: `KernelError` if there is not enough memory.
  public init(
    target: Transformer,
    sizes: Sizes,
    poolsText: Bool = false,
    isReference: Bool = false,
    sampling: Sampling = .greedy
  ) throws {
    precondition(sizes.level > 2 && sizes.largestTree <= Transformer.largestTree, "a window larger than one pass takes")
    self.target = try CachedModel(target, tree: sizes.largestTree)
    self.sizes = sizes
    self.poolsText = poolsText
    self.isReference = isReference
    chooser = try TokenChooser(sampling, target: target)
    pool = NGramPool(length: sizes.level - 1, capacity: sizes.guess)
  }

  /// Chooses the tokens that the window's first row begins with in later prompts, for comparisons with other
  /// implementations. Outputs do not depend on them.
  ///
  /// - Parameter tokens: as many as ``Sizes/initialWindow`` says; nil takes some of the prompt's.
  /// - Throws: ``DecodingError`` if they are another number of tokens or outside the vocabulary.
  public func setInitialWindow(_ tokens: [Token]?) throws(DecodingError) {
    if let tokens {
      let vocabulary = target.model.configuration.vocabularySize
      guard tokens.count == sizes.initialWindow else {
        throw .wrongWindow(tokens: tokens.count, expected: sizes.initialWindow)
      }
      if let token = tokens.first(where: { $0 < 0 || Int($0) >= vocabulary }) {
        throw .unknownToken(token: token, vocabularySize: vocabulary)
      }
    }
    initialWindow = tokens
  }

  /// Runs the prompt and, behind it, the window's first row, which gives the second.
  public func begin(_ prompt: [Token]) throws(NotFiniteLogits) -> Token? {
    target.truncate(to: 0)
    chooser.begin(prompt)
    pool = NGramPool(length: sizes.level - 1, capacity: sizes.guess)
    recent = []
    let first = firstRow(prompt)
    let logits = target.logits(prompt + first, last: first.count + 1)
    let choices = try chooser.tokens(logits, at: (0...first.count).map { prompt.count + $0 })
    target.truncate(to: prompt.count)
    rows = first.isEmpty ? [] : [Array(first.dropFirst()), Array(choices.dropFirst())]
    last = choices[0]
    remember(prompt + [last])
    return last
  }

  /// Runs window and guesses in one pass, moves the window on, keeps the longest guess that agrees.
  public func cycle(_ budget: CycleBudget) throws(NotFiniteLogits) -> Cycle {
    var timer = PhaseTimer()
    let root = target.count
    var tree = DraftTree(root: last)
    if !isReference || rows.count == sizes.level - 1 {
      for guess in pool[last] { tree.merge(guess.prefix(budget.longestDraft), below: 0) }
    }
    let guesses = tree.shape
    let newest = hasRoom(budget) ? plantWindow(in: &tree) : 0..<0
    timer.mark(.overhead)
    let shape = tree.shape
    let states = target.run(tree.tokens, .tree(shape, nodes: 0..<shape.count))
    let choices = try chooser.tokens(target.logits(states[0..<guesses.count]), at: guesses.depths.map { root + 1 + $0 })
    let row = try chooser.tokens(target.logits(states[newest]), at: newest.map { root + 1 + shape.depths[$0] })
    timer.mark(.verify)
    let agreed = Acceptance.path(in: guesses, tokens: tree.tokens, choices: choices)
    let path = Array(agreed.prefix(isReference ? sizes.level - 1 : agreed.count))
    target.keep(path: path, from: root)
    if !newest.isEmpty { moveWindow(adding: row) }
    last = choices[path[path.count - 1]]
    remember(path.dropFirst().map { tree.tokens[$0] } + [last])
    timer.mark(.overhead)
    var cycle = Cycle(guesses, tokens: tree.tokens, path: path, bonus: last, times: timer.times)
    // A prompt that leaves no room for the window has none to the end, and without it only the text gives n-grams.
    cycle.lacksRoom = rows.isEmpty && budget.longestDraft > 0
    return cycle
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
      ?? (0..<sizes.initialWindow).map { prompt[Int(mixed(UInt64($0)) % UInt64(prompt.count))] }
    return prompt.count + row.count <= target.model.configuration.contextLength ? row : []
  }

  /// Whether the window's deepest slot has a position in the context.
  private func hasRoom(_ budget: CycleBudget) -> Bool {
    let depths = rows.enumerated().map { level, row in level == 0 ? row.count : row.count - 1 + level }
    return depths.max().map { $0 <= budget.remainingPositions } ?? false
  }

  /// Puts the window's rows below the root; returns the nodes of the newest row, which are the tree's last.
  private func plantWindow(in tree: inout DraftTree) -> Range<Int> {
    var above = [0]
    for token in rows[0] { above.append(tree.append(token, to: above[above.count - 1])) }
    for row in rows.dropFirst() { above = zip(row, above).map { tree.append($0, to: $1) } }
    return tree.count - above.count..<tree.count
  }

  /// Takes in the row that the pass has computed: a window that is still filling grows by it, a full one gives its
  /// diagonals to the pool and moves on by one position.
  private func moveWindow(adding row: [Token]) {
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
  /// The catalogue's entry.
  static let method = Method(
    name: "lookahead",
    summary: "A window of Jacobi iterations fills a pool of n-grams, which are verified in the same pass; no model.",
    paper:
      "Fu et al. 2024, Break the Sequential Dependency of LLM Inference Using Lookahead Decoding, arXiv 2402.02057",
    settings: [
      Setting(name: "level", kind: .integer(3...16), standard: "5", help: "tokens of an n-gram"),
      Setting(name: "window", kind: .integer(2...64), standard: "7", help: "slots of a row of the window"),
      Setting(name: "guess", kind: .integer(1...64), standard: "7", help: "n-grams kept and verified for a token"),
      Setting(
        name: "pool",
        kind: .choice(["window", "prompt"]),
        standard: "window",
        help: "where n-grams come from: the window alone, or prompt and output too"
      ),
      .reference(
        "as Spec-Bench's copy of the official code: a hit too few of an n-gram that agrees as a whole, no guess while the "
          + "window fills"
      ),
    ],
    addedParameters: { _ in 0 },
    checkSettings: { settings, _ in _ = try sizes(settings) },
    make: { settings, resources in
      let sizes = try sizes(settings)
      let decoder = try Lookahead(
        target: resources.target,
        sizes: sizes,
        poolsText: settings.text("pool") == "prompt",
        isReference: settings.flag("reference"),
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
