import CSpecKernels

// The parts of a layer that work row by row, with their gradients. Gradients that sum over rows do it in rising order.
extension ComputeContext {
  /// Copies a row of the table for each token.
  ///
  /// - Parameters:
  ///   - table: a row for each token id.
  ///   - tokens: one id for each row of `rows`.
  ///   - rows: where to.
  public func gather(_ table: FloatMatrix, tokens: [Int32], into rows: FloatMatrix) {
    defer { withExtendedLifetime((table, rows)) {} }
    checkLookup(table, tokens, rows)
    sk_gather(&native, table.pointer, table.columns, tokens, tokens.count, rows.pointer)
  }

  /// Adds each row to its token's row of the table: the gradient of ``gather(_:tokens:into:)``.
  ///
  /// - Parameters:
  ///   - rows: what to add.
  ///   - tokens: one id for each row.
  ///   - table: a row for each token id.
  public func scatterAdd(_ rows: FloatMatrix, tokens: [Int32], into table: FloatMatrix) {
    defer { withExtendedLifetime((table, rows)) {} }
    checkLookup(table, tokens, rows)
    sk_scatter_add(&native, rows.pointer, table.columns, tokens, tokens.count, table.pointer)
  }

  private func checkLookup(_ table: FloatMatrix, _ tokens: [Int32], _ rows: FloatMatrix) {
    precondition(
      rows.rows == tokens.count && rows.columns == table.columns && rows !== table
        && tokens.allSatisfy { $0 >= 0 && Int($0) < table.rows },
      "a lookup's shapes or tokens"
    )
  }

  /// y += x
  public func add(_ x: FloatMatrix, to y: FloatMatrix) {
    defer { withExtendedLifetime((x, y)) {} }
    precondition(x.hasShape(of: y), "a sum's shapes")
    sk_add_all(&native, x.pointer, x.count, y.pointer)
  }

  /// x = x · factor
  public func scale(_ x: FloatMatrix, by factor: Float) {
    defer { withExtendedLifetime(x) {} }
    sk_scale_all(&native, x.pointer, factor, x.count)
  }

  /// Root-mean-square normalization: y = x · inverseScale · weight, inverseScale = 1 / √(mean(x²) + epsilon).
  ///
  /// - Parameters:
  ///   - x: the input.
  ///   - weight: one row.
  ///   - epsilon: what keeps the root from zero.
  ///   - y: the output, of x's shape.
  ///   - inverseScale: one number for each row, kept for the backward pass.
  public func normalizeForTraining(
    _ x: FloatMatrix,
    weight: FloatMatrix,
    epsilon: Float,
    into y: FloatMatrix,
    inverseScale: FloatMatrix
  ) {
    defer { withExtendedLifetime((x, weight, y, inverseScale)) {} }
    precondition(
      x.hasShape(of: y) && weight.isRow(of: x.columns) && inverseScale.rows == x.rows && inverseScale.columns == 1,
      "a normalization's shapes"
    )
    sk_normalize_for_training(
      &native,
      x.pointer,
      x.rows,
      x.columns,
      weight.pointer,
      epsilon,
      y.pointer,
      inverseScale.pointer
    )
  }

  /// The gradient of ``normalizeForTraining(_:weight:epsilon:into:inverseScale:)``.
  ///
  /// - Parameters:
  ///   - dy: the output's gradient.
  ///   - x: the input of the forward pass.
  ///   - weight: one row.
  ///   - inverseScale: what the forward pass kept.
  ///   - dx: the input's gradient, added to; neither dy nor x.
  ///   - weightGradient: the weight's gradient, added to; nil if the weight is frozen.
  public func normalizeBackward(
    _ dy: FloatMatrix,
    x: FloatMatrix,
    weight: FloatMatrix,
    inverseScale: FloatMatrix,
    addingTo dx: FloatMatrix,
    weightGradient: FloatMatrix?
  ) {
    defer { withExtendedLifetime((dy, x, weight, inverseScale, dx, weightGradient)) {} }
    precondition(
      dy.hasShape(of: x) && dx.hasShape(of: x) && dx !== dy && dx !== x && weight.isRow(of: x.columns)
        && inverseScale.rows == x.rows && inverseScale.columns == 1 && weightGradient?.isRow(of: x.columns) != false,
      "a normalization's shapes"
    )
    sk_normalize_backward(
      &native,
      dy.pointer,
      x.pointer,
      x.rows,
      x.columns,
      weight.pointer,
      inverseScale.pointer,
      dx.pointer,
      weightGradient?.pointer
    )
  }

  /// Rotates the first heads of each row in place by its position (Su et al., "RoFormer", in the half-split form of
  /// Hugging Face's checkpoints).
  ///
  /// - Parameters:
  ///   - qkv: rows that begin with the heads to rotate.
  ///   - heads: how many heads.
  ///   - headDimension: numbers in a head.
  ///   - positions: each row's position.
  ///   - table: cosines and sines.
  ///   - inverse: whether to rotate by the negative angle, which is the gradient.
  public func rotate(
    _ qkv: FloatMatrix,
    heads: Int,
    headDimension: Int,
    positions: [Int32],
    table: RotaryTable,
    inverse: Bool = false
  ) {
    defer { withExtendedLifetime((qkv, table)) {} }
    precondition(
      heads >= 0 && heads * headDimension <= qkv.columns && table.headDimension == headDimension
        && 2 * table.pairs == headDimension && positions.count == qkv.rows
        && positions.allSatisfy { $0 >= 0 && Int($0) < table.positions },
      "a rotation's shapes or positions"
    )
    table.fill(to: positions)
    let done = sk_rotate_rows(
      &native,
      qkv.pointer,
      qkv.columns,
      qkv.rows,
      heads,
      headDimension,
      positions,
      table.lines.pointer,
      inverse
    )
    precondition(done, "no memory for the angles of a rotation")
  }
}
