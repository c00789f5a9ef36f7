import SpecDecoding
import SpecEngines
import SpecFiles
import SpecModel
import SpecStore
import SpecSuite

/// The model behind the servers of an engine, as its baseline's server tells of it.
package final class ServedModel: RunModel {
  /// How many candidates a server is asked for to learn a margin.
  private static let candidates = 5
  /// Where a server does not tell the length of its context.
  private static let unknownContext = Int(Int32.max)

  private let served: ServedEngine
  private var baseline: EngineServer { served.baseline }
  private var settings: EngineSettings { served.settings }
  private let sampling: Sampling
  /// Where prompts are made into tokens here; nil where a server does.
  private let tokenizer: ModelTokenizer?
  /// The prompts that were made so far: servers write equal conversations alike.
  private var written: [String: RunPrompt] = [:]

  /// - Parameters:
  ///   - engine: the engine, whose baseline's server can be asked.
  ///   - sampling: how tokens are chosen.
  ///   - tokenizer: the model's own, where prompts are made into tokens here.
  package init(_ engine: ServedEngine, sampling: Sampling, tokenizer: ModelTokenizer? = nil) {
    served = engine
    self.sampling = sampling
    self.tokenizer = tokenizer
  }

  package var inputs: [InputLog.Entry] { tokenizer?.inputs ?? [] }
  /// Whether prompts are made into tokens here.
  var hasOwnTokens: Bool { tokenizer != nil }
  package var loaded: LoadedModel? { nil }
  package var engine: EngineSettings? { settings }
  package var environment: EnvironmentRecord { RunEnvironment.capture(nil) }

  package func description(_ inputs: [RunInput]) -> RunModelDescription {
    var description = RunModelDescription()
    description.name = baseline.facts.model ?? ""
    description.path = baseline.facts.modelPath ?? ""
    description.weightType = baseline.facts.weightType ?? ""
    description.parameters = baseline.facts.parameters ?? 0
    description.contextLength = baseline.facts.contextLength ?? 0
    description.directory = tokenizer?.directory ?? ""
    description.tokenizerHash = inputs.first { $0.path == tokenizer?.file }?.sha256 ?? ""
    return description
  }

  package func began(decoders: [Int64], in store: BenchmarkStore) throws {
    try served.record(decoders: decoders, in: store)
  }

  package func rules(maximumNewTokens: Int) -> StopRules {
    StopRules(
      endTokens: [],
      maximumNewTokens: maximumNewTokens,
      contextLength: baseline.facts.contextLength ?? Self.unknownContext
    )
  }

  package func prompt(
    _ writer: PromptWriter,
    history: [(user: String, assistant: String)],
    user: String
  ) throws -> RunPrompt {
    let messages =
      history.flatMap { [(role: "user", content: $0.user), (role: "assistant", content: $0.assistant)] }
      + [(role: "user", content: user)]
    // A zero byte keeps the parts apart.
    let key = messages.map(\.content).joined(separator: "\0")
    if let known = written[key] { return known }
    let prompt =
      switch settings.prompts {
      case .server: try writtenByServer(messages, writer, history: history, user: user)
      case .here: try writtenHere(writer, history: history, user: user)
      }
    written[key] = prompt
    return prompt
  }

  private func writtenByServer(
    _ messages: [(role: String, content: String)],
    _ writer: PromptWriter,
    history: [(user: String, assistant: String)],
    user: String
  ) throws -> RunPrompt {
    let server = try baseline.ready(shouldStop: { false })
    let sent = messages.map { ServerMessage(role: $0.role, content: $0.content) }
    guard let prompt = try baseline.dialect.render(sent, server) else {
      // Where only tokens can be sent, they have to be made of a text that is written here.
      if baseline.dialect.takesIDs { return try writtenHere(writer, history: history, user: user) }
      return RunPrompt(ids: [], text: "", messages: messages)
    }
    return RunPrompt(ids: try tokens(prompt.ids ?? []), text: prompt.text, messages: [])
  }

  private func writtenHere(
    _ writer: PromptWriter,
    history: [(user: String, assistant: String)],
    user: String
  ) throws -> RunPrompt {
    let prompt: Prompt
    do {
      prompt = try writer.prompt(history: history, user: user)
    } catch {
      return RunPrompt(refusal: error)
    }
    if let tokenizer, baseline.dialect.takesIDs {
      return RunPrompt(ids: tokenizer.encode(prompt.text, begins: prompt.begins), text: prompt.text.text)
    }
    let server = try baseline.ready(shouldStop: { false })
    let ids = try baseline.dialect.tokenize(prompt.text.text, begins: prompt.begins, server)
    return RunPrompt(ids: try tokens(ids ?? []), text: prompt.text.text)
  }

  private func tokens(_ ids: [Int]) throws(EngineFault) -> [Token] {
    try [Token](serverIDs: ids, of: baseline.settings.name)
  }

  package func skipReason(_ prompt: RunPrompt, _ rules: StopRules) -> String? {
    if let refusal = prompt.refusal { return SkipReason.refused(refusal) }
    return prompt.ids.count < rules.contextLength ? nil : SkipReason.tooLong(context: rules.contextLength)
  }

  package func text(of output: RunOutput) -> String { output.text }

  package func retokenizedCount(of text: String) -> Int? { tokenizer.map { $0.encoder.encode(text).count - 1 } }

  /// Asks the baseline's server for the candidates at the place that differs. They are those of a pass of its own over the
  /// same tokens; where it now gives other tokens, or none, there is no margin.
  package func withMargin(
    _ difference: Difference,
    after prompt: RunPrompt,
    vanilla: RunOutput,
    rules: StopRules,
    sampling: Sampling
  ) throws -> Difference {
    guard sampling.isGreedy, let expected = difference.expected else { return difference }
    var order = ServerDecoder(baseline, sampling: sampling).order(prompt, maximumNewTokens: difference.position + 1)
    order.likeliest = Self.candidates
    // Whatever goes wrong here costs a margin and nothing else.
    guard let answer = try? baseline.complete(order, shouldStop: { false }), let ids = answer.ids,
      ids.elementsEqual(vanilla.tokens.prefix(difference.position + 1).map(Int.init)),
      answer.likeliest.indices.contains(difference.position)
    else { return difference }
    var difference = difference
    difference.topTwoMargin = Self.margin(
      answer.likeliest[difference.position],
      expected: expected,
      found: difference.found
    )
    return difference
  }

  /// By how much the logarithm of the expected token's probability exceeds that of the found one; where that is not among
  /// the candidates, that of the least likely of them.
  private static func margin(_ candidates: [LikelyToken], expected: Int, found: Int?) -> Double? {
    guard let first = candidates.first(where: { $0.id == expected }) else { return nil }
    let other = candidates.first { $0.id == found } ?? candidates.min { $0.logProbability < $1.logProbability }
    guard let other, other.id != expected else { return nil }
    return abs(first.logProbability - other.logProbability)
  }
}
