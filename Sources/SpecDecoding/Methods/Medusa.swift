import SpecKernels
import SpecModel

/// Medusa-1 (Cai et al. 2024, arXiv 2401.10774, §2.1–2.3, greedy acceptance): heads on the target's last state propose
/// the next tokens in parallel; their best candidates form a tree, which the target verifies in one pass with tree
/// attention. The accepted path's cache entries move together in place.
public final class Medusa: Decoder {
  private let target: Transformer
  private let heads: MedusaHeads
  /// The candidate tree cut at each depth, the root alone first.
  private let trees: [CandidateTree]
  private let cache: KVCache
  private let stream: HiddenStates
  private let normalized: Activations
  /// The target's final state at the last position that was run: what the heads draft from.
  private let drafting: Activations
  private var last: Token = 0

  /// - Parameters:
  ///   - target: the model.
  ///   - heads: trained for the target, at least as many as the tree is deep.
  ///   - tree: the candidates to verify.
  /// - Throws: `KernelError` if there is not enough memory.
  public init(target: Transformer, heads: MedusaHeads, tree: CandidateTree) throws {
    precondition(tree.depth <= heads.count, "a tree deeper than there are heads")
    let (context, width) = (target.configuration.contextLength, target.configuration.hiddenSize)
    self.target = target
    self.heads = heads
    trees = (0...tree.depth).map { tree.cut(at: $0) }
    cache = try target.makeCache(capacity: context + tree.shape.count)
    stream = try HiddenStates(width: width, capacity: max(context, tree.shape.count))
    normalized = try Activations(capacity: tree.shape.count, width: width)
    drafting = try Activations(capacity: 1, width: width)
  }

  /// Runs the prompt.
  public func begin(_ prompt: [Token]) -> Token {
    cache.truncate(to: 0)
    let rows = run(prompt, .chain)
    let end = normalized[rows: 0..<1]
    last = target.greedyTokens(after: rows[rows.count - 1..<rows.count], normalized: end)[0]
    drafting.copy(end, to: 0)
    return last
  }

  /// Fills the tree from the heads, verifies it in one pass, keeps the accepted path.
  public func cycle(_ budget: CycleBudget) -> Cycle {
    var timer = PhaseTimer()
    let tree = trees[min(budget.longestDraft, trees.count - 1)]
    let candidates = heads.top(tree.candidates, from: drafting[rows: 0..<1])
    let tokens = tree.fill(root: last, candidates)
    timer.mark(\.draft)
    let root = cache.count
    let rows = run(tokens, .tree(tree.shape, nodes: 0..<tree.shape.count))
    let choices = target.greedyTokens(after: rows, normalized: normalized[rows: 0..<rows.count])
    timer.mark(\.verify)
    let path = Acceptance.path(in: tree.shape, tokens: tokens, choices: choices)
    let end = path[path.count - 1]
    cache.keep(path: path, from: root)
    drafting.copy(normalized[rows: end..<end + 1], to: 0)
    last = choices[end]
    timer.mark(\.overhead)
    return Cycle(
      drafted: tree.depth,
      nodes: tree.shape.count - 1,
      accepted: path.count - 1,
      tokens: path.dropFirst().map { tokens[$0] } + [last],
      times: timer.times
    )
  }

  private func run(_ tokens: [Token], _ placement: Placement) -> ActivationRows {
    stream.truncate(to: 0)
    let rows = stream.append(tokens.count)
    target.embed(tokens, into: rows)
    target.forward(rows, cache: cache, placement: placement)
    return rows
  }
}

extension Medusa {
  /// The catalogue's entry.
  static let method = Method(
    name: "medusa",
    summary: "Extra heads propose the next tokens at once; a tree of their candidates is verified in one pass.",
    paper: "Cai et al. 2024, Medusa: Simple LLM Inference Acceleration Framework with Multiple Decoding Heads, "
      + "arXiv 2401.10774",
    settings: [
      Setting(
        name: "tree",
        kind: .text,
        standard: "mc_sim_7b_63",
        help: "the candidate tree: \(CandidateTree.shippedNames.joined(separator: ", ")) or a JSON file of paths"
      ),
      Setting(
        name: "heads",
        kind: .text,
        standard: "medusa",
        help: "the heads' folder; 'medusa' is the one beside the model"
      ),
    ],
    addedParameters: { MedusaHeads.parameterCount(for: $0, heads: MedusaHeads.publishedCount) },
    make: { settings, resources in
      let tree = try CandidateTree(named: settings.text("tree"))
      let heads = try MedusaHeads(
        directory: resources.companion(settings.text("heads"), standard: "medusa"),
        target: resources.target
      )
      guard tree.depth <= heads.count else {
        throw settings.invalid("tree", "a tree no deeper than the \(heads.count) heads")
      }
      guard tree.candidates.allSatisfy({ $0 <= resources.target.configuration.vocabularySize }) else {
        throw settings.invalid("tree", "a tree with ranks inside the vocabulary")
      }
      return PreparedDecoder(
        decoder: try Medusa(target: resources.target, heads: heads, tree: tree),
        addedParameters: heads.parameterCount
      )
    }
  )
}
