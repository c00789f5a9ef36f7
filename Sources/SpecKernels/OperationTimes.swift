/// What a forward pass consists of.
public enum Operation: String, CaseIterable, Sendable, Codable, CodingKeyRepresentable {
  /// Matrix products with weights.
  case matmul
  /// Scores, softmax and weighted values.
  case attention
  /// Rotating queries and keys, and putting keys and values into the cache.
  case rotation
  /// Root-mean-square normalization.
  case normalization
  /// Activation functions and sums, number by number.
  case elementwise
  /// The largest logit of each row.
  case choice
}

/// How long the operations of a context have taken.
public struct OperationTimes: Sendable, Equatable {
  private var nanoseconds: [UInt64]

  /// No time yet.
  public init() { nanoseconds = [UInt64](repeating: 0, count: Operation.allCases.count) }

  /// Nanoseconds of one operation.
  public subscript(operation: Operation) -> UInt64 { nanoseconds[operation.index] }

  mutating func add(_ time: UInt64, to operation: Operation) { nanoseconds[operation.index] += time }
}

extension Operation {
  fileprivate var index: Int {
    switch self {
    case .matmul: 0
    case .attention: 1
    case .rotation: 2
    case .normalization: 3
    case .elementwise: 4
    case .choice: 5
    }
  }
}
