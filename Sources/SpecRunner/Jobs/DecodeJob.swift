import Foundation
import SpecCore
import SpecDecoding
import SpecFiles
import SpecModel

/// Decodes a file of prompts with one decoder, for golden tests and for other programs.
package struct DecodeJob {
  /// One prompt.
  private struct Input {
    let id: JSONValue
    let place: String
    let prompt: [Token]
    /// What Lookahead's window begins with; other methods have no use for it.
    let initialWindow: [Token]?
  }

  private let model: LoadedModel
  private let decoder: RunDecoder
  private let rules: StopRules
  private let inputs: [Input]

  /// Reads and checks the whole input before anything is decoded.
  ///
  /// - Parameters:
  ///   - spec: the decoder.
  ///   - inputPath: a file of JSON lines {"id", "prompt_ids": […]} or {"id", "prompt": "…"}, where "initial_window" may
  ///     hold the token ids that Lookahead's window begins with. The text of a special token in a prompt is but a text,
  ///     unless "special_tokens" is true.
  ///   - model: the model.
  ///   - rules: when to stop.
  ///   - sampling: how tokens are chosen.
  /// - Throws: ``LinesInputError`` for a malformed line, or what making the decoder throws.
  package init(
    spec: DecoderSpec,
    inputPath: String,
    model: LoadedModel,
    rules: StopRules,
    sampling: Sampling = .greedy
  ) throws {
    self.model = model
    self.rules = rules
    inputs = try Self.read(inputPath, model: model, rules: rules)
    let complete = try MethodRegistry.builtIn.complete(spec)
    let prepared = try MethodRegistry.builtIn.prepare(complete, resources: model.resources(sampling))
    decoder = RunDecoder(
      name: spec.method,
      spec: complete,
      decoder: prepared.decoder,
      addedParameters: prepared.addedParameters
    )
    for input in inputs { try setWindow(of: input) }
  }

  private func setWindow(of input: Input) throws {
    do {
      try decoder.decoder.setInitialWindow(input.initialWindow)
    } catch {
      throw UnusablePrompt(place: input.place, reason: error)
    }
  }

  /// Decodes all prompts and writes one JSON line for each. The file appears whole at the end, or not at all.
  ///
  /// - Parameters:
  ///   - path: the output file.
  ///   - progress: called after each prompt with how many are done.
  ///   - shouldStop: asked before each cycle.
  /// - Throws: ``UnwritableFile`` if the output cannot be written, ``WorkInterrupted`` if it was stopped,
  ///   ``FailedGeneration`` if a model's logits are not finite.
  package func run(
    outputPath path: String,
    progress: (Int, Int) -> Void,
    shouldStop: () -> Bool = { false }
  ) throws {
    var text = ""
    for (index, input) in inputs.enumerated() {
      try setWindow(of: input)
      let generation = try decoder.decode(input.prompt, rules: rules, place: input.place, shouldStop: shouldStop)
      if generation.isAbandoned { throw WorkInterrupted() }
      text += try line(for: input, generation) + "\n"
      progress(index + 1, inputs.count)
    }
    try OutputFile.write(text, to: path)
  }

  private static func read(_ path: String, model: LoadedModel, rules: StopRules) throws -> [Input] {
    var inputs: [Input] = []
    for record in try JSONField<LinesInputError>.records(of: path) {
      let field = record.field
      let place = "\(path), line \(record.line)"
      let prompt = try Self.prompt(field, model: model)
      let window = try field.member("initial_window").unlessNull.map(Self.tokens)
      do {
        try rules.check(prompt, vocabularySize: model.target.configuration.vocabularySize)
      } catch {
        throw UnusablePrompt(place: place, reason: error)
      }
      let id = try field.member("id").value ?? .integer(record.number - 1)
      inputs.append(Input(id: id, place: place, prompt: prompt, initialWindow: window))
    }
    guard !inputs.isEmpty else {
      throw LinesInputError.empty(file: path, of: "prompt", like: "{\"id\": 1, \"prompt\": \"…\"}")
    }
    return inputs
  }

  private static func prompt(_ field: JSONField<LinesInputError>, model: LoadedModel) throws -> [Token] {
    let ids = try field.member("prompt_ids")
    if let ids = ids.unlessNull {
      let tokens = try tokens(ids)
      guard !tokens.isEmpty else { throw ids.mismatch(expected: "a list with at least one token id") }
      return tokens
    }
    guard let text = try field.member("prompt").unlessNull else {
      throw ids.mismatch(expected: "a list of token ids, or a text as \"prompt\",")
    }
    let countsSpecialTokens = try field.member("special_tokens").unlessNull?.boolean() ?? false
    return try countsSpecialTokens ? model.encode(text.string()) : model.encode(PromptText(quoting: text.string()))
  }

  private static func tokens(_ ids: JSONField<LinesInputError>) throws -> [Token] {
    try ids.elements().map { element in
      guard let token = Token(exactly: try element.integer()) else {
        throw element.mismatch(expected: "a token id")
      }
      return token
    }
  }

  private func line(for input: Input, _ generation: Generation) throws -> String {
    let seconds = Double(generation.decodeTime) / 1e9
    let decoded = generation.tokens.count - generation.prefillTokens
    return try JSONText.line(
      DecodedLine(
        id: input.id,
        decoder: decoder.spec.description,
        outputIDs: generation.tokens,
        acceptLengths: generation.cycles.map(\.acceptLength),
        text: model.tokenizer.decode(generation.tokens, skippingSpecialTokens: true),
        stopReason: generation.stopReason.rawValue,
        timings: .init(
          prefillMilliseconds: Double(generation.prefillTime) / 1e6,
          decodeMilliseconds: Double(generation.decodeTime) / 1e6,
          tokensPerSecond: decoded > 0 && seconds > 0 ? Double(decoded) / seconds : nil
        )
      )
    )
  }
}

/// One line of the output.
private struct DecodedLine: Encodable {
  struct Timings: Encodable {
    let prefillMilliseconds: Double
    let decodeMilliseconds: Double
    let tokensPerSecond: Double?

    enum CodingKeys: String, CodingKey {
      case prefillMilliseconds = "prefill_ms"
      case decodeMilliseconds = "decode_ms"
      case tokensPerSecond = "tokens_per_second"
    }
  }

  /// As it was read: a text, a number or whatever else.
  let id: JSONValue
  let decoder: String
  let outputIDs: [Token]
  let acceptLengths: [Int]
  let text: String
  let stopReason: String
  let timings: Timings

  enum CodingKeys: String, CodingKey {
    case id, decoder, text, timings
    case outputIDs = "output_ids"
    case acceptLengths = "accept_lengths"
    case stopReason = "stop_reason"
  }
}
