internal import GRDB

/// How many cycles of a decoder drafted and accepted alike, and what they took.
public struct CycleCount: Codable, Equatable, Sendable {
  /// The decoder's id.
  public let decoderID: Int64
  /// Tokens on the drafted path.
  public let drafted: Int
  /// Accepted draft tokens.
  public let accepted: Int
  /// Tokens that each cycle contributed.
  public let acceptLength: Int
  /// Whether the drafts were chains: nothing verified beside the drafted path.
  public let isChain: Bool
  /// Number of such cycles.
  public let cycles: Int
  /// Time of drafting in all of them, in nanoseconds.
  public let draftNanoseconds: Int
  /// Time of verifying in all of them, in nanoseconds.
  public let verifyNanoseconds: Int

  enum CodingKeys: String, CodingKey {
    case decoderID = "decoder_id"
    case drafted, accepted
    case acceptLength = "accept_length"
    case isChain = "is_chain"
    case cycles
    case draftNanoseconds = "draft_ns"
    case verifyNanoseconds = "verify_ns"
  }
}

/// The pace of a decoder at one place of its outputs.
public struct TokenPace: Codable, Equatable, Sendable {
  /// The decoder's id.
  public let decoderID: Int64
  /// The first position of the stretch.
  public let position: Int
  /// Number of generations that reach to its end.
  public let generations: Int
  /// The mean time per token in it, in milliseconds.
  public let milliseconds: Double

  enum CodingKeys: String, CodingKey {
    case decoderID = "decoder_id"
    case position, generations
    case milliseconds = "ms"
  }
}

extension CycleCount: DecodedRow {}
extension TokenPace: DecodedRow {}

extension BenchmarkStore {
  /// The cycles of a run, counted by what they did.
  ///
  /// - Parameter run: The run's id.
  /// - Returns: One row for each decoder and kind of cycle that occurred.
  /// - Throws: A ``StoreError``.
  public func cycleCounts(of run: Int64) throws(StoreError) -> [CycleCount] {
    let sql = """
      SELECT
        decoder.id AS decoder_id, drafted, accepted, accept_length, nodes = drafted AS is_chain,
        count(*) AS cycles, sum(draft_ns) AS draft_ns, sum(verify_ns) AS verify_ns
      FROM decoder
      CROSS JOIN generation ON generation.decoder_id = decoder.id
      CROSS JOIN cycle ON cycle.generation_id = generation.id
      WHERE decoder.run_id = ?
      GROUP BY decoder.id, drafted, accepted, accept_length, is_chain
      """
    return try read { try CycleCount.fetchAll($0, sql: sql, arguments: [run]) }
  }

  /// How the time per token changes along the outputs of a run.
  ///
  /// Only the tokens at the ends of the stretches are looked up, by key: a run may hold millions.
  ///
  /// - Parameters:
  ///   - run: The run's id.
  ///   - stretch: Tokens over which a mean is taken, at least 1.
  /// - Returns: One row for each decoder and stretch that a generation has whole.
  /// - Throws: A ``StoreError``.
  public func tokenPaces(of run: Int64, stretch: Int) throws(StoreError) -> [TokenPace] {
    let sql = """
      WITH RECURSIVE place (position) AS (
        SELECT 0 UNION ALL SELECT position + :stretch FROM place
        WHERE position + 2 * :stretch < (
          SELECT max(output_tokens) FROM decoder JOIN generation ON decoder_id = decoder.id WHERE run_id = :run
        )
      )
      SELECT
        decoder.id AS decoder_id, place.position AS position, count(*) AS generations,
        avg(last.available_ns - first.available_ns) / :stretch / 1e6 AS ms
      FROM decoder
      CROSS JOIN generation ON generation.decoder_id = decoder.id
      CROSS JOIN place ON place.position + :stretch < generation.output_tokens
      CROSS JOIN token AS first ON first.generation_id = generation.id AND first.position = place.position
      CROSS JOIN token AS last
        ON last.generation_id = generation.id AND last.position = place.position + :stretch
      WHERE decoder.run_id = :run
      GROUP BY decoder.id, place.position
      """
    return try read { try TokenPace.fetchAll($0, sql: sql, arguments: ["run": run, "stretch": stretch]) }
  }
}
