import Foundation
internal import GRDB

/// The server behind a decoder of a run that measured another engine.
package struct ServerRecord: Codable, Equatable, Sendable {
  /// The id of the decoder's row.
  package var decoderID: Int64
  /// The engine, as the user calls it.
  package var engine: String
  /// How it was spoken with.
  package var dialect: String
  /// Where it was; a program that was started for the run has the address of its start.
  package var address: String
  /// The command that started it; nil for one that ran already.
  package var command: String?
  /// What it says of its version; nil where it says nothing.
  package var version: String?
  /// What it calls its model.
  package var model: String?
  /// Where its model lies.
  package var modelPath: String?
  /// The type of its weights.
  package var weightType: String?
  /// How it drafts, in its own words.
  package var speculation: String?
  /// What the user noted of it.
  package var note: String?
  /// Everything else that it told, as the text of a JSON object.
  package var facts: String
  /// Whether its prompts were token ids; else texts or conversations.
  package var takesIDs: Bool
  /// Whether it ran alone, taking turns with the others.
  package var isExclusive: Bool

  enum CodingKeys: String, CodingKey {
    case decoderID = "decoder_id"
    case engine, dialect, address, command, version, model
    case modelPath = "model_path"
    case weightType = "weight_type"
    case speculation, note, facts
    case takesIDs = "takes_ids"
    case isExclusive = "is_exclusive"
  }

  /// Makes a record; the properties say what each value means.
  package init(
    decoderID: Int64,
    engine: String,
    dialect: String,
    address: String,
    command: String? = nil,
    version: String? = nil,
    model: String? = nil,
    modelPath: String? = nil,
    weightType: String? = nil,
    speculation: String? = nil,
    note: String? = nil,
    facts: String = "{}",
    takesIDs: Bool,
    isExclusive: Bool = false
  ) {
    self.decoderID = decoderID
    self.engine = engine
    self.dialect = dialect
    self.address = address
    self.command = command
    self.version = version
    self.model = model
    self.modelPath = modelPath
    self.weightType = weightType
    self.speculation = speculation
    self.note = note
    self.facts = facts
    self.takesIDs = takesIDs
    self.isExclusive = isExclusive
  }
}

/// What was looked at before a server was measured.
package struct ProbeRecord: Codable, Equatable, Sendable {
  /// The name of the look at whether a server drafts: what is measured later may tell more.
  package static let drafting = "drafting"

  /// The id of the decoder's row.
  package var decoderID: Int64
  /// What was looked at, in a few words.
  package var name: String
  /// Whether it is as it should be; nil where the server does not tell.
  package var passed: Bool?
  /// What was found, one sentence.
  package var finding: String

  enum CodingKeys: String, CodingKey {
    case decoderID = "decoder_id"
    case name, passed, finding
  }

  /// Makes a record; the properties say what each value means.
  package init(decoderID: Int64, name: String, passed: Bool?, finding: String) {
    self.decoderID = decoderID
    self.name = name
    self.passed = passed
    self.finding = finding
  }
}

/// What a server told of one generation, beside what the client saw; nil where it told nothing.
package struct ServedGenerationRecord: Codable, Equatable, Sendable {
  /// Time of the pass over the prompt by the server's clock, in nanoseconds.
  package var promptNanoseconds: Int?
  /// Time from the first token to the last by the server's clock, in nanoseconds.
  package var decodeNanoseconds: Int?
  /// Tokens of the prompt by the server's count.
  package var promptTokens: Int?
  /// Of those the ones that were taken from an earlier request.
  package var cachedTokens: Int?
  /// Passes with a draft.
  package var drafts: Int?
  /// Drafted tokens.
  package var drafted: Int?
  /// Accepted tokens, counted before the answer was cut at a stop.
  package var accepted: Int?
  /// What the lengths of the cycles rest on; nil where they are not known and there are no cycles.
  package var passSource: String?

  enum CodingKeys: String, CodingKey {
    case promptNanoseconds = "prompt_ns"
    case decodeNanoseconds = "decode_ns"
    case promptTokens = "prompt_tokens"
    case cachedTokens = "cached_tokens"
    case drafts, drafted, accepted
    case passSource = "pass_source"
  }

  /// A record of which nothing is known.
  package init() {}
}

/// A streamed piece of an answer. A piece's ordinal is its place in the array that holds the generation's pieces.
package struct ChunkRecord: Equatable, Sendable {
  /// When it arrived by the client's clock, in nanoseconds since the request was sent.
  package var arrivedNanoseconds: Int
  /// How many tokens it brought; nil where that was not told.
  package var tokens: Int?

  /// Makes a record; the properties say what each value means.
  package init(arrivedNanoseconds: Int, tokens: Int?) {
    (self.arrivedNanoseconds, self.tokens) = (arrivedNanoseconds, tokens)
  }
}

/// A try of a generation that failed. Nothing of it is a result.
package struct FailureRecord: Codable, Equatable, Sendable {
  /// The id of the decoder's row.
  package var decoderID: Int64
  /// The id of the prompt's row.
  package var promptID: Int64
  /// The repeat, from 0.
  package var repeatIndex: Int
  /// When the try began; stored in UTC to the millisecond.
  package var startedAt: Date
  /// Why it failed, one sentence.
  package var reason: String

  enum CodingKeys: String, CodingKey {
    case decoderID = "decoder_id"
    case promptID = "prompt_id"
    case repeatIndex = "repeat"
    case startedAt = "started_at"
    case reason
  }

  /// Makes a record; the properties say what each value means.
  package init(decoderID: Int64, promptID: Int64, repeatIndex: Int, startedAt: Date, reason: String) {
    self.decoderID = decoderID
    self.promptID = promptID
    self.repeatIndex = repeatIndex
    self.startedAt = startedAt
    self.reason = reason
  }
}

extension ServerRecord: StoredRecord {
  static let databaseTableName = "server"
}

extension ProbeRecord: StoredRecord {
  static let databaseTableName = "probe"
}

extension ServedGenerationRecord: StoredRecord {
  static let databaseTableName = "served_generation"
}

extension FailureRecord: StoredRecord {
  static let databaseTableName = "failure"
}

extension ChunkRecord: RowOfMany {
  static let table = "chunk"
  static let place = "ordinal"
  static let columns = ["arrived_ns", "tokens"]

  init(row: Row) { self.init(arrivedNanoseconds: row[0], tokens: row[1]) }

  func values(_ generation: Int64, _ place: Int) -> StatementArguments {
    [generation, place, arrivedNanoseconds, tokens]
  }
}
