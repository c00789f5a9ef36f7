internal import GRDB

/// A generation beside vanilla's of the same prompt and repeat.
package struct GenerationPair: Codable, Equatable, Sendable {
  /// The decoder's id.
  package let decoderID: Int64
  /// The category.
  package let category: String
  /// The question's id in the suite.
  package let questionID: Int
  /// The turn of the conversation, from 0.
  package let turn: Int
  /// The measured repeat, from 0.
  package let repeatIndex: Int
  /// Vanilla's time to the first token, in nanoseconds.
  package let vanillaPrefillNanoseconds: Int
  /// Vanilla's decode time, in nanoseconds.
  package let vanillaDecodeNanoseconds: Int
  /// The decoder's time to the first token, in nanoseconds.
  package let prefillNanoseconds: Int
  /// The decoder's decode time, in nanoseconds.
  package let decodeNanoseconds: Int
  /// Number of generated tokens.
  package let outputTokens: Int
  /// Cycles during which the decoding thread was kept from the processor; nil where the system does not tell.
  package let preemptedSteps: Int?
  /// Vanilla's tokens as Spec-Bench counts them; nil where that is not known.
  package let vanillaRetokenizedTokens: Int?
  /// Vanilla's tokens.
  package let vanillaOutputTokens: Int
  /// Tokens that the decoder's decode time brought.
  package let decodeTokens: Int
  /// Tokens that vanilla's decode time brought.
  package let vanillaDecodeTokens: Int
  /// Whether both outputs are the same; false also where nothing makes them so.
  package let outputsAreEqual: Bool

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
  /// - Parameter run: the run's id.
  /// - Returns: the pairs by decoder, prompt and repeat.
  /// - Throws: a ``StoreError``.
  package func pairs(of run: Int64) throws(StoreError) -> [GenerationPair] {
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
