/// Which rows of each table belong to a run.
package enum RunTables {
  /// A table with what tells the rows of a run in it.
  package struct Part: Sendable {
    /// The table's name.
    package let table: String
    /// A condition on its rows, in which `:run` stands for the run's id.
    let condition: String
    /// The columns that its rows are ordered by: those of its key.
    let order: String
  }

  private static let decoders = "decoder_id IN (SELECT id FROM decoder WHERE run_id = :run)"
  private static let generations = "generation_id IN (SELECT id FROM generation WHERE \(decoders))"

  /// All tables, parents before their children.
  package static let all = [
    Part(
      table: "environment",
      condition: """
        id IN (
          SELECT environment_id FROM run WHERE id = :run UNION SELECT environment_id FROM shard WHERE run_id = :run
        )
        """,
      order: "id"
    ),
    Part(table: "run", condition: "id = :run", order: "id"),
    Part(table: "decoder", condition: "run_id = :run", order: "id"),
    Part(table: "shard", condition: "run_id = :run", order: "id"),
    Part(table: "prompt", condition: "run_id = :run", order: "id"),
    Part(table: "run_input", condition: "run_id = :run", order: "run_id, role"),
    Part(table: "repeat_condition", condition: "run_id = :run", order: "run_id, repeat, shard, attempt"),
    Part(table: "generation", condition: decoders, order: "id"),
    Part(table: "cycle", condition: generations, order: "generation_id, ordinal"),
    Part(table: "token", condition: generations, order: "generation_id, position"),
    Part(table: "server", condition: decoders, order: "decoder_id"),
    Part(table: "probe", condition: decoders, order: "id"),
    Part(table: "served_generation", condition: generations, order: "generation_id"),
    Part(table: "chunk", condition: generations, order: "generation_id, ordinal"),
    Part(table: "failure", condition: decoders, order: "id"),
    Part(table: "load", condition: decoders, order: "id"),
    Part(
      table: "load_request",
      condition: "load_id IN (SELECT id FROM load WHERE \(decoders))",
      order: "load_id, prompt_id"
    ),
  ]
}
