import Foundation
import SpecKernels

/// The soft cap of a target's logits, y = cap · tanh(x / cap), with its gradient.
final class LogitCap {
  private let cap: Float
  private let capped: FloatMatrix

  /// - Parameters:
  ///   - cap: the magnitude that no logit reaches.
  ///   - rows: tokens of a batch.
  ///   - columns: entries of the vocabulary.
  /// - Throws: ``SpecKernels/KernelError`` if there is not enough memory.
  init(_ cap: Float, rows: Int, columns: Int) throws(KernelError) {
    self.cap = cap
    capped = try FloatMatrix(rows: rows, columns: columns)
  }

  /// Caps logits, in place.
  func apply(to logits: FloatMatrix) {
    logits.withMutableNumbers { numbers in
      for index in numbers.indices { numbers[index] = cap * tanh(numbers[index] / cap) }
    }
    capped.copy(from: logits)
  }

  /// Makes the gradient of the capped logits that of the logits before, in place.
  func backward(_ gradient: FloatMatrix) {
    capped.withNumbers { capped in
      gradient.withMutableNumbers { numbers in
        for index in numbers.indices {
          let share = capped[index] / cap
          numbers[index] *= 1 - share * share
        }
      }
    }
  }
}
