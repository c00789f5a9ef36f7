internal import GRDB
public import SpecStatistics

/// A generation beside vanilla's of the same prompt and pass.
public struct GenerationPair: Codable, Equatable, Sendable {
  /// The decoder's id.
  public let decoderID: Int64
  /// The category.
  public let category: String
  /// The question's id in the suite.
  public let questionID: Int
  /// The turn of the conversation, from 0.
  public let turn: Int
  /// The measured pass, from 0.
  public let pass: Int
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

  enum CodingKeys: String, CodingKey {
    case decoderID = "decoder_id"
    case category
    case questionID = "question_id"
    case turn, pass
    case vanillaPrefillNanoseconds = "vanilla_prefill_ns"
    case vanillaDecodeNanoseconds = "vanilla_decode_ns"
    case prefillNanoseconds = "prefill_ns"
    case decodeNanoseconds = "decode_ns"
    case outputTokens = "output_tokens"
    case preemptedSteps = "preempted_steps"
    case vanillaRetokenizedTokens = "vanilla_retokenized_tokens"
    case vanillaOutputTokens = "vanilla_output_tokens"
  }
}

extension GenerationPair: DecodedRow {}

extension BenchmarkStore {
  /// Every generation of a run that has one of vanilla's beside it, vanilla's own included.
  ///
  /// - Parameter run: The run's id.
  /// - Returns: The pairs by decoder, prompt and pass.
  /// - Throws: A ``StoreError``.
  public func pairs(of run: Int64) throws(StoreError) -> [GenerationPair] {
    let sql = """
      SELECT
        decoder.id AS decoder_id, category, question_id, turn, generation.pass AS pass,
        vanilla.prefill_ns AS vanilla_prefill_ns, vanilla.decode_ns AS vanilla_decode_ns,
        generation.prefill_ns AS prefill_ns, generation.decode_ns AS decode_ns,
        generation.output_tokens AS output_tokens, generation.preempted_steps AS preempted_steps,
        vanilla.retokenized_tokens AS vanilla_retokenized_tokens, vanilla.output_tokens AS vanilla_output_tokens
      FROM decoder
      JOIN generation ON generation.decoder_id = decoder.id
      JOIN prompt ON prompt.id = generation.prompt_id
      JOIN generation AS vanilla ON vanilla.prompt_id = prompt.id AND vanilla.pass = generation.pass
        AND vanilla.decoder_id = (
          SELECT id FROM decoder WHERE run_id = :run AND method = 'vanilla' ORDER BY ordinal LIMIT 1
        )
      WHERE decoder.run_id = :run
      ORDER BY decoder.ordinal, prompt.ordinal, turn, generation.pass
      """
    return try read { try GenerationPair.fetchAll($0, sql: sql, arguments: ["run": run]) }
  }
}

extension PairedTimes {
  /// The decode times of generations beside vanilla's.
  ///
  /// - Parameter pairs: The generations of one decoder.
  public init(decodeTimesOf pairs: some Sequence<GenerationPair>) {
    self.init(
      pairs.map {
        TimePair(
          question: $0.questionID,
          pass: $0.pass,
          baseline: Double($0.vanillaDecodeNanoseconds),
          method: Double($0.decodeNanoseconds)
        )
      }
    )
  }
}
