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
