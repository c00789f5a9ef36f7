import SpecKernels

/// The soft cap of a target's logits, y = cap · tanh(x / cap), with its gradient.
final class LogitCap {
  private let cap: Float
  private let context: ComputeContext
  private let row: Activations
  private let capped: FloatMatrix

  /// - Parameters:
  ///   - cap: the magnitude that no logit reaches.
  ///   - rows: tokens of a batch.
  ///   - columns: entries of the vocabulary.
  ///   - context: the kernels, whose tanh is the same on every machine.
  /// - Throws: ``SpecKernels/KernelError`` if there is not enough memory.
  init(_ cap: Float, rows: Int, columns: Int, context: ComputeContext) throws(KernelError) {
    self.cap = cap
    self.context = context
    row = try Activations(capacity: 1, width: columns)
    capped = try FloatMatrix(rows: rows, columns: columns)
  }

  /// Caps logits, in place.
  func apply(to logits: FloatMatrix) {
    logits.withMutableNumbers { numbers in
      for start in stride(from: 0, to: numbers.count, by: logits.columns) {
        row[0] = Array(numbers[start..<start + logits.columns])
        context.softCap(row[rows: 0..<1], at: cap)
        _ = numbers[start..<start + logits.columns].update(fromContentsOf: row[0])
      }
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
