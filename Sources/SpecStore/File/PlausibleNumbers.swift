internal import GRDB

/// Numbers that no measurement gives, as a damaged file or a hand may have put into a database. Sums of them would not
/// fit the integers that they are added up in.
extension BenchmarkStore {
  /// Nanoseconds of thirteen days.
  private static let longestTime = 1 << 50
  /// More than any table counts.
  private static let largestCount = 1 << 31
  /// More tokens than a cycle has; reports go through every length of a draft.
  private static let largestCycle = 1 << 16
  /// More parameters than any model has.
  private static let largestModel = 1 << 50

  /// What is looked at: a table with the columns that have a bound in common.
  private static let bounds: [(table: String, columns: [String], bound: Int)] = [
    ("run", ["repeats", "max_new_tokens", "context_length", "threads"], largestCount),
    ("run", ["parameters"], largestModel),
    ("decoder", ["ordinal"], largestCount), ("decoder", ["added_parameters"], largestModel),
    ("prompt", ["ordinal", "turn", "prompt_tokens"], largestCount),
    ("generation", ["prefill_ns", "decode_ns"], longestTime),
    ("generation", ["repeat", "ordinal", "output_tokens", "coalesce(preempted_steps, 0)"], largestCount),
    ("generation", ["coalesce(retokenized_tokens, 0)", "coalesce(mismatch_position, 0)"], largestCount),
    ("served_generation", ["coalesce(prompt_ns, 0)", "coalesce(decode_ns, 0)"], longestTime),
    ("served_generation", ["coalesce(prompt_tokens, 0)", "coalesce(cached_tokens, 0)"], largestCount),
    ("served_generation", ["coalesce(drafts, 0)", "coalesce(drafted, 0)", "coalesce(accepted, 0)"], largestCount),
    ("failure", ["repeat"], largestCount),
    ("load", ["wall_ns", "client_ns"], longestTime),
    ("load", ["repeat", "concurrency", "coalesce(drafts, 0)", "coalesce(drafted, 0)"], largestCount),
    ("load", ["coalesce(accepted, 0)"], largestCount),
    ("load_request", ["sent_ns", "prefill_ns", "decode_ns"], longestTime),
    ("load_request", ["output_tokens", "coalesce(drafted, 0)", "coalesce(accepted, 0)"], largestCount),
  ]

  /// The same for cycles and tokens, of which there are millions.
  private static let boundsOfMany: [(table: String, columns: [String], bound: Int)] = [
    (
      "cycle", ["drafted", "nodes", "accepted", "accept_length", "emitted", "coalesce(pass_positions, 0)"], largestCycle
    ),
    (
      "cycle", ["coalesce(outside_vocabulary, 0)"], largestCycle
    ),
    ("cycle", ["draft_ns", "verify_ns", "overhead_ns"], longestTime), ("token", ["available_ns"], longestTime),
  ]

  /// Checks the numbers of a run before they are added up. Those of cycles and tokens are checked where they are read, since
  /// looking at each twice takes seconds: ``checkNumbers(of:_:_:)``. Who does not read them asks for
  /// ``checkNumbersOfMany(of:)``.
  ///
  /// - Parameter run: the run's id.
  /// - Throws: ``StoreError/impossibleNumber(path:run:table:)``, or another ``StoreError``.
  package func checkNumbers(of run: Int64) throws(StoreError) {
    let impossible = try read { database in
      try Self.bounds.first { try !Self.isPossible($0, of: run, database) }
    }
    if let impossible { throw .impossibleNumber(path: path, run: run, table: impossible.table) }
  }

  /// Checks the numbers of all cycles and tokens of a run.
  ///
  /// - Parameter run: the run's id.
  /// - Throws: ``StoreError/impossibleNumber(path:run:table:)``, or another ``StoreError``.
  package func checkNumbersOfMany(of run: Int64) throws(StoreError) {
    let impossible = try read { database in
      try Self.boundsOfMany.first { try !Self.isPossible($0, of: run, database) }
    }
    if let impossible { throw .impossibleNumber(path: path, run: run, table: impossible.table) }
  }

  /// Checks the numbers of a generation's rows.
  ///
  /// - Parameters:
  ///   - run: the run's id.
  ///   - cycles: its cycles.
  ///   - times: the times of its tokens.
  /// - Throws: ``StoreError/impossibleNumber(path:run:table:)``.
  func checkNumbers(of run: Int64, _ cycles: [CycleRecord], _ times: some Sequence<Int>) throws(StoreError) {
    if !cycles.allSatisfy(\.isPossible) { throw .impossibleNumber(path: path, run: run, table: CycleRecord.table) }
    if !times.allSatisfy({ Self.times.contains($0) }) {
      throw .impossibleNumber(path: path, run: run, table: TokenRecord.table)
    }
  }

  fileprivate static let times = -longestTime...longestTime
  fileprivate static let countsOfCycle = -largestCycle...largestCycle

  private static func isPossible(
    _ bounds: (table: String, columns: [String], bound: Int),
    of run: Int64,
    _ database: Database
  ) throws -> Bool {
    let rows =
      switch bounds.table {
      case "run": "run WHERE id = ?"
      case "decoder", "prompt": "\(bounds.table) WHERE run_id = ?"
      case "failure", "load": "\(bounds.table) WHERE \(ofRun("decoder_id"))"
      case "load_request":
        "load_request WHERE load_id IN (SELECT id FROM load WHERE \(ofRun("decoder_id")))"
      case "generation": "generation WHERE \(ofRun("decoder_id"))"
      default: "\(bounds.table) WHERE generation_id IN (SELECT id FROM generation WHERE \(ofRun("decoder_id")))"
      }
    let columns = bounds.columns.map { "max(\($0)), min(\($0))" }.joined(separator: ", ")
    guard let row = try Row.fetchOne(database, sql: "SELECT \(columns) FROM \(rows)", arguments: [run]) else {
      return true
    }
    // An aggregate over no rows is NULL.
    return (0..<row.count).allSatisfy { index in
      Int.fromDatabaseValue(row[index] as DatabaseValue).map { (-bounds.bound...bounds.bound).contains($0) } ?? true
    }
  }

  private static func ofRun(_ column: String) -> String { "\(column) IN (SELECT id FROM decoder WHERE run_id = ?)" }
}

extension CycleRecord {
  /// Whether a measurement may have given all of its numbers.
  fileprivate var isPossible: Bool {
    let (counts, times) = (BenchmarkStore.countsOfCycle, BenchmarkStore.times)
    return counts.contains(drafted) && counts.contains(nodes) && counts.contains(accepted)
      && counts.contains(acceptLength) && counts.contains(emitted) && counts.contains(passPositions ?? 0)
      && counts.contains(outsideVocabulary ?? 0)
      && times.contains(draftNanoseconds) && times.contains(verifyNanoseconds) && times.contains(overheadNanoseconds)
  }
}
