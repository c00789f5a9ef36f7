internal import GRDB
import SpecCore

/// How many of a decoder's generations were compared with vanilla's.
package struct Losslessness: Codable, Equatable, Sendable {
  /// The decoder's id.
  package let decoderID: Int64
  /// Number of recorded generations.
  package let generations: Int
  /// Number of generations that were compared.
  package let checked: Int
  /// Number of generations that differed.
  package let mismatches: Int

  enum CodingKeys: String, CodingKey {
    case decoderID = "decoder_id"
    case generations, checked, mismatches
  }
}

/// A generation that differed from vanilla's.
package struct Mismatch: Codable, Equatable, Sendable {
  /// The id of the generation's row.
  package let generationID: Int64
  /// The number that stands for the question's id in the suite.
  package let questionID: Int
  /// The question's id as JSON; nil where it is ``questionID``.
  package let writtenID: String?
  /// The turn of the conversation, from 0.
  package let turn: Int
  /// The category.
  package let category: String
  /// The measured repeat, from 0.
  package let repeatIndex: Int
  /// The decoder's name.
  package let decoder: String
  /// The first position that differs.
  package let position: Int?
  /// Vanilla's token there; nil when vanilla's output ends before.
  package let expectedToken: Int?
  /// The decoder's token there; nil when its output ends before.
  package let foundToken: Int?
  /// The target's largest logit there minus its second largest; nil where that is not known, as for imported answers.
  package let topTwoMargin: Double?

  /// Whether the target's two best tokens were equally good there; nil where that is not known.
  package var isTie: Bool? { topTwoMargin.map { $0 == 0 } }

  /// Up to this difference of logits two tokens count as equally good for a server whose sums depend on how many positions
  /// it computes at once: two steps of bfloat16 logits between 16 and 32.
  package static let nearTie = 0.25

  /// Whether either token was all but equally good there; false where that is not known.
  package var isNearTie: Bool { topTwoMargin.map { $0 <= Self.nearTie } ?? false }

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
package struct Skip: Codable, Equatable, Sendable {
  /// The category.
  package let category: String
  /// Why the prompts were not run.
  package let reason: String
  /// Number of prompts.
  package let prompts: Int
}

extension Losslessness: DecodedRow {}
extension Mismatch: DecodedRow {}
extension Skip: DecodedRow {}

extension BenchmarkStore {
  /// How many generations of a run were compared with vanilla's.
  ///
  /// - Parameter run: the run's id.
  /// - Returns: one row for each decoder, in the order of the run.
  /// - Throws: a ``StoreError``.
  package func losslessness(of run: Int64) throws(StoreError) -> [Losslessness] {
    let sql = """
      SELECT losslessness.* FROM losslessness JOIN decoder ON decoder.id = decoder_id
      WHERE decoder.run_id = ? ORDER BY decoder.ordinal, decoder_id
      """
    return try read { try Losslessness.fetchAll($0, sql: sql, arguments: [run]) }
  }

  /// The prompts of a run that were not measured.
  ///
  /// - Parameter run: the run's id.
  /// - Returns: one row for each category, as `categories(of:)` has them, and reason; none when every prompt was run.
  /// - Throws: a ``StoreError``.
  package func skips(of run: Int64) throws(StoreError) -> [Skip] {
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
  /// - Parameter run: the run's id.
  /// - Returns: one row for each, by question, turn, decoder and repeat.
  /// - Throws: a ``StoreError``.
  package func mismatches(of run: Int64) throws(StoreError) -> [Mismatch] {
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
