import SpecEngines
import SpecFiles
import SpecStore

/// What one look at a server has found.
package struct ProbeFinding: Equatable, Sendable {
  /// What was looked at.
  package let name: String
  /// Whether it is as it should be; nil where the server does not tell.
  package let passed: Bool?
  /// What was found, one sentence.
  package let sentence: String
  /// Whether a measurement would be worth nothing.
  package var isVoid = false
}

/// Looks at a server before it is measured, by asking the same thing twice.
struct ServerProbe {
  private let server: EngineServer
  private let order: CompletionOrder
  private let hasOwnTokens: Bool

  /// - Parameters:
  ///   - server: the server.
  ///   - order: what it is asked, with the very fields of the measurement.
  ///   - hasOwnTokens: whether its tokens were made here, and not by a server.
  init(_ server: EngineServer, order: CompletionOrder, hasOwnTokens: Bool) {
    (self.server, self.order, self.hasOwnTokens) = (server, order, hasOwnTokens)
  }

  /// Asks, and says what was found.
  ///
  /// - Parameter shouldStop: asked ten times a second.
  /// - Returns: the findings.
  /// - Throws: `EngineFault`.
  func findings(shouldStop: () -> Bool) throws(EngineFault) -> [ProbeFinding] {
    let first = try server.complete(order, shouldStop: shouldStop)
    let second = try server.complete(order, shouldStop: shouldStop)
    var findings = [drafting(first, second), repetition(first, second), cache(second), evaluated(first)]
    if !server.settings.isBaseline { findings.append(memory(first, second)) }
    return hasOwnTokens ? findings + [tokenizer(try server.ready(shouldStop: shouldStop))] : findings
  }

  /// Whether the server makes the same tokens of the prompt as the model's files do here: else it serves another model.
  private func tokenizer(_ ready: Server) -> ProbeFinding {
    let name = "tokenizer"
    // Whoever does not tell its tokens can be measured all the same.
    let told = try? server.dialect.tokenize(order.prompt.text, begins: false, ready)
    guard let own = order.prompt.ids, let told else {
      return ProbeFinding(name: name, passed: nil, sentence: "it does not tell its tokens of a text.")
    }
    // A begin token that is put in front here is no part of the text.
    let isSame = own == told || Array(own.dropFirst()) == told
    return ProbeFinding(
      name: name,
      passed: isSame,
      sentence: isSame
        ? "it makes the same tokens of the prompt as the model's files here."
        : "it makes other tokens of the prompt than the model's files here; check that it serves that model."
    )
  }

  /// Whether the baseline drafts nothing, and the others do.
  private func drafting(_ answers: ServerAnswer...) -> ProbeFinding {
    let name = ProbeRecord.drafting
    let drafted = answers.compactMap(\.counts.drafted).reduce(0, +)
    let counts = answers.contains { $0.counts.drafted != nil }
    let saysSo = server.facts.drafts == true
    guard counts || server.facts.drafts != nil else {
      return ProbeFinding(name: name, passed: nil, sentence: "it does not tell whether it drafts.")
    }
    if server.settings.isBaseline {
      return saysSo || drafted > 0
        ? ProbeFinding(
          name: name,
          passed: false,
          sentence:
            "it is the baseline, but it drafts\(speculation): start it without speculation, or mark another as baseline",
          isVoid: true
        ) : ProbeFinding(name: name, passed: true, sentence: "it drafts nothing, as the baseline must.")
    }
    // What it has counted goes before what it says of itself.
    let drafts = counts ? drafted > 0 : saysSo
    return ProbeFinding(
      name: name,
      passed: drafts,
      sentence: drafts
        ? "it drafts\(speculation)."
        : "it drafted nothing in two answers of \(quantity(answers[0].tokens ?? 0, "token")); check its flags."
    )
  }

  private var speculation: String { server.facts.speculation.map { " (\(quoted($0)))" } ?? "" }

  /// Whether the same question has the same answer.
  private func repetition(_ first: ServerAnswer, _ second: ServerAnswer) -> ProbeFinding {
    let isSame = first.ids != nil && second.ids != nil ? first.ids == second.ids : first.text == second.text
    let unit = first.ids == nil ? "text" : "tokens"
    return ProbeFinding(
      name: "repetition",
      passed: isSame,
      sentence: isSame
        ? "the same prompt gave the same \(unit) twice."
        : "the same prompt gave other \(unit) the second time: it does not reproduce its own output, so that outputs that "
          + "differ from the baseline's say little about speculation."
    )
  }

  /// Whether the drafts of the second answer were those of the first: a server that drafts from what it has answered before
  /// is measured on questions that it knows already, by warm-up and repeats.
  private func memory(_ first: ServerAnswer, _ second: ServerAnswer) -> ProbeFinding {
    let name = "earlier answers"
    let isKnown = first.counts.drafted != nil && max(first.counts.drafted ?? 0, second.counts.drafted ?? 0) > 0
    // An answer without any draft is vanilla's; with drafts, a near-tie may end otherwise.
    let areAlike = first.ids == second.ids && first.text == second.text || first.counts.drafted == 0
    guard isKnown, areAlike, let before = first.counts.accepted, let after = second.counts.accepted else {
      return ProbeFinding(name: name, passed: nil, sentence: "nothing tells whether drafts depend on earlier answers.")
    }
    let isSame = first.counts == second.counts
    return ProbeFinding(
      name: name,
      passed: isSame,
      sentence: isSame
        ? "a repeated prompt had the same drafts, so that they do not depend on earlier answers."
        : "a repeated prompt had other drafts (\(before) of \(first.counts.drafted ?? 0) accepted, then \(after) of "
          + "\(second.counts.drafted ?? 0)): it drafts from earlier answers, and warm-up and repeats let it know the "
          + "questions of the measurement; its speed on new ones is another."
    )
  }

  /// Whether nothing was taken from the first request for the second.
  private func cache(_ second: ServerAnswer) -> ProbeFinding {
    guard let cached = second.cachedTokens else {
      return ProbeFinding(name: "prompt cache", passed: nil, sentence: "it does not tell whether prompts are cached.")
    }
    return ProbeFinding(
      name: "prompt cache",
      passed: cached == 0,
      sentence: cached == 0
        ? "no token of a repeated prompt came from a cache."
        : "\(quantity(cached, "token")) of a repeated prompt came from a cache: times to the first token are those of "
          + "repeated prompts; start it without a prompt cache."
    )
  }

  /// Whether the tokens that were sent are those that were evaluated.
  private func evaluated(_ answer: ServerAnswer) -> ProbeFinding {
    let name = "evaluated prompt"
    guard let sent = order.prompt.ids else {
      return ProbeFinding(name: name, passed: nil, sentence: "it makes the tokens itself of what is sent.")
    }
    if let ids = answer.promptIDs {
      return ProbeFinding(
        name: name,
        passed: ids == sent,
        sentence: ids == sent
          ? "the \(sent.count) token ids that were sent are those that were evaluated."
          : "the token ids that were evaluated are not those that were sent."
      )
    }
    guard let count = answer.promptTokens else {
      return ProbeFinding(name: name, passed: nil, sentence: "it does not tell how many tokens were evaluated.")
    }
    return ProbeFinding(
      name: name,
      passed: count == sent.count,
      sentence: count == sent.count
        ? "\(sent.count) tokens were sent and evaluated."
        : "\(sent.count) tokens were sent, but \(count) were evaluated: something was added or left away."
    )
  }
}
