import SpecFiles
import SpecKernels
import SpecModel

/// What EAGLE's fixed and dynamic trees share: the target with the states that the head reads, and the head with keys and
/// values of its own (Li et al. 2024, arXiv 2401.15077, §4; Li et al. 2025, arXiv 2503.01840, §3).
///
/// The head's cache holds an entry for each committed token but the first: the target's state before it, and the token. What
/// it holds of drafted tokens, made from its own outputs, is forgotten in each cycle.
package final class EagleModel: DraftingModel {
  /// The target, cut where the head reads its states.
  package let target: CachedModel
  /// Takes the time of the head's passes.
  package var clock = PhaseClock()
  /// The token that each number of the logits stands for; nil where it is its place.
  var vocabulary: [Token]? { head.vocabulary }
  private let head: EagleHead
  private let cache: KVCache
  /// The target's stages after which states are read, in the order in which they are fused.
  private let stages: [Int]
  private let states: Activations
  /// The head's outputs after the last committed token, and after each drafted one that it has run.
  private let outputs: Activations
  private let stream: Activations
  /// Each of those outputs' parent among them; the first has none.
  private var parents: [Int] = []
  /// How many outputs there are in this cycle.
  var outputCount: Int { parents.count }
  /// Most drafted tokens that the head runs in a cycle.
  private let drafts: Int

  /// - Parameters:
  ///   - target: the model.
  ///   - head: trained for the target.
  ///   - drafts: most drafted tokens that the head runs in a cycle.
  ///   - nodes: most drafted tokens that are verified.
  /// - Throws: `KernelError` if there is not enough memory.
  package init(target: Transformer, head: EagleHead, drafts: Int, nodes: Int) throws {
    let layers = target.configuration.layers
    let cuts = Set(head.fusedLayers).subtracting([layers]).sorted()
    self.head = head
    self.drafts = drafts
    self.target = try CachedModel(
      target,
      cuts: cuts,
      keepsStates: true,
      keepsLastStates: head.fusedLayers.contains(layers),
      tree: nodes
    )
    stages = head.fusedLayers.map { layer in cuts.firstIndex(of: layer) ?? cuts.count }
    cache = try head.makeCache(
      capacity: min(target.configuration.contextLength, CachedModel.firstPositions) + drafts
    )
    states = try Activations(capacity: Transformer.largestTree, width: head.stateWidth)
    outputs = try Activations(capacity: drafts + 1, width: head.width)
    stream = try Activations(capacity: Transformer.largestTree, width: head.width)
  }

  /// Makes room in the head's cache; the decoder does so in the target's.
  package func reserve(positions: Int) throws(KernelError) {
    try cache.reserve(min(positions, target.model.configuration.contextLength) + drafts)
  }

  /// Takes a prompt, which the target has run, into the head's cache.
  func prefill(_ prompt: [Token]) {
    clock.time(.draft) { absorb(prompt, through: prompt.count - 1) }
  }

  /// The head's logits after the last committed token, which the target has not run.
  ///
  /// - Parameter text: prompt and output, at least two tokens.
  /// - Returns: one row, valid until the next call.
  func logitsAfterRoot(_ text: [Token]) -> ActivationRows {
    clock.time(.draft) {
      let last = text.count - 2
      // After a fresh prompt or a kept draft this entry is missing; it is made anew if the last cycle got no further.
      cache.truncate(to: last)
      absorb(text, through: last)
      let state = statesOfTarget(last..<last + 1)
      let output = head.forward(state, of: .target, text[(last + 1)...], cache: cache)
      outputs.copy(output, to: 0)
      parents = [-1]
      return head.logits(of: output)
    }
  }

  /// The head's logits after drafted tokens.
  ///
  /// - Parameter tokens: the tokens, each with the output that it continues: 0 for the last committed token's, then those
  ///   of earlier calls in their order.
  /// - Returns: a row for each token, valid until the next call.
  func logits(after tokens: [(token: Token, parent: Int)]) -> ActivationRows {
    clock.time(.draft) {
      let first = parents.count
      for (row, token) in tokens.enumerated() {
        stream.copy(outputs[rows: token.parent..<token.parent + 1], to: row)
        parents.append(token.parent)
      }
      let tree = TokenTree(parents: parents)
      let output = head.forward(
        stream[rows: 0..<tokens.count],
        of: .head,
        tokens.map(\.token),
        cache: cache,
        placement: .tree(tree, nodes: first..<parents.count)
      )
      outputs.copy(output, to: first)
      return head.logits(of: output)
    }
  }

  /// Forgets everything.
  package func reset() { cache.truncate(to: 0) }

  /// Entries of drafted tokens were made from the head's own outputs.
  package func keep(_ nodes: [Int], root: Int) { cache.truncate(to: root) }

  /// Takes what the cache has not of the entries before `end`.
  private func absorb(_ text: [Token], through end: Int) {
    while cache.count < end {
      let piece = cache.count..<min(cache.count + states.capacity, end)
      head.absorb(statesOfTarget(piece), text[piece.lowerBound + 1...piece.upperBound], cache: cache)
    }
  }

  /// The target's states that the head reads, side by side.
  private func statesOfTarget(_ positions: Range<Int>) -> ActivationRows {
    let rows = states[rows: 0..<positions.count]
    for (place, stage) in stages.enumerated() {
      guard let kept = target.states(after: stage) else { preconditionFailure("a stage that keeps its states") }
      if head.kind == .eagle1 {
        target.model.normalizeFinal(kept[positions], into: rows)
      } else {
        states.copy(kept[positions], to: 0, column: place * target.model.configuration.hiddenSize)
      }
    }
    return rows
  }
}

extension EagleModel {
  /// The states that the head reads, and its own keys and values.
  static func bytesPerPosition(
    _ kind: EagleKind
  ) -> @Sendable (SettingValues, TargetFiles) throws -> Int {
    { settings, files in
      let header = try settings.eagleHeader(kind, files)
      return header.cacheBytesPerPosition + header.stateBytesPerPosition
    }
  }

  /// What a user should know of a head that was made for fewer positions than the target has.
  static func warning(_ head: EagleHead, target: Int) -> String? {
    guard let positions = head.positions, positions < target else { return nil }
    return "its head was made for \(positions) positions where the target has \(target): it drafts past them, too, but "
      + "may guess worse there"
  }
}

extension Companion {
  /// The head of a kind, beside the target.
  static func eagle(_ kind: EagleKind) -> Companion {
    Companion(
      setting: Setting(
        name: "head",
        kind: .text,
        default: kind.folder,
        help: "the head's folder; '\(kind.folder)' is the one beside the model",
        namesFile: true
      ),
      noun: "an \(kind.rawValue) head",
      weights: WeightNames.eagle.safetensors,
      torchWeights: WeightNames.eagle.torch,
      training: kind.method,
      numberHint: "how much is drafted follows from 'nodes', 'depth' and 'width'",
      read: { folder, files in
        try EagleHead.Header(directory: folder, kind: kind, target: files.configuration).parameterCount
      },
      blueprint: { target in
        var shape = EagleShape(published: kind, for: target)
        guard kind == .eagle3 else {
          return Blueprint(configuration: shape.description(storedAs: "float32"), tensors: shape.tensorShapes)
        }
        // A head for three of four tokens.
        let tokens = (0..<target.vocabularySize).filter { $0 % 4 != 1 || target.vocabularySize < 4 }
        shape.draftVocabulary = tokens.count
        return Blueprint(
          configuration: shape.description(storedAs: "float32"),
          tensors: shape.tensorShapes,
          integers: [EagleNames.offsets: tokens.enumerated().map { $1 - $0 }]
        )
      }
    )
  }
}

extension SettingValues {
  /// The headers of the head in the folder that was given.
  func eagleHeader(_ kind: EagleKind, _ files: TargetFiles) throws -> EagleHead.Header {
    try EagleHead.Header(
      directory: files.folder(of: .eagle(kind), self),
      kind: kind,
      target: files.configuration
    )
  }

  /// The head in the folder that was given, to draft some tokens or all.
  func eagleHead(_ kind: EagleKind, _ resources: DecoderResources, over tokens: [Token]? = nil) throws -> EagleHead {
    try EagleHead(
      directory: resources.folder(of: .eagle(kind), self),
      kind: kind,
      target: resources.target,
      over: tokens
    )
  }
}
