/// The ids that a new run's rows were given, in the order in which the records were handed in.
package struct RunIdentifiers: Equatable, Sendable {
  /// The id of the run's row.
  package let run: Int64
  /// The ids of the decoders' rows.
  package let decoders: [Int64]
  /// The ids of the prompts' rows.
  package let prompts: [Int64]
}
