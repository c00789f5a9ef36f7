import Foundation
internal import GRDB
public import SpecCore

/// One prompt decoded once by one decoder.
public struct GenerationRecord: Codable, Equatable, Sendable {
  /// The id of the decoder's row.
  public var decoderID: Int64
  /// The id of the prompt's row.
  public var promptID: Int64
  /// The measured pass, from 0.
  public var pass: Int
  /// The generation's place in the shuffled order in which the decoders took this prompt in this pass.
  public var ordinal: Int
  /// When the generation began; stored in UTC to the millisecond.
  public var startedAt: Date
  /// Time to the first token, in nanoseconds.
  public var prefillNanoseconds: Int
  /// Time from the first token to the last, in nanoseconds.
  public var decodeNanoseconds: Int
  /// Number of generated tokens, the first and the end token included.
  public var outputTokens: Int
  /// The ids of the generated tokens.
  public var outputIDs: [Int]
  /// The generated text.
  public var text: String
  /// Which rule ended the generation.
  public var stopReason: StopReason
  /// Whether the tokens equal vanilla's; nil when there was nothing to compare with.
  public var lossless: Bool?
  /// The first position that differs from vanilla's output, if one does.
  public var mismatchPosition: Int?
  /// Vanilla's token at that position.
  public var expectedToken: Int?
  /// This generation's token at that position.
  public var foundToken: Int?
  /// The target's largest logit at that position minus its second largest; nil where that is not known.
  public var mismatchMargin: Double?
  /// Cycles during which the decoding thread was kept from the processor; nil where the system does not tell.
  public var preemptedSteps: Int?
  /// The text made into tokens again, less one: how Spec-Bench counts vanilla's tokens. Nil for other decoders.
  public var retokenizedTokens: Int?
  /// Tokens that the prefill's time brought: one, or those of a first cycle that ran the prompt; none where the decode
  /// time holds the prefill, as in imported answers.
  public var prefillTokens: Int
  /// Cycles whose time is the prefill's: 1 where the first cycle ran the prompt, else 0.
  public var prefillCycles: Int

  /// Tokens that the decode time brought.
  public var decodeTokens: Int { max(outputTokens - prefillTokens, 0) }

  enum CodingKeys: String, CodingKey {
    case decoderID = "decoder_id"
    case promptID = "prompt_id"
    case pass, ordinal
    case startedAt = "started_at"
    case prefillNanoseconds = "prefill_ns"
    case decodeNanoseconds = "decode_ns"
    case outputTokens = "output_tokens"
    case outputIDs = "output_ids"
    case text
    case stopReason = "stop_reason"
    case lossless
    case mismatchPosition = "mismatch_position"
    case expectedToken = "expected_token"
    case foundToken = "found_token"
    case mismatchMargin = "mismatch_margin"
    case preemptedSteps = "preempted_steps"
    case retokenizedTokens = "retokenized_tokens"
    case prefillTokens = "prefill_tokens"
    case prefillCycles = "prefill_cycles"
  }

  /// Makes a record; the properties say what each value means. Without `prefillTokens` the first token alone came with
  /// the prefill.
  public init(
    decoderID: Int64,
    promptID: Int64,
    pass: Int,
    ordinal: Int,
    startedAt: Date,
    prefillNanoseconds: Int,
    decodeNanoseconds: Int,
    outputTokens: Int,
    outputIDs: [Int],
    text: String,
    stopReason: StopReason,
    lossless: Bool? = nil,
    mismatchPosition: Int? = nil,
    expectedToken: Int? = nil,
    foundToken: Int? = nil,
    mismatchMargin: Double? = nil,
    preemptedSteps: Int? = nil,
    retokenizedTokens: Int? = nil,
    prefillTokens: Int? = nil,
    prefillCycles: Int = 0
  ) {
    self.decoderID = decoderID
    self.promptID = promptID
    self.pass = pass
    self.ordinal = ordinal
    self.startedAt = startedAt
    self.prefillNanoseconds = prefillNanoseconds
    self.decodeNanoseconds = decodeNanoseconds
    self.outputTokens = outputTokens
    self.outputIDs = outputIDs
    self.text = text
    self.stopReason = stopReason
    self.lossless = lossless
    self.mismatchPosition = mismatchPosition
    self.expectedToken = expectedToken
    self.foundToken = foundToken
    self.mismatchMargin = mismatchMargin
    self.preemptedSteps = preemptedSteps
    self.retokenizedTokens = retokenizedTokens
    self.prefillTokens = prefillTokens ?? min(1, outputTokens)
    self.prefillCycles = prefillCycles
  }

  /// The decoder, prompt and pass of the generation, which no other generation has.
  public var key: GenerationKey {
    GenerationKey(decoderID: decoderID, promptID: promptID, pass: pass)
  }
}

/// One draft and its verification. A cycle's ordinal is its place in the array that holds the generation's cycles.
public struct CycleRecord: Equatable, Sendable {
  /// Tokens on the drafted path: the length of a chain, the depth of a tree, 0 for vanilla.
  public var drafted: Int
  /// Tokens verified besides the root; for a chain the same as `drafted`.
  public var nodes: Int
  /// Accepted draft tokens.
  public var accepted: Int
  /// Accepted draft tokens and the bonus token, before trimming at a stop.
  public var acceptLength: Int
  /// Tokens that the cycle added to the output, after trimming at a stop.
  public var emitted: Int
  /// Time of drafting, in nanoseconds.
  public var draftNanoseconds: Int
  /// Time of verifying, in nanoseconds.
  public var verifyNanoseconds: Int
  /// Time of everything else in the cycle, in nanoseconds.
  public var overheadNanoseconds: Int

  /// Makes a record; the properties say what each value means.
  public init(
    drafted: Int,
    nodes: Int,
    accepted: Int,
    acceptLength: Int,
    emitted: Int,
    draftNanoseconds: Int,
    verifyNanoseconds: Int,
    overheadNanoseconds: Int
  ) {
    self.drafted = drafted
    self.nodes = nodes
    self.accepted = accepted
    self.acceptLength = acceptLength
    self.emitted = emitted
    self.draftNanoseconds = draftNanoseconds
    self.verifyNanoseconds = verifyNanoseconds
    self.overheadNanoseconds = overheadNanoseconds
  }
}

extension CycleRecord: RowOfMany {
  static let table = "cycle"
  static let place = "ordinal"
  static let columns = [
    "drafted", "nodes", "accepted", "accept_length", "emitted", "draft_ns", "verify_ns", "overhead_ns",
  ]

  init(row: Row) {
    self.init(
      drafted: row[0],
      nodes: row[1],
      accepted: row[2],
      acceptLength: row[3],
      emitted: row[4],
      draftNanoseconds: row[5],
      verifyNanoseconds: row[6],
      overheadNanoseconds: row[7]
    )
  }

  var values: StatementArguments {
    [
      drafted, nodes, accepted, acceptLength, emitted, draftNanoseconds, verifyNanoseconds, overheadNanoseconds,
    ]
  }

  /// The cycles of a generation in order.
  static func all(of generation: Int64, _ database: Database) throws -> [CycleRecord] {
    let statement = try database.cachedStatement(
      sql: "SELECT \(columns.joined(separator: ", ")) FROM cycle WHERE generation_id = ? ORDER BY ordinal"
    )
    return try fetchAll(statement, arguments: [generation])
  }
}

/// One generated token. A token's position is its place in the array that holds the generation's tokens.
public struct TokenRecord: Equatable, Sendable {
  /// The token's id in the vocabulary.
  public var tokenID: Int
  /// The ordinal of the cycle that produced it; nil for the token of the prefill.
  public var cycle: Int?
  /// When the token became available, in nanoseconds since the start of the prefill.
  public var availableNanoseconds: Int

  /// Makes a record; the properties say what each value means.
  public init(tokenID: Int, cycle: Int?, availableNanoseconds: Int) {
    self.tokenID = tokenID
    self.cycle = cycle
    self.availableNanoseconds = availableNanoseconds
  }
}

extension TokenRecord: RowOfMany {
  static let table = "token"
  static let place = "position"
  static let columns = ["token_id", "cycle", "available_ns"]

  init(row: Row) { self.init(tokenID: row[0], cycle: row[1], availableNanoseconds: row[2]) }

  var values: StatementArguments { [tokenID, cycle, availableNanoseconds] }
}

/// What makes a generation unique: a run has at most one for each decoder, prompt and pass.
public struct GenerationKey: Codable, Hashable, Sendable {
  /// The id of the decoder's row.
  public var decoderID: Int64
  /// The id of the prompt's row.
  public var promptID: Int64
  /// The measured pass, from 0.
  public var pass: Int

  enum CodingKeys: String, CodingKey {
    case decoderID = "decoder_id"
    case promptID = "prompt_id"
    case pass
  }

  /// Makes a key.
  public init(decoderID: Int64, promptID: Int64, pass: Int) {
    self.decoderID = decoderID
    self.promptID = promptID
    self.pass = pass
  }
}

/// What a recorded generation put out: what later turns and the comparison with vanilla need when a run is resumed.
public struct RecordedOutput: Codable, Equatable, Sendable {
  /// The id of the prompt's row.
  public let promptID: Int64
  /// The measured pass, from 0.
  public let pass: Int
  /// The ids of the generated tokens.
  public let outputIDs: [Int]
  /// The generated text.
  public let text: String

  enum CodingKeys: String, CodingKey {
    case promptID = "prompt_id"
    case pass
    case outputIDs = "output_ids"
    case text
  }
}

/// The ids that a new run's rows were given, in the order in which the records were handed in.
public struct RunIdentifiers: Equatable, Sendable {
  /// The id of the run's row.
  public let run: Int64
  /// The ids of the decoders' rows.
  public let decoders: [Int64]
  /// The ids of the prompts' rows.
  public let prompts: [Int64]
}
