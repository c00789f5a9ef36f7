internal import GRDB
import SpecCore

/// How many of a decoder's generations were compared with vanilla's.
public struct Losslessness: Codable, Equatable, Sendable {
  /// The decoder's id.
  public let decoderID: Int64
  /// Number of recorded generations.
  public let generations: Int
  /// Number of generations that were compared.
  public let checked: Int
  /// Number of generations that differed.
  public let mismatches: Int

  enum CodingKeys: String, CodingKey {
    case decoderID = "decoder_id"
    case generations, checked, mismatches
  }
}

/// A generation that differed from vanilla's.
public struct Mismatch: Codable, Equatable, Sendable {
  /// The id of the generation's row.
  public let generationID: Int64
  /// The number that stands for the question's id in the suite.
  public let questionID: Int
  /// The question's id as JSON; nil where it is ``questionID``.
  public let writtenID: String?
  /// The turn of the conversation, from 0.
  public let turn: Int
  /// The category.
  public let category: String
  /// The measured repeat, from 0.
  public let repeatIndex: Int
  /// The decoder's name.
  public let decoder: String
  /// The first position that differs.
  public let position: Int?
  /// Vanilla's token there; nil when vanilla's output ends before.
  public let expectedToken: Int?
  /// The decoder's token there; nil when its output ends before.
  public let foundToken: Int?
  /// The target's largest logit there minus its second largest; nil where that is not known, as for imported answers.
  public let topTwoMargin: Double?

  /// Whether the target's two best tokens were equally good there; nil where that is not known.
  public var isTie: Bool? { topTwoMargin.map { $0 == 0 } }

  enum CodingKeys: String, CodingKey {
    case generationID = "generation_id"
    case questionID = "question_id"
    case writtenID = "written_id"
    case turn, category, repeatIndex = "repeat", decoder, position
    case expectedToken = "expected_token"
    case foundToken = "found_token"
    case topTwoMargin = "mismatch_margin"
  }
}

/// How many prompts of a category were not run for one reason.
public struct Skip: Codable, Equatable, Sendable {
  /// The category.
  public let category: String
  /// Why the prompts were not run.
  public let reason: String
  /// Number of prompts.
  public let prompts: Int
}

extension Losslessness: DecodedRow {}
extension Mismatch: DecodedRow {}
extension Skip: DecodedRow {}

extension BenchmarkStore {
  /// How many generations of a run were compared with vanilla's.
  ///
  /// - Parameter run: The run's id.
  /// - Returns: One row for each decoder, in the order of the run.
  /// - Throws: A ``StoreError``.
  public func losslessness(of run: Int64) throws(StoreError) -> [Losslessness] {
    let sql = """
      SELECT losslessness.* FROM losslessness JOIN decoder ON decoder.id = decoder_id
      WHERE decoder.run_id = ? ORDER BY decoder.ordinal, decoder_id
      """
    return try read { try Losslessness.fetchAll($0, sql: sql, arguments: [run]) }
  }

  /// The prompts of a run that were not measured.
  ///
  /// - Parameter run: The run's id.
  /// - Returns: One row for each category, as `categories(of:)` has them, and reason; none when every prompt was run.
  /// - Throws: A ``StoreError``.
  public func skips(of run: Int64) throws(StoreError) -> [Skip] {
    let sql = """
      \(CategoryOrder.table)
      SELECT view.category, reason, prompts FROM skips AS view \(CategoryOrder.join)
      WHERE run_id = :run AND view.category <> '\(Category.overall.rawValue)'
      ORDER BY \(CategoryOrder.columns), reason
      """
    return try read { try Skip.fetchAll($0, sql: sql, arguments: ["run": run]) }
  }

  /// The generations of a run that differ from vanilla's.
  ///
  /// - Parameter run: The run's id.
  /// - Returns: One row for each, by question, turn, decoder and repeat.
  /// - Throws: A ``StoreError``.
  public func mismatches(of run: Int64) throws(StoreError) -> [Mismatch] {
    let sql = """
      SELECT
        generation.id AS generation_id, question_id, written_id, turn, category, repeat, decoder.name AS decoder,
        mismatch_position AS position, expected_token, found_token, mismatch_margin
      FROM decoder
      JOIN generation ON generation.decoder_id = decoder.id
      JOIN prompt ON prompt.id = generation.prompt_id
      WHERE decoder.run_id = ? AND lossless = 0
      ORDER BY prompt.ordinal, turn, decoder.ordinal, repeat
      """
    return try read { try Mismatch.fetchAll($0, sql: sql, arguments: [run]) }
  }
}
