import Foundation
internal import GRDB

/// A suite decoded by one server with some requests in flight, once.
package struct LoadRecord: Codable, Equatable, Sendable {
  /// The id of the decoder's row.
  package var decoderID: Int64
  /// The repeat, from 0.
  package var repeatIndex: Int
  /// How many requests were in flight at most.
  package var concurrency: Int
  /// When it began; stored in UTC to the millisecond.
  package var startedAt: Date
  /// Nanoseconds from the first request until the last answer.
  package var wallNanoseconds: Int
  /// Processor time of this program meanwhile, in nanoseconds, over all its threads.
  package var clientNanoseconds: Int
  /// Passes with a draft by the server's counters; nil where it does not count.
  package var drafts: Int?
  /// Drafted tokens by the server's counters.
  package var drafted: Int?
  /// Accepted tokens by the server's counters.
  package var accepted: Int?

  enum CodingKeys: String, CodingKey {
    case decoderID = "decoder_id"
    case repeatIndex = "repeat", concurrency
    case startedAt = "started_at"
    case wallNanoseconds = "wall_ns"
    case clientNanoseconds = "client_ns"
    case drafts, drafted, accepted
  }

  /// Makes a record; the properties say what each value means.
  package init(
    decoderID: Int64,
    repeatIndex: Int,
    concurrency: Int,
    startedAt: Date,
    wallNanoseconds: Int,
    clientNanoseconds: Int
  ) {
    self.decoderID = decoderID
    self.repeatIndex = repeatIndex
    self.concurrency = concurrency
    self.startedAt = startedAt
    self.wallNanoseconds = wallNanoseconds
    self.clientNanoseconds = clientNanoseconds
  }
}

/// A request of a load, answered or failed.
package struct LoadRequestRecord: Codable, Equatable, Sendable {
  /// The id of the prompt's row.
  package var promptID: Int64
  /// Which client made it, from 0.
  package var client: Int
  /// When, in nanoseconds since the load began.
  package var sentNanoseconds: Int
  /// Why it failed, one sentence; nil for an answer. Nothing else of a failed request is a result.
  package var failure: String?
  /// Time to the first token, in nanoseconds.
  package var prefillNanoseconds = 0
  /// Time from the first token to the last, in nanoseconds.
  package var decodeNanoseconds = 0
  /// Number of tokens of the answer.
  package var outputTokens = 0
  /// For each piece of the answer when it arrived, in nanoseconds since the request, and how many tokens it brought, null
  /// where that was not told.
  package var pieces: [[Int?]] = []
  /// The lengths of the passes after the prompt's; nil where they are not known.
  package var acceptLengths: [Int]?
  /// Tokens that were drafted for this answer; nil where the server does not tell.
  package var drafted: Int?
  /// Of those the accepted ones.
  package var accepted: Int?
  /// The ids of the answer's tokens; empty where the server gives none.
  package var outputIDs: [Int] = []
  /// The text.
  package var text = ""
  /// Whether the answer equals what vanilla gave alone; nil where nothing was compared.
  package var lossless: Bool?
  /// The first position that differs.
  package var mismatchPosition: Int?
  /// Vanilla's token there.
  package var expectedToken: Int?
  /// This answer's token there.
  package var foundToken: Int?
  /// By how much vanilla preferred its token there; nil where that is not known.
  package var mismatchMargin: Double?

  enum CodingKeys: String, CodingKey {
    case promptID = "prompt_id"
    case client
    case sentNanoseconds = "sent_ns"
    case failure
    case prefillNanoseconds = "prefill_ns"
    case decodeNanoseconds = "decode_ns"
    case outputTokens = "output_tokens"
    case pieces
    case acceptLengths = "accept_lengths"
    case drafted, accepted
    case outputIDs = "output_ids"
    case text, lossless
    case mismatchPosition = "mismatch_position"
    case expectedToken = "expected_token"
    case foundToken = "found_token"
    case mismatchMargin = "mismatch_margin"
  }

  /// A request of which nothing is known but that it was made; the properties say what each value means.
  package init(promptID: Int64, client: Int, sentNanoseconds: Int) {
    self.promptID = promptID
    self.client = client
    self.sentNanoseconds = sentNanoseconds
  }

  /// Where the answer first differs from vanilla's; nil where it does not, or was not compared.
  package var difference: Difference? {
    guard lossless == false else { return nil }
    return Difference(
      position: mismatchPosition ?? 0,
      expected: expectedToken,
      found: foundToken,
      topTwoMargin: mismatchMargin
    )
  }

  /// Whether it differs from vanilla's where that was sure, or where nothing tells how sure it was.
  package var differsClearly: Bool {
    difference.map { difference in difference.topTwoMargin.map { $0 > Mismatch.nearTie } ?? true } ?? false
  }
}

extension LoadRecord: StoredRecord {
  static let databaseTableName = "load"
}

extension LoadRequestRecord: StoredRecord {
  static let databaseTableName = "load_request"
}
