import SpecCore
import SpecDecoding
import SpecEngines
import SpecFiles
import SpecModel
import SpecStore

/// A decoder behind the server of another engine.
///
/// All its times are the client's: from the sending of the request to the arrival of a piece. The server's own stand beside
/// them in ``RunGeneration/served``.
package struct ServerDecoder: MeasuredDecoder {
  /// The server.
  package let server: EngineServer
  package let isNoiseFloor: Bool
  private let sampling: Sampling

  /// - Parameters:
  ///   - server: the server.
  ///   - sampling: how tokens are chosen.
  ///   - isNoiseFloor: whether it is the baseline once more.
  package init(_ server: EngineServer, sampling: Sampling, isNoiseFloor: Bool = false) {
    self.server = server
    self.sampling = sampling
    self.isNoiseFloor = isNoiseFloor
  }

  package var name: String { isNoiseFloor ? RunDecoder.noiseFloorName : server.settings.name }
  package var specText: String { server.settings.specText }
  package var isBaseline: Bool { server.settings.isBaseline && !isNoiseFloor }
  package var warning: String? { nil }
  package var inputs: [InputLog.Entry] { [] }

  package func record(ordinal: Int) throws -> DecoderRecord {
    let settings = server.settings
    var shown = ["dialect": settings.dialect]
    shown["drafts"] = settings.drafts.map(String.init)
    shown["note"] = settings.note
    return DecoderRecord(
      ordinal: ordinal,
      name: name,
      method: settings.isBaseline ? Baseline.method : settings.name,
      spec: specText,
      settings: try JSONText.line(shown),
      isNoiseFloor: isNoiseFloor
    )
  }

  package func measure(
    _ prompt: RunPrompt,
    rules: StopRules,
    place: @autoclosure () -> String,
    shouldStop: () -> Bool
  ) throws -> RunGeneration {
    do {
      let answer = try server.complete(
        order(prompt, maximumNewTokens: rules.maximumNewTokens),
        shouldStop: shouldStop
      )
      return try RunGeneration(answer, server: server.settings.name)
    } catch EngineFault.stopped {
      var abandoned = RunGeneration()
      abandoned.isAbandoned = true
      return abandoned
    }
  }

  /// What is asked for.
  ///
  /// - Parameters:
  ///   - prompt: the prompt.
  ///   - maximumNewTokens: most tokens of the answer.
  /// - Returns: the order.
  package func order(_ prompt: RunPrompt, maximumNewTokens: Int) -> CompletionOrder {
    let ids = prompt.ids.isEmpty ? nil : prompt.ids.map(Int.init)
    var order = CompletionOrder(
      prompt: ServerPrompt(ids: ids, text: prompt.text),
      maximumNewTokens: maximumNewTokens
    )
    order.messages = prompt.messages.map { ServerMessage(role: $0.role, content: $0.content) }
    order.temperature = Double("\(sampling.limits.temperature)") ?? 0
    order.topK = sampling.limits.topK
    order.topP = Double("\(sampling.limits.topP)") ?? 1
    order.seed = Int(truncatingIfNeeded: sampling.seed & 0x7FFF_FFFF)
    return order
  }
}

extension RunGeneration {
  /// A generation of a server.
  ///
  /// - Parameters:
  ///   - answer: the answer.
  ///   - server: what the server is called.
  /// - Throws: `EngineFault` if the answer holds nothing that a time could be taken of.
  init(_ answer: ServerAnswer, server: String) throws(EngineFault) {
    self.init()
    guard let first = answer.chunks.first, let last = answer.chunks.last else {
      throw .notUnderstood(server: server, problem: "the answer has no token")
    }
    tokens = try [Token](serverIDs: answer.ids ?? [], of: server)
    text = answer.text
    outputTokens = answer.tokens ?? tokens.count
    prefillNanoseconds = Int(clamping: first.arrived)
    decodeNanoseconds = Int(clamping: last.arrived - first.arrived)
    prefillTokens = min(max(first.tokens ?? 1, 1), outputTokens)
    stopReason = answer.stopReason
    cycles = (answer.passes ?? []).map(CycleRecord.init)
    chunks = answer.chunks.map { ChunkRecord(arrivedNanoseconds: Int(clamping: $0.arrived), tokens: $0.tokens) }
    tokenRecords = Self.tokenRecords(tokens, answer)
    served = ServedGenerationRecord(answer)
  }

  /// The tokens with their times, where the pieces tell which brought which.
  private static func tokenRecords(_ ids: [Token], _ answer: ServerAnswer) -> [TokenRecord] {
    let counts = answer.chunks.map { $0.tokens ?? 0 }
    guard !ids.isEmpty, counts.reduce(0, +) <= ids.count else { return [] }
    // A character that never became whole leaves tokens that no piece brought; they were there at the end.
    var times = zip(answer.chunks, counts).flatMap { Array(repeating: Int(clamping: $0.arrived), count: $1) }
    while times.count < ids.count { times.append(Int(clamping: answer.chunks.last?.arrived ?? 0)) }
    var cycles: [Int?] = [nil]
    for (index, pass) in (answer.passes ?? []).enumerated() { cycles += Array(repeating: index, count: pass.emitted) }
    let areKnown = cycles.count == ids.count
    return ids.indices.map { place in
      TokenRecord(tokenID: Int(ids[place]), cycle: areKnown ? cycles[place] : nil, availableNanoseconds: times[place])
    }
  }
}

extension [Token] {
  /// The ids that a server gives.
  ///
  /// - Throws: `EngineFault` if one of them is none.
  init(serverIDs ids: [Int], of server: String) throws(EngineFault) {
    self = []
    for id in ids {
      guard let token = Token(exactly: id), token >= 0 else {
        throw EngineFault.notUnderstood(server: server, problem: "\(id) is no token id")
      }
      append(token)
    }
  }
}

extension CycleRecord {
  /// A pass of a server. Where it does not tell what was drafted, all three counts of the draft are 0; the accept length is
  /// known all the same. The phases of a pass are not known, so that their times are 0.
  fileprivate init(_ pass: ServerPass) {
    self.init(
      drafted: pass.drafted ?? 0,
      nodes: pass.drafted ?? 0,
      accepted: min(pass.accepted ?? 0, pass.drafted ?? 0),
      acceptLength: pass.acceptLength,
      emitted: pass.emitted,
      draftNanoseconds: 0,
      verifyNanoseconds: 0,
      overheadNanoseconds: 0
    )
  }
}

extension ServedGenerationRecord {
  /// What a server told of an answer.
  fileprivate init(_ answer: ServerAnswer) {
    self.init()
    promptNanoseconds = answer.times.prompt.map { Int(clamping: $0) }
    decodeNanoseconds = answer.times.decode.map { Int(clamping: $0) }
    promptTokens = answer.promptTokens
    cachedTokens = answer.cachedTokens
    drafts = answer.counts.drafts
    drafted = answer.counts.drafted
    accepted = answer.counts.accepted
    passSource = answer.passSource?.rawValue
  }
}
