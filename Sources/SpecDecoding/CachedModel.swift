import SpecKernels
import SpecModel

/// A model with the keys and values of the tokens that it has run. It runs what it has not run of a text and of a draft
/// that continues it; everything is addressed by absolute position.
///
/// The layers may be cut into stages. Each stage consumes the positions that the stage before has and it has not. The
/// states between two stages are kept if asked for: a drafter reads them, and later stages go on from them.
public final class CachedModel: DraftingModel {
  private struct Stage {
    let cache: KVCache
    /// The residual stream after the stage's last layer, by position; nil where it is not kept.
    let states: HiddenStates?
  }

  /// The model.
  public let model: Transformer
  /// Takes the time of passes: as drafting, unless the decoder verifies.
  public var clock = PhaseClock()
  private let stages: [Stage]
  private var stream: Activations
  /// Slots for the nodes of a draft behind those of the text.
  private let tree: Int
  private let normalized: Activations
  /// The positions whose last states the latest pass has left in the stream.
  private var passed = 0..<0
  /// Where the draft of the latest pass begins.
  private var root = 0
  /// Whether stages hold what was computed with other stages left out.
  private var hasSkipped = false

  /// - Parameters:
  ///   - model: the model.
  ///   - cuts: the layers, rising, before which the layers are cut.
  ///   - keepsStates: whether the states at the cuts are kept.
  ///   - keepsLastStates: whether the states after the last layer are kept, too.
  ///   - tree: how many nodes of a tree may stand behind a text that fills what was reserved.
  /// - Throws: `KernelError` if there is not enough memory.
  public init(
    _ model: Transformer,
    cuts: [Int] = [],
    keepsStates: Bool = false,
    keepsLastStates: Bool = false,
    tree: Int = 0
  ) throws {
    let capacity = min(model.configuration.contextLength, Self.firstPositions) + tree
    let (width, layers) = (model.configuration.hiddenSize, model.configuration.layers)
    self.model = model
    self.tree = tree
    stages = try zip([0] + cuts, cuts + [layers]).map { first, end in
      Stage(
        cache: try model.makeCache(layers: first..<end, capacity: capacity),
        states: (end < layers ? keepsStates : keepsLastStates)
          ? try HiddenStates(width: width, capacity: capacity) : nil
      )
    }
    stream = try Activations(capacity: capacity, width: width)
    normalized = try Activations(capacity: Transformer.largestTree, width: width)
  }

  /// Positions that there is room for before anything is reserved.
  package static let firstPositions = 256

  /// Makes room for a text and a draft behind it, so that no pass has to. Nothing that is held changes.
  ///
  /// - Parameter positions: most tokens of the text; at most the model's context counts.
  /// - Throws: `KernelError` if there is not enough memory.
  public func reserve(positions: Int) throws(KernelError) {
    let slots = min(positions, model.configuration.contextLength) + tree
    for stage in stages {
      try stage.cache.reserve(slots)
      try stage.states?.reserve(slots)
    }
    try makeRoom(slots)
  }

  /// Room for the rows of one pass; what the stream held is lost.
  private func makeRoom(_ rows: Int) throws(KernelError) {
    if rows > stream.capacity { stream = try Activations(capacity: rows, width: stream.width) }
  }

  /// The states after a stage, by position.
  ///
  /// - Parameter stage: a stage before a cut, or the last one.
  /// - Returns: the states; nil where they are not kept.
  public func states(after stage: Int) -> HiddenStates? { stages[stage].states }

  /// Runs what the stages have not seen of a text and of a draft that continues it.
  ///
  /// - Parameters:
  ///   - text: at least one token; the last is the draft's root.
  ///   - draft: what follows.
  ///   - count: how many of the first stages run; nil for all.
  public func run(_ text: [Token], _ draft: Draft, through count: Int? = nil) {
    if hasSkipped { truncate(to: text.count - 1) }
    hasSkipped = false
    clock.time(.draft) { run(text, draft, stages: Array(stages.indices.prefix(count ?? stages.count))) }
  }

  /// Runs what some stages have not seen, as if the others were not there. What they store is forgotten before the next
  /// pass that leaves none out.
  ///
  /// - Parameters:
  ///   - text: at least one token; the last is the draft's root.
  ///   - draft: what follows.
  ///   - stages: which stages, rising.
  public func run(_ text: [Token], _ draft: Draft, skippingTo stages: [Int]) {
    hasSkipped = true
    clock.time(.draft) { run(text, draft, stages: stages) }
  }

  /// Runs what has not been run, at least the newest node, and gives the logits after that.
  ///
  /// - Parameters:
  ///   - text: at least one token; the last is the draft's root.
  ///   - draft: what follows.
  ///   - head: chooses from some tokens only; nil for the model's whole head.
  /// - Returns: one row, valid until the next call or pass.
  public func logitsAfterNewest(_ text: [Token], _ draft: Draft, by head: DraftHead? = nil) -> ActivationRows {
    // Where the text is the prompt alone, its last token has been run already.
    truncate(to: text.count - 1 + draft.newest)
    run(text, draft)
    return logits(after: draft.newest..<draft.count, by: head)
  }

  private func run(_ text: [Token], _ draft: Draft, stages indices: [Int]) {
    root = text.count - 1
    let end = root + draft.count
    var first = stages[indices[0]].cache.count
    let most = end - (indices.map { stages[$0].cache.count }.min() ?? 0)
    takingMemory { () throws(KernelError) in try makeRoom(most) }
    var rows = stream[rows: 0..<max(0, end - first)]
    if first < end { model.embed(tokens(of: text, draft, from: first), into: rows) }
    for index in indices {
      let stage = stages[index]
      if index > 0, stage.cache.count < first, let states = stages[index - 1].states {
        first = stage.cache.count
        rows = stream[rows: 0..<end - first]
        stream.copy(states[first..<end], to: 0)
      }
      forward(rows, at: first, draft, stage.cache)
      if let states = stage.states {
        let kept = states.append(rows.count)
        kept.owner.copy(rows, to: kept.range.lowerBound)
      }
    }
    passed = first..<max(first, end)
  }

  private func tokens(of text: [Token], _ draft: Draft, from first: Int) -> [Token] {
    text[min(first, text.count)...] + draft.nodes[max(1, first - text.count + 1)...].map(\.token)
  }

  /// Rows before the root are a chain, whatever the draft.
  private func forward(_ rows: ActivationRows, at first: Int, _ draft: Draft, _ cache: KVCache) {
    if draft.isChain { return model.forward(rows, cache: cache) }
    let before = max(0, min(root - first, rows.count))
    model.forward(rows[0..<before], cache: cache)
    let nodes = max(0, first - root)..<draft.count
    model.forward(rows[before..<rows.count], cache: cache, placement: .tree(draft.shape, nodes: nodes))
  }

  /// The positions of the text that the latest pass has run before the draft's root.
  var textOfLatestPass: Range<Int> { passed.lowerBound..<max(passed.lowerBound, root) }

  /// The final states of nodes of the latest pass, normalized; valid until the next call or pass.
  public func finalStates(of nodes: Range<Int>) -> ActivationRows {
    let first = root + nodes.lowerBound - passed.lowerBound
    let states = normalized[rows: 0..<nodes.count]
    model.normalizeFinal(stream[rows: first..<first + nodes.count], into: states)
    return states
  }

  /// The logits after nodes of the latest pass, by the model's whole head or by another; valid until the next call or pass.
  public func logits(after nodes: Range<Int>, by head: DraftHead? = nil) -> ActivationRows {
    clock.time(.draft) {
      let states = finalStates(of: nodes)
      return head?.logits(of: states) ?? model.logits(of: states)
    }
  }

  /// Forgets everything.
  public func reset() { truncate(to: 0) }

  /// Forgets what all stages hold from a position on.
  func truncate(to count: Int) {
    for stage in stages {
      stage.cache.truncate(to: count)
      stage.states?.truncate(to: count)
    }
  }

  /// Forgets the nodes of the present draft that are not kept.
  public func keep(_ nodes: [Int], root: Int) {
    for stage in stages {
      let held = stage.cache.count - root
      let path = Array(nodes.prefix { $0 < held })
      guard !path.isEmpty else { continue }
      stage.cache.keep(path: path, from: root)
      stage.states?.keep(path: path, from: root)
    }
  }
}
