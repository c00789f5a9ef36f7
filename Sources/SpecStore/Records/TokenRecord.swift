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
