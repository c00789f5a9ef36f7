/// The ids that a new run's rows were given, in the order in which the records were handed in.
public struct RunIdentifiers: Equatable, Sendable {
  /// The id of the run's row.
  public let run: Int64
  /// The ids of the decoders' rows.
  public let decoders: [Int64]
  /// The ids of the prompts' rows.
  public let prompts: [Int64]
}
