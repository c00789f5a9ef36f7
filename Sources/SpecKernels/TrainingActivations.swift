import CSpecKernels

// Activation functions with their gradients.
extension ComputeContext {
  /// out = silu(gate) · up, where a row of `gateAndUp` holds all gates and then all ups (Shazeer, "GLU variants improve
  /// transformer", 2020).
  public func swiglu(_ gateAndUp: FloatMatrix, into out: FloatMatrix) {
    defer { withExtendedLifetime((gateAndUp, out)) {} }
    precondition(gateAndUp.columns == 2 * out.columns && gateAndUp.rows == out.rows, "an activation's shapes")
    sk_swiglu_for_training(&native, gateAndUp.pointer, out.rows, out.columns, out.pointer)
  }

  /// The gradient of ``swiglu(_:into:)``.
  ///
  /// - Parameters:
  ///   - dout: the output's gradient.
  ///   - gateAndUp: the input of the forward pass.
  ///   - dgateAndUp: the input's gradient, overwritten; may be `gateAndUp` itself.
  public func swigluBackward(_ dout: FloatMatrix, gateAndUp: FloatMatrix, into dgateAndUp: FloatMatrix) {
    defer { withExtendedLifetime((dout, gateAndUp, dgateAndUp)) {} }
    precondition(
      gateAndUp.columns == 2 * dout.columns && gateAndUp.rows == dout.rows && dgateAndUp.hasShape(of: gateAndUp),
      "an activation's shapes"
    )
    sk_swiglu_backward(&native, dout.pointer, gateAndUp.pointer, dout.rows, dout.columns, dgateAndUp.pointer)
  }

  /// y = x + silu(z + bias): a Medusa residual block whose linear layer gave z.
  ///
  /// - Parameters:
  ///   - z: the linear layer's output.
  ///   - bias: one row.
  ///   - x: the block's input.
  ///   - y: the block's output; may be z, not x.
  public func addSilu(_ z: FloatMatrix, bias: FloatMatrix, residual x: FloatMatrix, into y: FloatMatrix) {
    defer { withExtendedLifetime((z, bias, x, y)) {} }
    precondition(
      z.hasShape(of: x) && z.hasShape(of: y) && y !== x && bias.isRow(of: z.columns),
      "a residual block's shapes"
    )
    sk_add_silu(&native, z.pointer, z.rows, z.columns, bias.pointer, x.pointer, y.pointer)
  }

  /// The gradient of ``addSilu(_:bias:residual:into:)``.
  ///
  /// - Parameters:
  ///   - dy: the output's gradient.
  ///   - z: the linear layer's output in the forward pass.
  ///   - bias: one row.
  ///   - dz: z's gradient, overwritten; may be z, not dy.
  ///   - dx: the gradient of the residual, to which dy is added; nil if it is not wanted.
  ///   - biasGradient: the bias's gradient, added to.
  public func addSiluBackward(
    _ dy: FloatMatrix,
    z: FloatMatrix,
    bias: FloatMatrix,
    into dz: FloatMatrix,
    addingTo dx: FloatMatrix?,
    biasGradient: FloatMatrix
  ) {
    defer { withExtendedLifetime((dy, z, bias, dz, dx, biasGradient)) {} }
    precondition(
      dy.hasShape(of: z) && dz.hasShape(of: z) && dz !== dy && dx?.hasShape(of: z) != false
        && bias.isRow(of: z.columns) && biasGradient.isRow(of: z.columns),
      "a residual block's shapes"
    )
    sk_add_silu_backward(
      &native,
      dy.pointer,
      z.pointer,
      z.rows,
      z.columns,
      bias.pointer,
      dz.pointer,
      dx?.pointer,
      biasGradient.pointer
    )
  }
}
