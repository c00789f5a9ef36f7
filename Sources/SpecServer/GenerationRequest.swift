import SpecDecoding
import SpecFiles
import SpecKernels
import SpecModel

/// What a client asks to be generated, checked against the model.
struct GenerationRequest: Sendable {
  /// Token ids that the model can go on from.
  var prompt: [Token]
  /// The decoder.
  var decoder: OfferedDecoder
  /// How tokens are chosen.
  var sampling: Sampling
  /// Most tokens of the output.
  var maximumNewTokens: Int
  /// Texts that end the output and are no part of it.
  var stops: [String]
  /// How many likely tokens are told beside each of the output's; nil where no log probabilities are wanted.
  var candidates: Int?
  /// Whether the model's end token does not end the output.
  var ignoresEndToken: Bool

  /// The most tokens of prompt and output together.
  func positions(_ configuration: ModelConfiguration) -> Int {
    min(prompt.count + maximumNewTokens, configuration.contextLength)
  }

  /// When to stop.
  func rules(_ configuration: ModelConfiguration) -> StopRules {
    StopRules(
      endTokens: ignoresEndToken ? [] : Set(configuration.endTokens),
      maximumNewTokens: maximumNewTokens,
      contextLength: configuration.contextLength,
      contextLimit: configuration.contextLimit
    )
  }
}

/// The fields that all interfaces share.
struct RequestFields {
  /// The names of an interface's fields where interfaces differ.
  struct Names {
    /// The fields that may say how many tokens are wanted; the first that is there counts.
    let maximum: [String]
    /// How many tokens are wanted where no field says it; nil for as many as the context holds.
    let defaultMaximum: Int?
  }

  private static let mostStops = 16
  private static let longestStop = 1024
  private static let mostCandidates = 20

  let body: JSONField<Refusal>
  let model: OfferedModel

  /// The request that the shared fields make of a prompt.
  ///
  /// - Parameters:
  ///   - prompt: token ids.
  ///   - names: the interface's own names.
  ///   - candidates: how many likely tokens are told beside each.
  /// - Returns: the request.
  /// - Throws: ``Refusal`` for what cannot be done.
  func request(_ prompt: [Token], _ names: Names, candidates: Int?) throws(Refusal) -> GenerationRequest {
    try refuseUnsupported()
    let configuration = model.configuration
    let request = GenerationRequest(
      prompt: prompt,
      decoder: try model.decoder(
        modelName: body.member("model").unlessNull?.string(),
        decoder: body.member("decoder").unlessNull?.string()
      ),
      sampling: try sampling(),
      maximumNewTokens: min(try maximum(names) ?? configuration.contextLength, configuration.contextLength),
      stops: try stops(),
      candidates: try candidates.map { (count) throws(Refusal) in try checked(count, configuration) },
      ignoresEndToken: try body.member("ignore_eos").unlessNull?.boolean() ?? false
    )
    try check(request)
    return request
  }

  private func check(_ request: GenerationRequest) throws(Refusal) {
    do {
      try request.rules(model.configuration).check(
        request.prompt,
        vocabularySize: model.configuration.vocabularySize
      )
    } catch .promptTooLong(let tokens, let contextLength, let limit) {
      throw Refusal(
        400,
        "\(DecodingError.promptTooLong(tokens: tokens, contextLength: contextLength, limit: limit))",
        type: "exceed_context_size_error",
        details: ["n_prompt_tokens": .integer(tokens), "n_ctx": .integer(contextLength)]
      )
    } catch {
      throw Refusal(400, "the prompt cannot be decoded: \(error)")
    }
  }

  private func checked(_ count: Int, _ configuration: ModelConfiguration) throws(Refusal) -> Int {
    let most = min(Self.mostCandidates, configuration.vocabularySize)
    guard (0...most).contains(count) else {
      throw Refusal(400, "log probabilities are asked for \(count) tokens; choose a number from 0 to \(most)")
    }
    return count
  }

  private func maximum(_ names: Names) throws(Refusal) -> Int? {
    for name in names.maximum {
      guard let field = try body.member(name).unlessNull else { continue }
      let count = try field.integer()
      // llama.cpp's way to say: as many as the context holds.
      if count == -1, name == "n_predict" { return nil }
      guard count > 0 else {
        throw Refusal(400, "\"\(name)\" is \(count); ask for at least one token")
      }
      return count
    }
    return names.defaultMaximum
  }

  private func sampling() throws(Refusal) -> Sampling {
    let temperature = try number("temperature", 0...100) ?? 0
    let topP = try number("top_p", 0...1) ?? 1
    guard topP > 0 else { throw Refusal(400, "\"top_p\" is 0; choose a number above 0 and at most 1") }
    let topK = try body.member("top_k").unlessNull?.integer() ?? 0
    guard topK >= -1 else {
      throw Refusal(400, "\"top_k\" is \(topK); choose 0 for all tokens, or a number of them")
    }
    let seed = try body.member("seed").unlessNull?.integer() ?? 1
    return Sampling(
      temperature: Float(temperature),
      topK: max(topK, 0),
      topP: Float(topP),
      seed: UInt64(bitPattern: Int64(seed))
    )
  }

  private func number(_ name: String, _ range: ClosedRange<Double>) throws(Refusal) -> Double? {
    guard let number = try body.member(name).unlessNull?.number() else { return nil }
    guard range.contains(number) else {
      throw Refusal(400, "\"\(name)\" is \(number); choose a number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  private func stops() throws(Refusal) -> [String] {
    guard let field = try body.member("stop").unlessNull else { return [] }
    let fields: [JSONField<Refusal>] = if case .array = field.value { try field.elements() } else { [field] }
    let stops = try fields.map { (field) throws(Refusal) in try field.string() }
    guard stops.count <= Self.mostStops, !stops.contains(where: { $0.isEmpty || $0.utf8.count > Self.longestStop })
    else {
      throw Refusal(
        400,
        "\"stop\" holds \(quantity(stops.count, "text")); give at most \(Self.mostStops), none of them empty or longer "
          + "than \(Self.longestStop) bytes"
      )
    }
    return stops
  }

  /// Fields that would change the output if they were heeded, with the value that changes nothing.
  private static let neutralValues: KeyValuePairs<String, Double> = [
    "n": 1, "best_of": 1, "presence_penalty": 0, "frequency_penalty": 0, "min_p": 0, "repeat_penalty": 1,
    "repetition_penalty": 1, "typical_p": 1, "mirostat": 0, "dry_multiplier": 0,
  ]

  /// Fields of which nothing is supported.
  private static let unknownKinds = ["suffix", "logit_bias", "tools", "functions", "grammar", "json_schema"]

  private func refuseUnsupported() throws(Refusal) {
    for (name, neutral) in Self.neutralValues {
      guard let number = try body.member(name).unlessNull?.number(), number != neutral else { continue }
      let text =
        number == number.rounded() ? String(Int(clamping: Int64(number.magnitude < 1e15 ? number : 1e15))) : "\(number)"
      throw Refusal(400, "\"\(name)\" is \(text), which is not supported; leave it out")
    }
    for name in Self.unknownKinds {
      guard let value = try body.member(name).unlessNull?.value else { continue }
      if [.object([]), .array([]), .text("")].contains(value) { continue }
      throw Refusal(400, "\"\(name)\" is not supported; leave it out")
    }
    if try body.member("echo").unlessNull?.boolean() == true {
      throw Refusal(400, "\"echo\" is not supported; leave it out")
    }
    if let format = try body.member("response_format").unlessNull?.member("type").unlessNull?.string(), format != "text"
    {
      throw Refusal(400, "\"response_format\" other than text is not supported; leave it out")
    }
  }
}
