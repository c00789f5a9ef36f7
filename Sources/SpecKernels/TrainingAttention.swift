import CSpecKernels

// Causal self-attention inside sequences, with its gradient.
extension ComputeContext {
  /// Each row attends to the rows of its own sequence up to itself.
  ///
  /// - Parameters:
  ///   - qkv: rows of all query heads, then all key heads, then all value heads, rotated.
  ///   - queryHeads: number of query heads, a multiple of the key/value heads.
  ///   - keyValueHeads: number of key heads and of value heads.
  ///   - headDimension: numbers in a head.
  ///   - sequences: ranges of rows that follow each other and cover all rows.
  ///   - out: rows of all query heads.
  ///   - logSums: for each row and query head the logarithm of the softmax's denominator, the maximum included; kept for
  ///     the backward pass.
  public func causalAttention(
    _ qkv: FloatMatrix,
    queryHeads: Int,
    keyValueHeads: Int,
    headDimension: Int,
    sequences: [Range<Int>],
    into out: FloatMatrix,
    logSums: FloatMatrix
  ) {
    defer { withExtendedLifetime((qkv, out, logSums)) {} }
    let shape = AttentionShape(
      queryHeads: queryHeads,
      keyValueHeads: keyValueHeads,
      headDimension: headDimension,
      sequences: sequences
    )
    precondition(shape.fits(qkv: qkv, out: out, logSums: logSums), "attention's shapes or sequences")
    let done = shape.withNative(qkv) { sk_attend_causally(&native, $0, out.pointer, logSums.pointer) }
    precondition(done, "no memory for the scores of attention")
  }

  /// The gradient of
  /// ``causalAttention(_:queryHeads:keyValueHeads:headDimension:sequences:into:logSums:)``.
  ///
  /// - Parameters:
  ///   - dout: the output's gradient.
  ///   - qkv: the input of the forward pass.
  ///   - out: the output of the forward pass.
  ///   - logSums: what the forward pass kept.
  ///   - queryHeads: number of query heads.
  ///   - keyValueHeads: number of key heads and of value heads.
  ///   - headDimension: numbers in a head.
  ///   - sequences: ranges of rows that follow each other and cover all rows.
  ///   - dqkv: the input's gradient, overwritten; not `qkv`.
  public func causalAttentionBackward(
    _ dout: FloatMatrix,
    qkv: FloatMatrix,
    out: FloatMatrix,
    logSums: FloatMatrix,
    queryHeads: Int,
    keyValueHeads: Int,
    headDimension: Int,
    sequences: [Range<Int>],
    into dqkv: FloatMatrix
  ) {
    defer { withExtendedLifetime((dout, qkv, out, logSums, dqkv)) {} }
    let shape = AttentionShape(
      queryHeads: queryHeads,
      keyValueHeads: keyValueHeads,
      headDimension: headDimension,
      sequences: sequences
    )
    precondition(
      shape.fits(qkv: qkv, out: out, logSums: logSums) && dout.hasShape(of: out) && dqkv.hasShape(of: qkv)
        && dqkv !== qkv,
      "attention's shapes or sequences"
    )
    let done = shape.withNative(qkv) {
      sk_attend_causally_backward(&native, $0, dout.pointer, out.pointer, logSums.pointer, dqkv.pointer)
    }
    precondition(done, "no memory for the scores of attention")
  }
}

/// Heads and sequences of one call.
private struct AttentionShape {
  let queryHeads: Int
  let keyValueHeads: Int
  let headDimension: Int
  /// Where each sequence begins, and the number of rows.
  let starts: [Int]
  let areAdjacent: Bool

  init(queryHeads: Int, keyValueHeads: Int, headDimension: Int, sequences: [Range<Int>]) {
    self.queryHeads = queryHeads
    self.keyValueHeads = keyValueHeads
    self.headDimension = headDimension
    starts = [0] + sequences.map(\.upperBound)
    areAdjacent = zip(starts, sequences).allSatisfy { $0 == $1.lowerBound && !$1.isEmpty }
  }

  func fits(qkv: FloatMatrix, out: FloatMatrix, logSums: FloatMatrix) -> Bool {
    keyValueHeads > 0 && queryHeads > 0 && queryHeads % keyValueHeads == 0 && headDimension > 0
      && qkv.columns == (queryHeads + 2 * keyValueHeads) * headDimension && out.columns == queryHeads * headDimension
      && out.rows == qkv.rows && logSums.rows == qkv.rows && logSums.columns == queryHeads
      && areAdjacent && starts.last == qkv.rows
  }

  func withNative<Result>(_ qkv: FloatMatrix, _ body: (UnsafePointer<sk_causal_attention>) -> Result) -> Result {
    starts.withUnsafeBufferPointer { starts in
      var attention = sk_causal_attention(
        qkv: qkv.pointer,
        query_heads: queryHeads,
        kv_heads: keyValueHeads,
        head_dimension: headDimension,
        starts: starts.baseAddress,
        sequences: starts.count - 1
      )
      return body(&attention)
    }
  }
}
