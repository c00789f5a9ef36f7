import Foundation
internal import GRDB
import SpecCore

/// One prompt decoded once by one decoder.
package struct GenerationRecord: Codable, Equatable, Sendable {
  /// The id of the decoder's row.
  package var decoderID: Int64
  /// The id of the prompt's row.
  package var promptID: Int64
  /// The measured repeat, from 0.
  package var repeatIndex: Int
  /// The generation's place in the shuffled order in which the decoders took this prompt in this repeat.
  package var ordinal: Int
  /// When the generation began; stored in UTC to the millisecond.
  package var startedAt: Date
  /// Time to the first token, in nanoseconds.
  package var prefillNanoseconds: Int
  /// Time from the first token to the last, in nanoseconds.
  package var decodeNanoseconds: Int
  /// Number of generated tokens, the first and the end token included.
  package var outputTokens: Int
  /// The ids of the generated tokens.
  package var outputIDs: [Int]
  /// The generated text.
  package var text: String
  /// Which rule ended the generation.
  package var stopReason: StopReason
  /// Whether the tokens equal vanilla's; nil when there was nothing to compare with.
  package var lossless: Bool?
  /// The first position that differs from vanilla's output, if one does.
  package var mismatchPosition: Int?
  /// Vanilla's token at that position.
  package var expectedToken: Int?
  /// This generation's token at that position.
  package var foundToken: Int?
  /// The target's largest logit at that position minus its second largest; nil where that is not known.
  package var mismatchMargin: Double?
  /// Cycles during which the decoding thread was kept from the processor; nil where the system does not tell.
  package var preemptedSteps: Int?
  /// The text made into tokens again, less one: how Spec-Bench counts vanilla's tokens. Nil for other decoders.
  package var retokenizedTokens: Int?
  /// Tokens that the prefill's time brought: one, or those of a first cycle that ran the prompt; none where the decode
  /// time holds the prefill, as in imported answers.
  package var prefillTokens: Int
  /// Cycles whose time is the prefill's: 1 where the first cycle ran the prompt, else 0.
  package var prefillCycles: Int

  /// Tokens that the decode time brought.
  package var decodeTokens: Int { max(outputTokens - prefillTokens, 0) }

  enum CodingKeys: String, CodingKey {
    case decoderID = "decoder_id"
    case promptID = "prompt_id"
    case repeatIndex = "repeat", ordinal
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
  package init(
    decoderID: Int64,
    promptID: Int64,
    repeatIndex: Int,
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
    self.repeatIndex = repeatIndex
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

  /// The decoder, prompt and repeat of the generation, which no other generation has.
  package var key: GenerationKey {
    GenerationKey(decoderID: decoderID, promptID: promptID, repeatIndex: repeatIndex)
  }
}

extension GenerationRecord: StoredRecord {
  static let databaseTableName = "generation"

  /// Written by hand: what the compiler makes took a quarter of the time of recording.
  func encode(to container: inout PersistenceContainer) {
    container[CodingKeys.decoderID.rawValue] = decoderID
    container[CodingKeys.promptID.rawValue] = promptID
    container[CodingKeys.repeatIndex.rawValue] = repeatIndex
    container[CodingKeys.ordinal.rawValue] = ordinal
    container[CodingKeys.startedAt.rawValue] = startedAt.exactText
    container[CodingKeys.prefillNanoseconds.rawValue] = prefillNanoseconds
    container[CodingKeys.decodeNanoseconds.rawValue] = decodeNanoseconds
    container[CodingKeys.outputTokens.rawValue] = outputTokens
    container[CodingKeys.outputIDs.rawValue] = "[\(outputIDs.map(String.init).joined(separator: ","))]"
    container[CodingKeys.text.rawValue] = text
    container[CodingKeys.stopReason.rawValue] = stopReason.rawValue
    container[CodingKeys.lossless.rawValue] = lossless
    container[CodingKeys.mismatchPosition.rawValue] = mismatchPosition
    container[CodingKeys.expectedToken.rawValue] = expectedToken
    container[CodingKeys.foundToken.rawValue] = foundToken
    container[CodingKeys.mismatchMargin.rawValue] = mismatchMargin
    container[CodingKeys.preemptedSteps.rawValue] = preemptedSteps
    container[CodingKeys.retokenizedTokens.rawValue] = retokenizedTokens
    container[CodingKeys.prefillTokens.rawValue] = prefillTokens
    container[CodingKeys.prefillCycles.rawValue] = prefillCycles
  }
}

/// What makes a generation unique: a run has at most one for each decoder, prompt and repeat.
package struct GenerationKey: Codable, Hashable, Sendable {
  /// The id of the decoder's row.
  package var decoderID: Int64
  /// The id of the prompt's row.
  package var promptID: Int64
  /// The measured repeat, from 0.
  package var repeatIndex: Int

  enum CodingKeys: String, CodingKey {
    case decoderID = "decoder_id"
    case promptID = "prompt_id"
    case repeatIndex = "repeat"
  }

  /// Makes a key.
  package init(decoderID: Int64, promptID: Int64, repeatIndex: Int) {
    self.decoderID = decoderID
    self.promptID = promptID
    self.repeatIndex = repeatIndex
  }
}

/// What a recorded generation put out: what later turns and the comparison with vanilla need when a run is resumed.
package struct RecordedOutput: Codable, Equatable, Sendable {
  /// The id of the prompt's row.
  package let promptID: Int64
  /// The measured repeat, from 0.
  package let repeatIndex: Int
  /// The ids of the generated tokens.
  package let outputIDs: [Int]
  /// The generated text.
  package let text: String

  enum CodingKeys: String, CodingKey {
    case promptID = "prompt_id"
    case repeatIndex = "repeat"
    case outputIDs = "output_ids"
    case text
  }
}

extension GenerationKey: DecodedRow {}
extension RecordedOutput: DecodedRow {}
