internal import GRDB

/// One draft and its verification. A cycle's ordinal is its place in the array that holds the generation's cycles.
package struct CycleRecord: Equatable, Sendable {
  /// Tokens on the drafted path: the length of a chain, the depth of a tree, 0 for vanilla.
  package var drafted: Int
  /// Tokens verified besides the root; for a chain the same as `drafted`.
  package var nodes: Int
  /// Accepted draft tokens.
  package var accepted: Int
  /// Accepted draft tokens and the bonus token, before trimming at a stop.
  package var acceptLength: Int
  /// Tokens that the cycle added to the output, after trimming at a stop.
  package var emitted: Int
  /// Time of drafting, in nanoseconds.
  package var draftNanoseconds: Int
  /// Time of verifying, in nanoseconds.
  package var verifyNanoseconds: Int
  /// Time of everything else in the cycle, in nanoseconds.
  package var overheadNanoseconds: Int
  /// Positions of the target's pass: the root, the nodes, and what else a method runs with them; nil in older runs and where
  /// the pass ran the prompt or is not known.
  package var passPositions: Int?
  /// How many of the accepted draft tokens and the bonus token are not in the draft vocabulary; nil where the drafter chooses
  /// from all tokens, and in older runs.
  package var outsideVocabulary: Int?

  /// Makes a record; the properties say what each value means.
  package init(
    drafted: Int,
    nodes: Int,
    accepted: Int,
    acceptLength: Int,
    emitted: Int,
    draftNanoseconds: Int,
    verifyNanoseconds: Int,
    overheadNanoseconds: Int,
    passPositions: Int? = nil,
    outsideVocabulary: Int? = nil
  ) {
    self.drafted = drafted
    self.nodes = nodes
    self.accepted = accepted
    self.acceptLength = acceptLength
    self.emitted = emitted
    self.draftNanoseconds = draftNanoseconds
    self.verifyNanoseconds = verifyNanoseconds
    self.overheadNanoseconds = overheadNanoseconds
    self.passPositions = passPositions
    self.outsideVocabulary = outsideVocabulary
  }
}

extension CycleRecord: RowOfMany {
  static let table = "cycle"
  static let place = "ordinal"
  static let columns = [
    "drafted", "nodes", "accepted", "accept_length", "emitted", "draft_ns", "verify_ns", "overhead_ns",
    "pass_positions", "outside_vocabulary",
  ]

  init(row: Row) {
    self.init(
      drafted: row[0],
      nodes: row[1],
      accepted: row[2],
      acceptLength: row[3],
      emitted: row[4],
      draftNanoseconds: row[5],
      verifyNanoseconds: row[6],
      overheadNanoseconds: row[7],
      passPositions: row[8],
      outsideVocabulary: row[9]
    )
  }

  func values(_ generation: Int64, _ place: Int) -> StatementArguments {
    [
      generation, place, drafted, nodes, accepted, acceptLength, emitted, draftNanoseconds, verifyNanoseconds,
      overheadNanoseconds, passPositions, outsideVocabulary,
    ]
  }

  /// The cycles of a generation in order.
  static func all(of generation: Int64, _ database: Database) throws -> [CycleRecord] {
    let statement = try database.cachedStatement(
      sql: "SELECT \(columns.joined(separator: ", ")) FROM cycle WHERE generation_id = ? ORDER BY ordinal"
    )
    return try fetchAll(statement, arguments: [generation])
  }
}

internal import GRDB

/// One generated token. A token's position is its place in the array that holds the generation's tokens.
package struct TokenRecord: Equatable, Sendable {
  /// The token's id in the vocabulary.
  package var tokenID: Int
  /// The ordinal of the cycle that produced it; nil for the token of the prefill.
  package var cycle: Int?
  /// When the token became available, in nanoseconds since the start of the prefill.
  package var availableNanoseconds: Int

  /// Makes a record; the properties say what each value means.
  package init(tokenID: Int, cycle: Int?, availableNanoseconds: Int) {
    self.tokenID = tokenID
    self.cycle = cycle
    self.availableNanoseconds = availableNanoseconds
  }
}

extension TokenRecord: RowOfMany {
  static let table = "token"
  static let place = "position"
  static let columns = ["token_id", "cycle", "available_ns"]

  init(row: Row) { self.init(tokenID: row[0], cycle: row[1], availableNanoseconds: row[2]) }

  func values(_ generation: Int64, _ place: Int) -> StatementArguments {
    [generation, place, tokenID, cycle, availableNanoseconds]
  }
}
