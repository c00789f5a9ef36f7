import Foundation

/// A record together with the id that the database gave it; the record's own properties are reached directly.
@dynamicMemberLookup
package struct Stored<Record: Sendable>: Sendable, Identifiable {
  /// The row's primary key.
  package let id: Int64
  /// The row's other columns.
  package let record: Record

  /// Pairs a record with its id.
  package init(id: Int64, record: Record) {
    self.id = id
    self.record = record
  }

  /// A property of the record.
  package subscript<Value>(dynamicMember keyPath: KeyPath<Record, Value>) -> Value {
    record[keyPath: keyPath]
  }
}

extension Stored: Equatable where Record: Equatable {}

/// The ids that a new run's rows were given, in the order in which the records were handed in.
package struct RunIdentifiers: Equatable, Sendable {
  /// The id of the run's row.
  package let run: Int64
  /// The ids of the decoders' rows.
  package let decoders: [Int64]
  /// The ids of the prompts' rows.
  package let prompts: [Int64]
}

extension PromptRecord {
  /// The question's id as people read it.
  package var questionText: String { idText(questionID, written: writtenID) }
}

extension Mismatch {
  /// The question's id as people read it.
  package var questionText: String { idText(questionID, written: writtenID) }
}

/// The text of an id: a string without its quotes, a number as it is written.
private func idText(_ number: Int, written: String?) -> String {
  guard let written else { return String(number) }
  return (try? JSONDecoder().decode(String.self, from: Data(written.utf8))) ?? written
}
