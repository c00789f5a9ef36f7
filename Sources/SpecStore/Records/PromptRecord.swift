internal import GRDB

/// One turn of one question of the run's suite.
package struct PromptRecord: Codable, Equatable, Sendable {
  /// The prompt's place in the run, from 0.
  package var ordinal: Int
  /// The number that stands for the question's id in the suite: the id itself where it is an integer.
  package var questionID: Int
  /// The question's id as the suite's file writes it, as JSON; nil where it is ``questionID``.
  package var writtenID: String?
  /// The turn of the conversation, from 0.
  package var turn: Int
  /// One of `mt_bench`, `translation`, `summarization`, `qa`, `math_reasoning` and `rag`, or the suite's own.
  package var category: String
  /// The category as the suite's file names it.
  package var subcategory: String
  /// Number of tokens of the prompt.
  package var promptTokens: Int
  /// Hash of the prompt's token ids.
  package var idsHash: String
  /// Why the prompt was not run; nil when it was.
  package var skipReason: String?
  /// The prompt's text as the model was given it, without a begin token that the tokenizer puts in front; nil where it was
  /// not run, or was not noted.
  package var text: String?
  /// The prompt's token ids; nil where ``text`` is.
  package var tokenIDs: [Int]?

  enum CodingKeys: String, CodingKey {
    case ordinal
    case questionID = "question_id"
    case writtenID = "written_id"
    case turn, category, subcategory
    case promptTokens = "prompt_tokens"
    case idsHash = "ids_hash"
    case skipReason = "skip_reason"
    case text
    case tokenIDs = "token_ids"
  }

  /// Makes a record; the properties say what each value means.
  package init(
    ordinal: Int,
    questionID: Int,
    writtenID: String? = nil,
    turn: Int,
    category: String,
    subcategory: String,
    promptTokens: Int,
    idsHash: String,
    skipReason: String? = nil,
    text: String? = nil,
    tokenIDs: [Int]? = nil
  ) {
    self.ordinal = ordinal
    self.questionID = questionID
    self.writtenID = writtenID
    self.turn = turn
    self.category = category
    self.subcategory = subcategory
    self.promptTokens = promptTokens
    self.idsHash = idsHash
    self.skipReason = skipReason
    self.text = text
    self.tokenIDs = tokenIDs
  }
}

extension PromptRecord: StoredRecord {
  static let databaseTableName = "prompt"
}
