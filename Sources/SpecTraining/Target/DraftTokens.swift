import SpecKernels
import SpecModel

/// A draft vocabulary: the tokens that a drafter chooses from where these are not all. Its logits have a column for each.
struct DraftTokens: Sendable {
  /// The tokens, rising.
  let tokens: [Token]
  private let places: [Token: Int32]

  /// - Parameter tokens: rising, at least one; nil for all of the target's, which is no draft vocabulary.
  init?(_ tokens: [Token]?) {
    guard let tokens else { return nil }
    self.tokens = tokens
    places = Dictionary(uniqueKeysWithValues: zip(tokens, 0...))
  }

  /// How many.
  var count: Int { tokens.count }
  /// The columns of the target's logits that they are.
  var columns: [Int] { tokens.map(Int.init) }

  /// Whether a token is one of them.
  func contains(_ token: Token) -> Bool { places[token] != nil }

  /// The column of a token; −1 for one that is not drafted, and for none, which is −1 as well.
  func column(of token: Int32) -> Int32 { places[token] ?? -1 }
}

extension DraftTokens {
  /// The logit of a token that is not drafted: its probability is 0.
  static let never: Float = -1e4

  /// Rows of a matrix that has one for each token of the target's vocabulary, as a frozen parameter.
  ///
  /// - Parameter matrix: such as the target's head.
  /// - Returns: the rows of the tokens.
  /// - Throws: ``SpecKernels/KernelError`` if there is not enough memory.
  func rows(of matrix: Parameter) throws(KernelError) -> Parameter {
    let rows = try Parameter.matrix(matrix.name, count, matrix.value.columns, isTrained: false)
    takeRows(of: matrix.value, into: rows.value)
    return rows
  }

  /// Copies the tokens' rows of a matrix that has one for each token of the target's vocabulary.
  func takeRows(of matrix: FloatMatrix, into rows: FloatMatrix) {
    for (place, token) in tokens.enumerated() {
      let numbers = matrix.row(Int(token))
      rows.change(place, 0..<matrix.columns) { _ = $0.update(fromContentsOf: numbers) }
    }
  }

  /// Takes the tokens' rows, or entries, of a checkpoint's tensor that has one for each token of the target's vocabulary.
  ///
  /// - Parameters:
  ///   - parameter: a matrix with a row, or a vector with an entry, for each of the tokens.
  ///   - source: where the tensor of its name is.
  ///   - size: tokens of the target's vocabulary.
  /// - Throws: as ``Parameter/load(_:)``.
  func load(_ parameter: Parameter, from source: some TensorSource, size: Int) throws {
    let (part, columns) = (parameter.parts[0], parameter.value.columns)
    guard part.isVector else {
      let all = try Parameter.matrix(part.name, size, columns, isTrained: false)
      try all.load(source)
      return takeRows(of: all.value, into: parameter.value)
    }
    let all = try source.tensor(part.name, shape: [size]).finiteFloats()
    parameter.value.change(0, 0..<columns) { _ = $0.update(fromContentsOf: tokens.map { all[Int($0)] }) }
  }

  /// A vector with an entry for each token of the target's vocabulary, as a tensor of a checkpoint.
  ///
  /// - Parameters:
  ///   - entries: the tokens' entries; those of all other tokens are 0.
  ///   - size: tokens of the target's vocabulary.
  /// - Returns: the tensor, of the name of `entries`.
  func tensor(_ entries: Parameter, size: Int) -> NamedTensor {
    var numbers = [Float](repeating: 0, count: size)
    for (token, number) in zip(tokens, entries.value.row(0)) { numbers[Int(token)] = number }
    return NamedTensor(entries.name, shape: [size], numbers[...])
  }

  /// A matrix with a row for each token of the target's vocabulary, as a tensor of a checkpoint.
  ///
  /// - Parameters:
  ///   - rows: the tokens' rows.
  ///   - others: what the rows of all other tokens are taken from.
  /// - Returns: the tensor, of the name of `rows`.
  func tensor(_ rows: Parameter, others: FloatMatrix) -> NamedTensor {
    let columns = others.columns
    return NamedTensor(rows.name, shape: [others.rows, columns]) { wanted in
      var numbers = others.withNumbers { Array($0[wanted]) }
      for (place, token) in tokens.enumerated() {
        let row = Int(token) * columns..<(Int(token) + 1) * columns
        guard row.overlaps(wanted) else { continue }
        let part = row.clamped(to: wanted)
        let own = rows.value.row(place)[part.lowerBound - row.lowerBound..<part.upperBound - row.lowerBound]
        numbers.replaceSubrange(part.lowerBound - wanted.lowerBound..<part.upperBound - wanted.lowerBound, with: own)
      }
      return numbers
    }
  }
}
