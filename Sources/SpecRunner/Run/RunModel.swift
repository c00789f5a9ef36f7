import SpecCore
import SpecDecoding
import SpecEngines
import SpecFiles
import SpecModel
import SpecStore
import SpecSuite

/// The model of a run: what its runner asks of it beside decoding.
package protocol RunModel: AnyObject {
  /// What is noted of it with the run.
  ///
  /// - Parameter inputs: the files that results depend on, by content.
  /// - Returns: the model in words and numbers.
  func description(_ inputs: [RunInput]) -> RunModelDescription
  /// The machine and the program.
  var environment: EnvironmentRecord { get }
  /// The files that it was made from.
  var inputs: [InputLog.Entry] { get }
  /// The model that computes in this process; nil where a server computes.
  var loaded: LoadedModel? { get }
  /// The engine behind whose servers it is; nil where this process computes.
  var engine: EngineSettings? { get }

  /// Writes what else is known of it once the run is in the database.
  ///
  /// - Parameters:
  ///   - decoders: the ids of the run's decoders, in order.
  ///   - store: the database.
  /// - Throws: `StoreError`.
  func began(decoders: [Int64], in store: BenchmarkStore) throws

  /// When its outputs end.
  ///
  /// - Parameter maximumNewTokens: most tokens of an output.
  /// - Returns: the rules.
  func rules(maximumNewTokens: Int) -> StopRules

  /// The prompt of a turn.
  ///
  /// - Parameters:
  ///   - writer: how conversations are written.
  ///   - history: the earlier turns with their answers.
  ///   - user: what the user says now.
  /// - Returns: the prompt.
  /// - Throws: `EngineFault` if a server that writes it gives no answer.
  func prompt(
    _ writer: PromptWriter,
    history: [(user: String, assistant: String)],
    user: String
  ) throws -> RunPrompt

  /// Why a prompt cannot be decoded; nil when it can.
  func skipReason(_ prompt: RunPrompt, _ rules: StopRules) -> String?

  /// The text of an output, as later turns quote it.
  func text(of output: RunOutput) -> String

  /// How many tokens a text has when it is made into tokens again; nil where nothing can tell.
  func retokenizedCount(of text: String) -> Int?

  /// A difference with how clearly the target decides there.
  ///
  /// - Parameters:
  ///   - difference: where an output differs from vanilla's.
  ///   - prompt: the prompt.
  ///   - vanilla: what the output must be.
  ///   - rules: when outputs end.
  ///   - sampling: how tokens are chosen.
  /// - Returns: the difference; without a margin where nothing tells it.
  /// - Throws: `KernelError` if there is not enough memory, `NotFiniteLogits`.
  func withMargin(
    _ difference: Difference,
    after prompt: RunPrompt,
    vanilla: RunOutput,
    rules: StopRules,
    sampling: Sampling
  ) throws -> Difference
}

/// What is noted of a run's model; empty or 0 where a server does not tell it.
package struct RunModelDescription {
  package var name = ""
  package var path = ""
  package var directory = ""
  package var hash = ""
  package var tokenizerHash = ""
  package var architecture = ""
  package var parameters = 0
  package var weightType = ""
  package var storedWeightType: String?
  package var threads = 0
  package var contextLength = 0
  package var kernels = ""

  package init() {}
}

extension LoadedModel: RunModel {
  package func description(_ inputs: [RunInput]) -> RunModelDescription {
    let configuration = target.configuration
    var description = RunModelDescription()
    description.name = name
    description.path = location.path
    description.directory = location.directory
    let own = Set(self.inputs.map(\.path))
    description.hash = Self.hash(of: inputs.filter { own.contains($0.path) }) {
      $0 == "config.json" || WeightFile.isNamed($0) && !$0.contains("/")
    }
    description.tokenizerHash = inputs.first { $0.path == location.tokenizerFile }?.sha256 ?? ""
    description.architecture = configuration.architecture
    description.parameters = configuration.parameterCount
    description.weightType = target.weightType.rawValue
    description.storedWeightType = storedWeightType.rawValue
    description.threads = target.context.threads
    description.contextLength = configuration.contextLength
    description.kernels = target.context.kernels.name
    return description
  }

  /// One hash for several files, by their contents and names.
  private static func hash(of inputs: [RunInput], where isPart: (String) -> Bool) -> String {
    let lines = inputs.filter { isPart($0.role) }.map { "\($0.sha256)  \($0.role)\n" }
    return SHA256.hexDigest(of: Array(lines.joined().utf8))
  }

  package var environment: EnvironmentRecord { RunEnvironment.capture(target.context) }

  package var loaded: LoadedModel? { self }

  package var engine: EngineSettings? { nil }

  package func began(decoders: [Int64], in store: BenchmarkStore) {}

  package func rules(maximumNewTokens: Int) -> StopRules { stopRules(maximumNewTokens: maximumNewTokens) }

  package func prompt(
    _ writer: PromptWriter,
    history: [(user: String, assistant: String)],
    user: String
  ) -> RunPrompt {
    do {
      let prompt = try writer.prompt(history: history, user: user)
      return RunPrompt(ids: encode(prompt.text, begins: prompt.begins), text: prompt.text.text)
    } catch {
      return RunPrompt(refusal: error)
    }
  }

  package func skipReason(_ prompt: RunPrompt, _ rules: StopRules) -> String? {
    if let refusal = prompt.refusal { return SkipReason.refused(refusal) }
    do {
      try rules.check(prompt.ids, vocabularySize: target.configuration.vocabularySize)
      return nil
    } catch .promptTooLong(_, let contextLength, _) {
      return SkipReason.tooLong(context: contextLength)
    } catch {
      return error.description
    }
  }

  package func text(of output: RunOutput) -> String { text(of: output.tokens) }

  /// The text of token ids, without special tokens.
  func text(of tokens: [Token]) -> String { tokenizer.decode(tokens, skippingSpecialTokens: true) }

  package func retokenizedCount(of text: String) -> Int? { encode(text).count - 1 }

  package func withMargin(
    _ difference: Difference,
    after prompt: RunPrompt,
    vanilla: RunOutput,
    rules: StopRules,
    sampling: Sampling
  ) throws -> Difference {
    try difference.withMargin(after: prompt.ids, vanilla: vanilla.tokens, model: self, sampling: sampling)
  }
}
