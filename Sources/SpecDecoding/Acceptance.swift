import SpecKernels
import SpecModel

/// What the target makes of a draft.
struct AcceptedPath: Equatable {
  /// The accepted nodes, the root first.
  var path: [Int]
  /// The accepted tokens and the target's own after them.
  var tokens: [Token]
}

extension Sampler {
  /// Verifies a draft: by agreement with the target's own choices, or by rejection if sampling asks for that.
  ///
  /// - Parameters:
  ///   - draft: the draft; a chain where drafts are judged by rejection.
  ///   - logits: a row of the target's logits after each candidate.
  ///   - position: the position of the token after the root.
  /// - Returns: the accepted path, and the tokens that come out.
  /// - Throws: ``NotFiniteLogits`` for the target's.
  func verify(_ draft: Draft, _ logits: ActivationRows, at position: Int) throws(NotFiniteLogits) -> AcceptedPath {
    if !sampling.isLossless { return try verifyByRejection(draft, logits, at: position) }
    let choices = try tokens(logits, at: draft.depths.prefix(draft.candidateCount).map { position + $0 })
    var path = [0]
    // A parent comes before its children, so one walk over the nodes meets the path in order.
    for node in 1..<max(1, draft.candidateCount) where draft.parents[node] == path[path.count - 1] {
      if draft.nodes[node].token == choices[draft.parents[node]] { path.append(node) }
    }
    if let most = draft.acceptedAtMost { path = Array(path.prefix(1 + most)) }
    let bonus = choices[path[path.count - 1]]
    return AcceptedPath(path: path, tokens: path.dropFirst().map { draft.nodes[$0].token } + [bonus])
  }

  /// Speculative sampling (Leviathan et al. 2023, Algorithm 1; Chen et al. 2023, Algorithm 2): a token x drafted from q
  /// is accepted with probability min(1, p(x)/q(x)); the first that is not is replaced by a draw from max(0, p − q).
  private func verifyByRejection(
    _ draft: Draft,
    _ logits: ActivationRows,
    at position: Int
  ) throws(NotFiniteLogits) -> AcceptedPath {
    var accepted: [Token] = []
    for (index, drafted) in draft.nodes.dropFirst().enumerated() {
      let p = try distribution(logits[index..<index + 1], of: .target, at: position + index)
      let token = Int(drafted.token)
      let q = drafted.distribution?[token] ?? 1
      if uniform(position + index, .acceptance) * q < p[token] {
        accepted.append(drafted.token)
        continue
      }
      let residual = p.indices.map { max(0, p[$0] - (drafted.distribution?[$0] ?? ($0 == token ? 1 : 0))) }
      return AcceptedPath(path: Array(0...index), tokens: accepted + [draw(from: residual, at: position + index)])
    }
    let last = logits[draft.newest..<draft.count]
    let bonus = try tokens(last, at: [position + draft.newest])
    return AcceptedPath(path: Array(0..<draft.count), tokens: accepted + bonus)
  }

  /// A draw from weights that need not add up to 1.
  private func draw(from weights: [Float], at position: Int) -> Token {
    var rest = uniform(position, .residual) * weights.reduce(0, +)
    var drawn = 0
    for (token, weight) in weights.enumerated() where weight > 0 {
      drawn = token
      rest -= weight
      if rest < 0 { break }
    }
    return Token(drawn)
  }
}

extension Cycle {
  /// The cycle of a draft.
  ///
  /// - Parameters:
  ///   - kept: what became of it.
  ///   - vocabulary: what the drafter chooses from; nil for all tokens.
  ///   - times: where the time went.
  init(_ kept: Kept, vocabulary: Set<Token>?, times: PhaseTimes) {
    let candidates = kept.draft.candidateCount
    self.init(
      drafted: kept.draft.depth,
      nodes: candidates - 1,
      accepted: kept.accepted,
      tokens: kept.tokens,
      confidences: kept.draft.nodes[1..<max(1, candidates)].compactMap(\.confidence),
      times: times
    )
    passPositions = kept.draft.count
    lacksRoom = kept.draft.lacksRoom
    outsideVocabulary = vocabulary.map { vocabulary in kept.tokens.count { !vocabulary.contains($0) } }
  }
}
