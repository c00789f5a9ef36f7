import SpecKernels

/// A tensor to be written: float32 numbers, row-major, fetched a part at a time.
package struct NamedTensor {
  /// The name in the file.
  package let name: String
  /// The lengths of its dimensions; a matrix is [outputs, inputs].
  package let shape: [Int]
  private let numbers: (Range<Int>) -> [Float]

  /// A tensor whose numbers lie somewhere else.
  ///
  /// - Parameters:
  ///   - name: the name in the file.
  ///   - shape: the lengths of its dimensions.
  ///   - numbers: gives the numbers of a range, counted from the tensor's first number; called for one part after the
  ///     other, so that nothing is copied as a whole.
  package init(_ name: String, shape: [Int], numbers: @escaping (Range<Int>) -> [Float]) {
    self.name = name
    self.shape = shape
    self.numbers = numbers
  }

  /// A tensor of numbers that are part of an array or all of it.
  ///
  /// - Parameters:
  ///   - name: the name in the file.
  ///   - shape: the lengths of its dimensions.
  ///   - numbers: as many numbers as the shape has.
  package init(_ name: String, shape: [Int], _ numbers: ArraySlice<Float>) {
    precondition(numbers.count == shape.reduce(1, *), "\(name): numbers that do not fill the shape")
    self.init(name, shape: shape) { range in
      Array(numbers[numbers.startIndex + range.lowerBound..<numbers.startIndex + range.upperBound])
    }
  }

  /// A tensor of numbers as they lie in a file or in memory.
  ///
  /// - Parameters:
  ///   - name: the name in the file.
  ///   - shape: the lengths of its dimensions.
  ///   - source: as many numbers as the shape has.
  package init(_ name: String, shape: [Int], _ source: NumberSource) {
    precondition(source.count == shape.reduce(1, *), "\(name): numbers that do not fill the shape")
    self.init(name, shape: shape) { source.floats($0) }
  }

  /// The matrices that are stacked in one, such as queries, keys and values.
  ///
  /// - Parameters:
  ///   - parts: the matrices from the first row on, with the rows of each.
  ///   - columns: the width of all of them.
  ///   - numbers: gives numbers of the stack, counted from its first.
  /// - Returns: one tensor for each part.
  package static func unstacked(
    _ parts: KeyValuePairs<String, Int>,
    columns: Int,
    numbers: @escaping (Range<Int>) -> [Float]
  ) -> [NamedTensor] {
    var row = 0
    return parts.map { name, rows in
      let start = row * columns
      row += rows
      return NamedTensor(name, shape: [rows, columns]) { range in
        numbers(start + range.lowerBound..<start + range.upperBound)
      }
    }
  }

  /// How many numbers there are.
  package var count: Int { shape.reduce(1, *) }

  /// The numbers of a range.
  func floats(_ range: Range<Int>) -> [Float] {
    let floats = numbers(range)
    precondition(floats.count == range.count, "\(name): a part with too few or too many numbers")
    return floats
  }
}
