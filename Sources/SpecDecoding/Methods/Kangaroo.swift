import SpecKernels
import SpecModel

/// Kangaroo (Liu et al. 2024, arXiv 2404.18911, §3): the target drafts for itself from its first layers.
///
/// The first early exit: the target's layers up to the exit layer, a trained adapter and the target's own head propose
/// one token after the other. The second early exit: drafting stops once the adapter's top probability for the token it
/// drafted last falls below the threshold, or `steps` tokens are drafted; that last token is still verified. The
/// remaining layers then run once over the exit-layer states that drafting has computed anyway.
public final class Kangaroo: Decoder {
  private let target: Transformer
  private let adapter: KangarooAdapter
  private let steps: Int
  private let threshold: Float
  private let shallow: KVCache
  private let deep: KVCache
  private let drafter: KVCache
  /// Exit-layer states by position: written by the shallow layers, read by the adapter and by the deep layers.
  private let exits: HiddenStates
  private let stream: Activations
  private let normalized: Activations
  /// The newest token; it has not been run yet. Its position is the number of positions in every cache.
  private var last: Token = 0
  private var committed = 0

  /// - Parameters:
  ///   - target: the model.
  ///   - adapter: trained for the target at this exit layer.
  ///   - exitLayer: number of the target's first layers that draft, at least 1 and fewer than all.
  ///   - steps: most tokens drafted in a cycle.
  ///   - threshold: drafting stops below this probability.
  /// - Throws: `KernelError` if there is not enough memory.
  public init(target: Transformer, adapter: KangarooAdapter, exitLayer: Int, steps: Int, threshold: Float) throws {
    let (context, width) = (target.configuration.contextLength, target.configuration.hiddenSize)
    self.target = target
    self.adapter = adapter
    self.steps = steps
    self.threshold = threshold
    shallow = try target.makeCache(layers: 0..<exitLayer, capacity: context)
    deep = try target.makeCache(layers: exitLayer..<target.configuration.layers, capacity: context)
    drafter = try adapter.makeCache(capacity: context)
    exits = try HiddenStates(width: width, capacity: context)
    stream = try Activations(capacity: context, width: width)
    normalized = try Activations(capacity: steps + 1, width: width)
  }

  /// Runs the prompt through the shallow layers, the adapter and the deep layers.
  public func begin(_ prompt: [Token]) -> Token {
    committed = 0
    forget()
    exit(prompt)
    adapter.absorb(exits[0..<prompt.count], cache: drafter)
    commit(verify(choosing: 1), positions: prompt.count)
    return last
  }

  /// Drafts until unsure, verifies with the remaining layers, keeps what agrees.
  public func cycle(_ budget: CycleBudget) -> Cycle {
    var timer = PhaseTimer()
    let draft = draft(atMost: min(steps, budget.longestDraft))
    timer.mark(\.draft)
    let choices = verify(choosing: draft.count + 1)
    timer.mark(\.verify)
    let accepted = Acceptance.prefix(of: draft.map(\.token), choices: choices)
    let tokens = Array(choices[...accepted])
    commit(tokens, positions: tokens.count)
    timer.mark(\.overhead)
    return Cycle(
      drafted: draft.count,
      nodes: draft.count,
      accepted: accepted,
      tokens: tokens,
      confidences: draft.map(\.confidence),
      times: timer.times
    )
  }

  private func draft(atMost limit: Int) -> [(token: Token, confidence: Float)] {
    var draft: [(token: Token, confidence: Float)] = []
    exit([last])
    while draft.count < limit, draft.last.map({ $0.confidence >= threshold }) ?? true {
      // After a fully accepted draft the adapter has two positions to catch up with; it always takes what it has not.
      let outputs = adapter.forward(exits[drafter.count..<exits.count], cache: drafter)
      let logits = target.logits(of: outputs[outputs.count - 1..<outputs.count])
      let choice = target.context.choose(logits, withProbability: true)[0]
      draft.append((Token(choice.index), choice.probability))
      exit([Token(choice.index)])
    }
    return draft
  }

  /// Runs tokens through the layers up to the exit layer.
  private func exit(_ tokens: [Token]) {
    let rows = exits.append(tokens.count)
    target.embed(tokens, into: rows)
    target.forward(rows, cache: shallow)
  }

  /// One pass of the remaining layers over every position they have not seen; the target's tokens after the last ones.
  private func verify(choosing count: Int) -> [Token] {
    let pending = deep.count..<exits.count
    stream.copy(exits[pending], to: 0)
    let rows = stream[rows: 0..<pending.count]
    target.forward(rows, cache: deep)
    return target.greedyTokens(
      after: rows[rows.count - count..<rows.count],
      normalized: normalized[rows: 0..<count]
    )
  }

  /// Commits tokens that follow `positions` newly run ones, and forgets every position that was drafted in vain.
  private func commit(_ tokens: [Token], positions: Int) {
    last = tokens[tokens.count - 1]
    committed += positions
    forget()
  }

  private func forget() {
    shallow.truncate(to: committed)
    deep.truncate(to: committed)
    drafter.truncate(to: committed)
    exits.truncate(to: committed)
  }
}

extension Kangaroo {
  /// The catalogue's entry.
  static let method = Method(
    name: "kangaroo",
    summary: "The target's first layers and a small adapter draft until unsure; its remaining layers verify.",
    paper: "Liu et al. 2024, Kangaroo: Lossless Self-Speculative Decoding via Double Early Exiting, arXiv 2404.18911",
    settings: [
      Setting(
        name: "exit",
        kind: .integer(1...4095),
        standard: "2",
        help: "exit layer: the target's layers that draft"
      ),
      Setting(name: "steps", kind: .integer(1...64), standard: "6", help: "most tokens drafted in a cycle"),
      Setting(
        name: "threshold",
        kind: .number(0...1),
        standard: "0.6",
        help: "drafting stops once the top probability of the last drafted token is below this"
      ),
      Setting(
        name: "adapter",
        kind: .text,
        standard: "kangaroo",
        help: "the adapter's folder; 'kangaroo' is the one beside the model"
      ),
    ],
    addedParameters: { KangarooAdapter.parameterCount(for: $0) },
    make: { settings, resources in
      let target = resources.target
      let exit = try settings.integer("exit")
      guard exit < target.configuration.layers else {
        throw settings.invalid("exit", "a layer below the target's \(target.configuration.layers)")
      }
      let adapter = try KangarooAdapter(
        directory: resources.companion(settings.text("adapter"), standard: "kangaroo"),
        target: target
      )
      let decoder = try Kangaroo(
        target: target,
        adapter: adapter,
        exitLayer: exit,
        steps: settings.integer("steps"),
        threshold: settings.number("threshold")
      )
      return PreparedDecoder(decoder: decoder, addedParameters: adapter.parameterCount)
    }
  )
}
