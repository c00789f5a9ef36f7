import CSpecKernels

extension ComputeContext {
  /// c = op(a) · op(b), or c += op(a) · op(b), where op transposes if told.
  ///
  /// Each number of c is one chain of fused multiply-adds over the common dimension in rising order.
  ///
  /// - Parameters:
  ///   - a: the left factor.
  ///   - transposingA: whether a is stored transposed.
  ///   - b: the right factor.
  ///   - transposingB: whether b is stored transposed, as the weight of a linear layer is.
  ///   - c: the product; neither a nor b.
  ///   - adding: whether to add to c rather than overwrite it.
  public func product(
    _ a: FloatMatrix,
    transposingA: Bool = false,
    _ b: FloatMatrix,
    transposingB: Bool = false,
    into c: FloatMatrix,
    adding: Bool = false
  ) {
    defer { withExtendedLifetime((a, b, c)) {} }
    let depth = transposingA ? a.rows : a.columns
    precondition(
      c.rows == (transposingA ? a.columns : a.rows) && c.columns == (transposingB ? b.rows : b.columns)
        && depth == (transposingB ? b.columns : b.rows) && c !== a && c !== b,
      "a product's shapes"
    )
    var product = sk_float_product(
      rows: c.rows,
      columns: c.columns,
      depth: depth,
      a: a.pointer,
      b: b.pointer,
      a_transposed: transposingA,
      b_transposed: transposingB,
      c: c.pointer,
      adding: adding
    )
    let done = sk_multiply_floats(&native, &product)
    precondition(done, "no memory for packing the factors of a product")
  }
}
