import SpecKernels

/// Rows and columns of matrices, for what is no work for a kernel.
extension FloatMatrix {
  /// A copy of a row.
  func row(_ row: Int) -> [Float] { withNumbers { Array($0[row * columns..<(row + 1) * columns]) } }

  /// One number.
  subscript(row: Int, column: Int) -> Float {
    get { withNumbers { $0[row * columns + column] } }
    set { withMutableNumbers { $0[row * columns + column] = newValue } }
  }

  /// Lends some numbers of a row out for writing.
  func change(_ row: Int, _ columns: Range<Int>, _ body: (UnsafeMutableBufferPointer<Float>) -> Void) {
    let start = row * self.columns
    withMutableNumbers { numbers in
      body(UnsafeMutableBufferPointer(rebasing: numbers[start + columns.lowerBound..<start + columns.upperBound]))
    }
  }

  /// Copies columns from the same places of another matrix.
  func copyColumns(_ wanted: Range<Int>, of other: FloatMatrix) {
    forEachRow(wanted, other, from: wanted.lowerBound) { $0 = $1 }
  }

  /// Copies columns of another matrix to places that begin elsewhere.
  func copyColumns(_ wanted: Range<Int>, of other: FloatMatrix, from first: Int) {
    forEachRow(wanted, other, from: first) { $0 = $1 }
  }

  /// Adds columns from the same places of another matrix.
  func addColumns(_ wanted: Range<Int>, of other: FloatMatrix) {
    forEachRow(wanted, other, from: wanted.lowerBound) { $0 += $1 }
  }

  /// Adds columns of another matrix to places that begin elsewhere.
  func addColumns(_ wanted: Range<Int>, of other: FloatMatrix, from first: Int) {
    forEachRow(wanted, other, from: first) { $0 += $1 }
  }

  private func forEachRow(
    _ wanted: Range<Int>,
    _ other: FloatMatrix,
    from first: Int,
    _ body: (inout Float, Float) -> Void
  ) {
    precondition(wanted.upperBound <= columns && first + wanted.count <= other.columns && rows == other.rows, "columns")
    other.withNumbers { source in
      withMutableNumbers { target in
        for row in 0..<rows {
          let (to, from) = (row * columns + wanted.lowerBound, row * other.columns + first)
          for index in 0..<wanted.count { body(&target[to + index], source[from + index]) }
        }
      }
    }
  }

  /// Takes some columns of another matrix, in any order.
  func gatherColumns(_ places: [Int], of other: FloatMatrix) {
    precondition(places.count == columns && rows == other.rows, "as many columns as places")
    other.withNumbers { source in
      withMutableNumbers { target in
        for row in 0..<rows {
          for (column, place) in places.enumerated() {
            target[row * columns + column] = source[row * other.columns + place]
          }
        }
      }
    }
  }

  /// Puts the columns of another matrix into places of this one, and a number into all others.
  func spreadColumns(of other: FloatMatrix, to places: [Int], others filler: Float) {
    precondition(places.count == other.columns && rows == other.rows, "as many places as columns")
    other.withNumbers { source in
      withMutableNumbers { target in
        for index in target.indices { target[index] = filler }
        for row in 0..<rows {
          for (column, place) in places.enumerated() {
            target[row * columns + place] = source[row * other.columns + column]
          }
        }
      }
    }
  }

  /// Adds one row to every row.
  func addToRows(_ row: FloatMatrix) {
    precondition(row.count == columns, "a row of the same width")
    row.withNumbers { source in
      withMutableNumbers { target in
        for row in 0..<rows {
          for column in 0..<columns { target[row * columns + column] += source[column] }
        }
      }
    }
  }

  /// Σ over rows, added to a row.
  func addRows(to sums: FloatMatrix) {
    precondition(sums.count == columns, "a sum for each column")
    withNumbers { source in
      sums.withMutableNumbers { target in
        for row in 0..<rows {
          for column in 0..<columns { target[column] += source[row * columns + column] }
        }
      }
    }
  }
}
