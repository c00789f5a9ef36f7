/// A record together with the id that the database gave it; the record's own properties are reached directly.
@dynamicMemberLookup
public struct Stored<Record: Sendable>: Sendable, Identifiable {
  /// The row's primary key.
  public let id: Int64
  /// The row's other columns.
  public let record: Record

  /// Pairs a record with its id.
  public init(id: Int64, record: Record) {
    self.id = id
    self.record = record
  }

  /// A property of the record.
  public subscript<Value>(dynamicMember keyPath: KeyPath<Record, Value>) -> Value {
    record[keyPath: keyPath]
  }
}

extension Stored: Equatable where Record: Equatable {}
