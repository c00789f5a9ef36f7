import Foundation

/// First weights with which a model's first two layers already look things up, roughly: an induction circuit (Olsson et
/// al. 2022). Heads of the first layer attend to the token before and note it; heads of the second find where the
/// present token was noted and pass on what stood there. Training makes of it what it needs. From random weights, two
/// layers had not found this circuit after two million tokens of lists to be repeated.
///
/// The residual stream's first half takes the notes; its second half is what is noted and compared. All embeddings share
/// a constant in the first few places, which the output's softmax does not see, for the first layer's heads to derive
/// their fixed look back from.
struct InductionStart {
  private let model: TrainableTransformer
  private let seed: UInt64
  private var width: Int { model.configuration.hiddenSize }
  private var headSize: Int { model.configuration.headDimension }
  private var heads: Int { model.configuration.attentionHeads }
  private var half: Int { width / 2 }

  private static let embeddingDeviation: Float = 0.06
  private static let constant: Float = 0.17
  private static let constantPlaces = 8

  /// - Parameters:
  ///   - model: at least two layers, as many key as query heads.
  ///   - seed: what the random part follows from.
  init(_ model: TrainableTransformer, seed: UInt64) {
    let shape = model.configuration
    precondition(
      shape.layers > 1 && shape.attentionHeads == shape.keyValueHeads,
      "a circuit of two layers, head by head"
    )
    self.model = model
    self.seed = seed
  }

  /// Changes the model's first weights.
  func apply() {
    model.embedding.fillNormal(deviation: Self.embeddingDeviation, seed: seed)
    model.embedding.value.withMutableNumbers { numbers in
      for row in 0..<numbers.count / width {
        for place in 0..<Self.constantPlaces { numbers[row * width + place] = Self.constant }
      }
    }
    for head in 0..<heads / 2 { lookBack(model.layers[0].attention, head: head) }
    for head in 0..<heads { match(model.layers[1].attention, head: head) }
  }

  /// The head's queries and keys are those of fixed positions, one apart; its values are a part of the second half,
  /// which it writes to the first.
  private func lookBack(_ attention: TrainableAttention, head: Int) {
    let strength: Float = 0.32
    let gain: Float = 0.36
    attention.queryKeyValue.value.withMutableNumbers { numbers in
      func row(_ part: Int, _ index: Int) -> Int { (part * heads * headSize + head * headSize + index) * width }
      for frequency in 0..<4 {
        let angle = table(frequency)
        for place in 0..<Self.constantPlaces {
          numbers[row(0, frequency) + place] += strength * angle.cosine
          numbers[row(0, frequency + headSize / 2) + place] -= strength * angle.sine
          numbers[row(1, frequency) + place] += strength
        }
      }
      for index in 0..<headSize {
        numbers[row(2, index) + half + (head * headSize + index) % half] += gain
      }
    }
    attention.output.value.withMutableNumbers { numbers in
      for index in 0..<headSize {
        numbers[(head * headSize + index) % half * heads * headSize + head * headSize + index] += gain
      }
    }
  }

  /// The cosine and sine of the angle by which a pair of places is rotated from one position to the next.
  private func table(_ frequency: Int) -> (cosine: Float, sine: Float) {
    let angle = pow(model.configuration.ropeTheta, -2 * Double(frequency) / Double(headSize))
    return (Float(cos(angle)), Float(sin(angle)))
  }

  /// The head's queries are random sums of the second half, its keys the same sums of the notes in the first, both in
  /// places that positions hardly rotate; its values are a part of the second half, which it adds to.
  private func match(_ attention: TrainableAttention, head: Int) {
    let strength = 3 / Float(half).squareRoot()
    let gain: Float = 0.32
    var random = RandomStream(seed: seed, name: "induction \(head)")
    attention.queryKeyValue.value.withMutableNumbers { numbers in
      func row(_ part: Int, _ index: Int) -> Int { (part * heads * headSize + head * headSize + index) * width }
      for frequency in headSize * 5 / 16..<headSize / 2 {
        for index in [frequency, frequency + headSize / 2] {
          for place in 0..<half {
            let number = strength * Float(random.normal())
            numbers[row(0, index) + half + place] += number
            numbers[row(1, index) + place] += number
          }
        }
      }
      for index in 0..<headSize { numbers[row(2, index) + half + (head * headSize + index) % half] += gain }
    }
    attention.output.value.withMutableNumbers { numbers in
      for index in 0..<headSize {
        numbers[(half + (head * headSize + index) % half) * heads * headSize + head * headSize + index] += gain
      }
    }
  }
}
