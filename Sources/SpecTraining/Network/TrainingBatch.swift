import SpecModel

/// Documents side by side in a fixed number of rows; attention stays inside each.
package struct TrainingBatch: Sendable, Equatable {
  /// One token for each row.
  package let tokens: [Token]
  /// The row's place in its document.
  package let positions: [Int32]
  /// The rows of each document, one after the other; they cover all rows.
  package let sequences: [Range<Int>]
  /// How many rows hold documents; those after them are padding.
  package let used: Int

  /// - Parameters:
  ///   - documents: what to place; together they have at most `rows` tokens.
  ///   - rows: how many rows.
  package init(_ documents: [ArraySlice<Token>], rows: Int) {
    var (tokens, positions, sequences) = ([Token](), [Int32](), [Range<Int>]())
    for document in documents where !document.isEmpty {
      sequences.append(tokens.count..<tokens.count + document.count)
      tokens += document
      positions += (0..<document.count).map(Int32.init)
    }
    used = tokens.count
    precondition(used <= rows, "documents of more tokens than a batch has rows")
    if used < rows {
      sequences.append(used..<rows)
      tokens += [Token](repeating: 0, count: rows - used)
      // The padding attends to itself, with positions that every model has.
      positions += [Int32](repeating: 0, count: rows - used)
    }
    (self.tokens, self.positions, self.sequences) = (tokens, positions, sequences)
  }

  /// For each row the token that is `distance` rows ahead in the same document, −1 where there is none.
  ///
  /// - Parameter distance: 1 for the next token.
  /// - Returns: as many targets as rows.
  package func targets(ahead distance: Int) -> [Int32] {
    var targets = [Int32](repeating: -1, count: tokens.count)
    for sequence in sequences where sequence.lowerBound < used {
      for row in sequence.dropLast(distance) { targets[row] = tokens[row + distance] }
    }
    return targets
  }
}
