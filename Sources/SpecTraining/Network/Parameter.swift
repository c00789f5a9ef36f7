import SpecKernels
import SpecModel

/// A matrix that training may change: its value and, where it is trained, its gradient and the optimizer's moments.
///
/// Matrices that are multiplied together are stacked (query, key and value; gate and up); `parts` tells which rows are
/// which tensor of a checkpoint.
package final class Parameter {
  /// Some rows of the matrix, and the tensor of a checkpoint that they are.
  package struct Part: Sendable, Equatable {
    /// The tensor's name.
    package let name: String
    /// How many rows.
    package let rows: Int
    /// Whether the checkpoint holds it as a vector; it is one row then.
    package let isVector: Bool
  }

  /// What changes a parameter.
  final class Optimization {
    let gradient: FloatMatrix
    let firstMoment: FloatMatrix
    let secondMoment: FloatMatrix

    init(rows: Int, columns: Int) throws(KernelError) {
      gradient = try FloatMatrix(rows: rows, columns: columns, purpose: "gradients")
      firstMoment = try FloatMatrix(rows: rows, columns: columns, purpose: "the optimizer's moments")
      secondMoment = try FloatMatrix(rows: rows, columns: columns, purpose: "the optimizer's moments")
    }
  }

  /// The tensors that the rows are, in order.
  package let parts: [Part]
  /// The numbers.
  package let value: FloatMatrix
  /// Whether weight decay applies: to matrices, not to normalizations and biases.
  let decays: Bool
  let optimization: Optimization?

  /// A parameter of zeros.
  ///
  /// - Parameters:
  ///   - parts: the tensors that its rows are.
  ///   - columns: numbers in a row.
  ///   - isTrained: whether it gets a gradient; frozen otherwise.
  /// - Throws: ``SpecKernels/KernelError`` if there is not enough memory.
  init(_ parts: [Part], columns: Int, isTrained: Bool) throws(KernelError) {
    self.parts = parts
    let rows = parts.reduce(0) { $0 + $1.rows }
    value = try FloatMatrix(rows: rows, columns: columns, purpose: "parameters")
    decays = !parts.contains(where: \.isVector)
    optimization = isTrained ? try Optimization(rows: rows, columns: columns) : nil
  }

  /// A parameter that is one matrix of a checkpoint.
  static func matrix(_ name: String, _ rows: Int, _ columns: Int, isTrained: Bool) throws(KernelError) -> Parameter {
    try Parameter([Part(name: name, rows: rows, isVector: false)], columns: columns, isTrained: isTrained)
  }

  /// A parameter that is one vector of a checkpoint.
  static func vector(_ name: String, _ count: Int, isTrained: Bool) throws(KernelError) -> Parameter {
    try Parameter([Part(name: name, rows: 1, isVector: true)], columns: count, isTrained: isTrained)
  }

  /// Where gradients are added; nil for a frozen parameter.
  package var gradient: FloatMatrix? { optimization?.gradient }

  /// The name of its first tensor, which stands for all.
  var name: String { parts[0].name }

  /// How many numbers.
  package var count: Int { value.count }

  /// The parts with their numbers in `value`.
  package var partRanges: [(part: Part, numbers: Range<Int>)] {
    var start = 0
    return parts.map { part in
      let range = start..<start + part.rows * value.columns
      start = range.upperBound
      return (part, range)
    }
  }

  /// Shape of a part as a checkpoint holds it.
  func shape(of part: Part) -> [Int] { part.isVector ? [value.columns] : [part.rows, value.columns] }

  /// Takes the numbers of a checkpoint.
  ///
  /// - Parameter source: where the tensors are.
  /// - Throws: ``SpecModel/ModelError`` if one is absent or of another shape, ``SpecKernels/KernelError`` if a number is not
  ///   finite.
  func load(_ source: some TensorSource) throws {
    for (part, range) in partRanges {
      let numbers = try source.tensor(part.name, shape: shape(of: part)).finiteFloats()
      value.withMutableNumbers { target in
        for (index, number) in zip(range, numbers) { target[index] = number }
      }
    }
  }

  /// Fills with normally distributed numbers that follow from the seed and the parameter's name.
  ///
  /// - Parameters:
  ///   - deviation: the standard deviation.
  ///   - seed: of the whole model.
  func fillNormal(deviation: Float, seed: UInt64) {
    var random = RandomStream(seed: seed, name: parts[0].name)
    value.withMutableNumbers { numbers in
      for index in numbers.indices { numbers[index] = deviation * Float(random.normal()) }
    }
  }

  /// Fills with one number.
  func fill(_ number: Float) {
    value.withMutableNumbers { numbers in
      for index in numbers.indices { numbers[index] = number }
    }
  }
}
