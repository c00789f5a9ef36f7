import Foundation
internal import GRDB
import SpecCore

/// What a query's row is decoded into. The types conform to this internal protocol rather than to GRDB's own,
/// so that users of the store need not know GRDB.
protocol DecodedRow: FetchableRecord {}

/// What all stored records share: dates are ISO 8601 in UTC with milliseconds, so that their text sorts by time.
protocol StoredRecord: DecodedRow, EncodableRecord, TableRecord {}

extension StoredRecord {
  static func databaseDateEncodingStrategy(for column: String) -> DatabaseDateEncodingStrategy {
    .custom(\.exactText)
  }

  static func databaseDateDecodingStrategy(for column: String) -> DatabaseDateDecodingStrategy {
    .custom { value in String.fromDatabaseValue(value).flatMap(Date.from(exactText:)) }
  }
}

extension Stored where Record: DecodedRow {
  init(row: Row) throws {
    self.init(id: try row.decode(Int64.self, forColumn: "id"), record: try Record(row: row))
  }
}

/// A row of a table that has very many. Encoding and decoding by the names of columns takes several times as long, so
/// that these go by the places of ``columns``.
protocol RowOfMany: DecodedRow {
  static var table: String { get }
  /// The column with the row's place in the generation, which follows the generation's id in the key.
  static var place: String { get }
  /// Its other columns.
  static var columns: [String] { get }
  /// The values of all columns: the generation's id, the row's place in it, the others.
  func values(_ generation: Int64, _ place: Int) -> StatementArguments
}

/// A record about to be inserted, with the foreign keys that its own type leaves out.
struct InsertedRow<Record: StoredRecord>: PersistableRecord {
  static var databaseTableName: String { Record.databaseTableName }
  let record: Record
  var parents: [String: Int64] = [:]

  func encode(to container: inout PersistenceContainer) throws {
    try record.encode(to: &container)
    for (column, id) in parents {
      container[column] = id
    }
  }

  /// Inserts the row.
  ///
  /// - Parameter database: the connection to write with.
  /// - Returns: the id that the row was given.
  /// - Throws: SQLite's error.
  func insertedID(_ database: Database) throws -> Int64 {
    try insert(database)
    return database.lastInsertedRowID
  }
}
