internal import GRDB

extension BenchmarkStore {
  /// Adds up the cycles and tokens of a run.
  ///
  /// Every row is read once, generation by generation in the order of the primary keys, and only the columns that count.
  ///
  /// - Parameters:
  ///   - run: The run's id.
  ///   - stretch: Tokens over which a pace is taken, at least 1.
  /// - Returns: The figures.
  /// - Throws: A ``StoreError``.
  public func figures(of run: Int64, stretch: Int) throws(StoreError) -> RunFigures {
    try read { database in
      var walk = FiguresWalk(stretch: stretch)
      try walk.read(database, run: run)
      return try walk.figures(database, run: run)
    }
  }
}

/// Reads a run's rows and adds them up by decoder and category.
private struct FiguresWalk {
  private struct Key: Hashable {
    let decoder: Int64
    let category: String
  }

  private let stretch: Int
  private var cells: [Key: RunFigures.Cell] = [:]
  private var stretches: [Int64: RunFigures.Stretches] = [:]

  init(stretch: Int) { self.stretch = stretch }

  mutating func read(_ database: Database, run: Int64) throws {
    let sql = """
      SELECT generation.id, decoder_id, category, prefill_ns, decode_ns, output_tokens, prefill_tokens,
        prefill_cycles
      FROM decoder
      JOIN generation ON generation.decoder_id = decoder.id
      JOIN prompt ON prompt.id = generation.prompt_id
      WHERE decoder.run_id = ?
      ORDER BY generation.id
      """
    let generations = try Row.fetchCursor(database, sql: sql, arguments: [run])
    while let row = try generations.next() {
      let key = Key(decoder: row[1], category: row[2])
      let (prefill, decode, tokens, prefillTokens): (Int, Int, Int, Int) = (row[3], row[4], row[5], row[6])
      var cell = cells.removeValue(forKey: key) ?? RunFigures.Cell()
      cell.decodeNanoseconds += decode
      cell.timesToFirstToken.append(prefill)
      if tokens > prefillTokens {
        cell.timesPerOutputToken.append(Double(decode) / Double(tokens - prefillTokens))
      }
      try readCycles(of: row[0], untimed: row[7], database, into: &cell.cycles)
      // The last of the prefill's tokens is where the decode time begins.
      let first = max(prefillTokens - 1, 0)
      try readTokens(of: row[0], from: first, decoder: key.decoder, outputTokens: tokens, database, into: &cell)
      cells[key] = cell
    }
  }

  private func readCycles(
    of generation: Int64,
    untimed: Int,
    _ database: Database,
    into tally: inout CycleTally
  ) throws {
    let statement = try database.cachedStatement(
      sql: """
        SELECT drafted, nodes, accepted, accept_length, emitted, draft_ns, verify_ns, overhead_ns
        FROM cycle WHERE generation_id = ? ORDER BY ordinal
        """
    )
    let cycles = try Row.fetchCursor(statement, arguments: [generation])
    var ordinal = 0
    while let row = try cycles.next() {
      tally.add(
        CycleTally.Kind(
          drafted: row[0],
          accepted: row[2],
          acceptLength: row[3],
          nodes: row[1],
          isTimed: ordinal >= untimed
        ),
        CycleTally.Sums(
          cycles: 1,
          emitted: row[4],
          draftNanoseconds: row[5],
          verifyNanoseconds: row[6],
          overheadNanoseconds: row[7]
        )
      )
      ordinal += 1
    }
  }

  private mutating func readTokens(
    of generation: Int64,
    from first: Int,
    decoder: Int64,
    outputTokens: Int,
    _ database: Database,
    into cell: inout RunFigures.Cell
  ) throws {
    let statement = try database.cachedStatement(
      sql: "SELECT available_ns FROM token WHERE generation_id = ? AND position >= ? ORDER BY position"
    )
    let times = try Int.fetchCursor(statement, arguments: [generation, first])
    guard var last = try times.next() else { return }
    var (position, begin) = (0, last)
    while let time = try times.next() {
      cell.timesBetweenTokens.append(time - last)
      last = time
      position += 1
      if position % stretch == 0, first + position < outputTokens {
        stretches[decoder, default: RunFigures.Stretches()].add(time - begin, at: position / stretch - 1)
        begin = time
      }
    }
  }

  /// Rows of the figures in the order of reports.
  func figures(_ database: Database, run: Int64) throws -> RunFigures {
    let decoders = try Row.fetchAll(
      database,
      sql: "SELECT id, name FROM decoder WHERE run_id = ? ORDER BY ordinal, id",
      arguments: [run]
    )
    let categories = try CategoryOrder.categories(database, run: run)
    var places: [RunFigures.Place] = []
    for row in decoders {
      let (decoder, name): (Int64, String) = (row[0], row[1])
      var overall: RunFigures.Cell?
      for category in categories {
        guard let cell = cells[Key(decoder: decoder, category: category)] else { continue }
        places.append(RunFigures.Place(decoderID: decoder, decoder: name, category: category, cell: cell))
        overall = overall ?? RunFigures.Cell()
        overall?.add(cell)
      }
      if let overall {
        places.append(
          RunFigures.Place(decoderID: decoder, decoder: name, category: RunFigures.overall, cell: overall)
        )
      }
    }
    return RunFigures(run: run, places: places, stretch: stretch, stretches: stretches)
  }
}
