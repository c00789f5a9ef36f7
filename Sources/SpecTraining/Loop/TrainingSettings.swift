import SpecKernels

/// How to train.
package struct TrainingSettings: Sendable, Equatable, Codable {
  /// Rows of a batch: tokens of one step.
  package var batchTokens: Int
  /// How many steps.
  package var steps: Int
  /// The learning rate after the warm-up.
  package var peakRate: Float
  /// Steps over which the rate rises to its peak.
  package var warmUpSteps: Int
  /// What share of the peak is left at the end.
  package var finalShare: Float
  /// Decoupled weight decay of matrices.
  package var weightDecay: Float
  /// Decay of the first moment.
  package var beta1: Float
  /// Decay of the second moment.
  package var beta2: Float
  /// The norm that gradients are clipped to.
  package var clipNorm: Float
  /// What the weights and the order of the documents follow from.
  package var seed: UInt64
  /// Steps between two evaluations on held-out documents.
  package var evaluationInterval: Int
  /// Steps between two checkpoints.
  package var checkpointInterval: Int

  /// Settings that train small models well.
  package init(
    batchTokens: Int = 2048,
    steps: Int,
    peakRate: Float = 2e-3,
    warmUpSteps: Int = 100,
    finalShare: Float = 0.1,
    weightDecay: Float = 0.1,
    beta1: Float = 0.9,
    beta2: Float = 0.98,
    clipNorm: Float = 1,
    seed: UInt64 = 1,
    evaluationInterval: Int = 100,
    checkpointInterval: Int = 100
  ) {
    self.batchTokens = batchTokens
    self.steps = steps
    self.peakRate = peakRate
    self.warmUpSteps = warmUpSteps
    self.finalShare = finalShare
    self.weightDecay = weightDecay
    self.beta1 = beta1
    self.beta2 = beta2
    self.clipNorm = clipNorm
    self.seed = seed
    self.evaluationInterval = evaluationInterval
    self.checkpointInterval = checkpointInterval
  }

  /// The learning rate of a step: a straight rise, then half a cosine down to the final share (Loshchilov and Hutter
  /// 2017).
  ///
  /// - Parameter step: from 0.
  /// - Returns: the rate.
  package func rate(at step: Int) -> Float {
    if step < warmUpSteps { return peakRate * Float(step + 1) / Float(warmUpSteps) }
    let progress = Double(step - warmUpSteps) / Double(max(1, steps - warmUpSteps))
    let share = Double(finalShare) + (1 - Double(finalShare)) * 0.5 * (1 + HalfCosine.value(progress))
    return peakRate * Float(share)
  }
}

/// cos(π · x) for x from 0 to 1, the same on every platform: a resumed training must not depend on a library's cosine.
enum HalfCosine {
  static func value(_ x: Double) -> Double {
    // Around the middle the cosine is an odd function; its Taylor polynomial of degree 15 errs by less than 1e-10 there.
    let angle = (0.5 - min(max(x, 0), 1)) * Double.pi
    let square = angle * angle
    var sum = 0.0
    for divisor in stride(from: 15, to: 1, by: -2) { sum = (1 - sum) * square / Double(divisor * (divisor - 1)) }
    return angle * (1 - sum)
  }
}
