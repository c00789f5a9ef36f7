import SpecFiles

/// What each pass with a draft has drafted and accepted, as vLLM lists it with `--per-request-spec-decode-metrics detailed`.
struct PassLists: Equatable {
  /// For each pass with a draft, drafted and accepted tokens. These are counted before the answer is cut at a stop.
  let steps: [(drafted: Int, accepted: Int)]

  static func == (a: PassLists, b: PassLists) -> Bool {
    a.steps.elementsEqual(b.steps) { $0 == $1 }
  }

  init(_ steps: [(drafted: Int, accepted: Int)]) { self.steps = steps }

  /// - Parameter field: the object of speculation; nil where it has no lists.
  init?(_ field: JSONField<EngineFault>) {
    guard let accepted = try? field.known("per_step_accepted")?.integers(),
      let drafted = try? field.known("per_step_drafted")?.integers(), accepted.count == drafted.count,
      zip(drafted, accepted).allSatisfy({ (0...$0).contains($1) })
    else { return nil }
    steps = zip(drafted, accepted).map { ($0, $1) }
  }

  var counts: DraftCounts {
    DraftCounts(
      drafts: steps.count,
      drafted: steps.reduce(0) { $0 + $1.drafted },
      accepted: steps.reduce(0) { $0 + $1.accepted }
    )
  }
}

/// Finds the passes of an answer whose pieces are passes, unless the server has put several into one.
struct PassReading {
  /// The passes after the prompt's and what they rest on; nil where nothing tells them.
  private(set) var result: (passes: [ServerPass]?, source: PassSource?) = (nil, nil)

  /// - Parameters:
  ///   - answer: the answer with its pieces and counts.
  ///   - isVanilla: whether the server drafts nothing.
  ///   - lists: what each pass with a draft did; nil where the server does not list it.
  init(_ answer: ServerAnswer, isVanilla: Bool, lists: PassLists?) {
    guard let tokens = answer.tokens, tokens > 0 else { return }
    if isVanilla {
      let pass = ServerPass(emitted: 1, drafted: 0, accepted: 0)
      result = (Array(repeating: pass, count: tokens - 1), .vanilla)
    } else if let lists {
      if let passes = Self.passes(lists, tokens: tokens - 1) { result = (passes, .lists) }
    } else {
      let lengths = answer.chunks.compactMap(\.tokens)
      guard lengths.count == answer.chunks.count, let first = lengths.first, lengths.reduce(0, +) == tokens else {
        return
      }
      // The prompt's pass gives one token; what has come with it was put together.
      let rest = (first > 1 ? [first - 1] : []) + lengths.dropFirst()
      let passes = rest.map { ServerPass(emitted: $0) }
      guard let accepted = answer.counts.accepted, let drafts = answer.counts.drafts else {
        result = (passes, .chunks)
        return
      }
      // Each pass gives one token beside those accepted; the last may have been cut off at a stop.
      let surplus = accepted - (tokens - 1 - rest.count)
      let longest = ((answer.counts.drafted ?? accepted) + max(drafts, 1) - 1) / max(drafts, 1)
      if first == 1, (0...longest).contains(surplus) { result = (passes, .countedChunks) }
    }
  }

  /// The passes of the lists, with as many without a draft as the tokens ask for. Where they stand among the others is not
  /// told; they come last.
  private static func passes(_ lists: PassLists, tokens: Int) -> [ServerPass]? {
    var passes: [ServerPass] = []
    var left = tokens
    for step in lists.steps {
      let emitted = min(step.accepted + 1, left)
      guard emitted > 0 else { return nil }
      passes.append(ServerPass(emitted: emitted, drafted: step.drafted, accepted: step.accepted))
      left -= emitted
    }
    return passes + Array(repeating: ServerPass(emitted: 1, drafted: 0, accepted: 0), count: left)
  }
}
