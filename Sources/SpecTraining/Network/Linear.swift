import SpecKernels

extension ComputeContext {
  /// y = x · wᵀ, or y += …
  func forward(_ x: FloatMatrix, through weight: Parameter, into y: FloatMatrix, adding: Bool = false) {
    product(x, weight.value, transposingB: true, into: y, adding: adding)
  }

  /// The backward pass of y = x · wᵀ: adds dyᵀ · x to the weight's gradient, if it is trained, and writes dx = dy · w.
  func backward(_ dy: FloatMatrix, x: FloatMatrix, through weight: Parameter, into dx: FloatMatrix?) {
    if let gradient = weight.gradient { product(dy, transposingA: true, x, into: gradient, adding: true) }
    if let dx { product(dy, weight.value, into: dx) }
  }
}
