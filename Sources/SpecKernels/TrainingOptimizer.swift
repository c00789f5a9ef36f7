import CSpecKernels

/// The settings of one step of AdamW.
public struct AdamWStep: Sendable {
  /// Learning rate of this step.
  public var rate: Float
  /// Decay of the first moment.
  public var beta1: Float
  /// Decay of the second moment.
  public var beta2: Float
  /// Added to the root of the second moment.
  public var epsilon: Float
  /// Share of a parameter that is taken away for each unit of the rate.
  public var weightDecay: Float
  /// The step's number, from 1.
  public var step: Int
  /// What the gradient is multiplied by first.
  public var gradientScale: Float

  /// - Parameters:
  ///   - rate: learning rate of this step.
  ///   - beta1: decay of the first moment.
  ///   - beta2: decay of the second moment.
  ///   - epsilon: added to the root of the second moment.
  ///   - weightDecay: share of a parameter that is taken away for each unit of the rate.
  ///   - step: the step's number, from 1.
  ///   - gradientScale: what the gradient is multiplied by first (clipping).
  public init(
    rate: Float,
    beta1: Float = 0.9,
    beta2: Float = 0.999,
    epsilon: Float = 1e-8,
    weightDecay: Float = 0,
    step: Int,
    gradientScale: Float = 1
  ) {
    self.rate = rate
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
    self.weightDecay = weightDecay
    self.step = step
    self.gradientScale = gradientScale
  }
}

extension ComputeContext {
  /// One step of AdamW (Loshchilov and Hutter, "Decoupled weight decay regularization", 2019, algorithm 2), with the
  /// decay multiplied by the rate.
  ///
  /// - Parameters:
  ///   - parameters: changed in place.
  ///   - gradient: of the parameters.
  ///   - firstMoment: running mean of the gradient, zero before the first step.
  ///   - secondMoment: running mean of the squared gradient, zero before the first step.
  ///   - settings: rate, decays and the step's number.
  public func adamW(
    _ parameters: FloatMatrix,
    gradient: FloatMatrix,
    firstMoment: FloatMatrix,
    secondMoment: FloatMatrix,
    settings: AdamWStep
  ) {
    defer { withExtendedLifetime((parameters, gradient, firstMoment, secondMoment)) {} }
    precondition(
      [gradient, firstMoment, secondMoment].allSatisfy { $0.hasShape(of: parameters) } && settings.step > 0,
      "an optimizer's shapes or step"
    )
    var step = sk_adamw_step(
      rate: settings.rate,
      beta1: settings.beta1,
      beta2: settings.beta2,
      epsilon: settings.epsilon,
      weight_decay: settings.weightDecay,
      step: Int64(settings.step),
      gradient_scale: settings.gradientScale
    )
    sk_adamw(
      &native,
      parameters.pointer,
      gradient.pointer,
      firstMoment.pointer,
      secondMoment.pointer,
      parameters.count,
      &step
    )
  }

  /// Whether all numbers of a matrix are finite, also when they are written in another type.
  ///
  /// - Parameters:
  ///   - x: the matrix.
  ///   - type: what they are written as.
  /// - Returns: whether they are.
  public func isFinite(_ x: FloatMatrix, writtenAs type: WeightType = .float32) -> Bool {
    defer { withExtendedLifetime(x) {} }
    return sk_all_fit(&native, SK_F32, x.pointer, x.rows, x.columns, type.native)
  }

  /// Σ x², in double precision.
  public func squaredSum(_ x: FloatMatrix) -> Double {
    defer { withExtendedLifetime(x) {} }
    var sum = 0.0
    let done = sk_squared_sum(&native, x.pointer, x.count, &sum)
    precondition(done, "no memory for the parts of a sum")
    return sum
  }
}
