internal import GRDB

/// A generation beside vanilla's of the same prompt and repeat.
public struct GenerationPair: Codable, Equatable, Sendable {
  /// The decoder's id.
  public let decoderID: Int64
  /// The category.
  public let category: String
  /// The question's id in the suite.
  public let questionID: Int
  /// The turn of the conversation, from 0.
  public let turn: Int
  /// The measured repeat, from 0.
  public let repeatIndex: Int
  /// Vanilla's time to the first token, in nanoseconds.
  public let vanillaPrefillNanoseconds: Int
  /// Vanilla's decode time, in nanoseconds.
  public let vanillaDecodeNanoseconds: Int
  /// The decoder's time to the first token, in nanoseconds.
  public let prefillNanoseconds: Int
  /// The decoder's decode time, in nanoseconds.
  public let decodeNanoseconds: Int
  /// Number of generated tokens.
  public let outputTokens: Int
  /// Cycles during which the decoding thread was kept from the processor; nil where the system does not tell.
  public let preemptedSteps: Int?
  /// Vanilla's tokens as Spec-Bench counts them; nil where that is not known.
  public let vanillaRetokenizedTokens: Int?
  /// Vanilla's tokens.
  public let vanillaOutputTokens: Int
  /// Tokens that the decoder's decode time brought.
  public let decodeTokens: Int
  /// Tokens that vanilla's decode time brought.
  public let vanillaDecodeTokens: Int
  /// Whether both outputs are the same; false also where nothing makes them so.
  public let outputsAreEqual: Bool

  enum CodingKeys: String, CodingKey {
    case decoderID = "decoder_id"
    case category
    case questionID = "question_id"
    case turn, repeatIndex = "repeat"
    case vanillaPrefillNanoseconds = "vanilla_prefill_ns"
    case vanillaDecodeNanoseconds = "vanilla_decode_ns"
    case prefillNanoseconds = "prefill_ns"
    case decodeNanoseconds = "decode_ns"
    case outputTokens = "output_tokens"
    case preemptedSteps = "preempted_steps"
    case vanillaRetokenizedTokens = "vanilla_retokenized_tokens"
    case vanillaOutputTokens = "vanilla_output_tokens"
    case decodeTokens = "decode_tokens"
    case vanillaDecodeTokens = "vanilla_decode_tokens"
    case outputsAreEqual = "outputs_equal"
  }
}

extension GenerationPair: DecodedRow {}

extension BenchmarkStore {
  /// Every generation of a run that has one of vanilla's beside it, vanilla's own included.
  ///
  /// - Parameter run: The run's id.
  /// - Returns: The pairs by decoder, prompt and repeat.
  /// - Throws: A ``StoreError``.
  public func pairs(of run: Int64) throws(StoreError) -> [GenerationPair] {
    let sql = """
      SELECT pair.*
      FROM generation_pair AS pair
      JOIN decoder ON decoder.id = decoder_id
      JOIN prompt ON prompt.id = prompt_id
      WHERE pair.run_id = :run
      ORDER BY decoder.ordinal, prompt.ordinal, pair.turn, pair.repeat
      """
    return try read { try GenerationPair.fetchAll($0, sql: sql, arguments: ["run": run]) }
  }
}
