import SpecKernels

/// A file that holds named tensors, whatever its format. Opening it checks its headers; numbers are read where they lie.
public protocol TensorFile: TensorSource {
  /// Where the file lies.
  var path: String { get }
  /// All files that the numbers lie in, in the order of their names.
  var files: [String] { get }
  /// The names of all tensors, sorted.
  var names: [String] { get }

  /// Whether there is a tensor of this name.
  func contains(_ name: String) -> Bool

  /// The shape of a tensor, outermost dimension first; nil if it is not there.
  func shape(of name: String) -> [Int]?

  /// How a tensor is stored; nil if it is absent or of a type that is not read.
  func numberType(of name: String) -> NumberType?

  /// A list of whole numbers, such as a table of tokens.
  ///
  /// - Parameters:
  ///   - name: the tensor's name.
  ///   - count: how many numbers it should have.
  /// - Returns: the numbers.
  /// - Throws: ``ModelError`` if it is absent, of another shape or not stored as integers of 64 bits.
  func integers(_ name: String, count: Int) throws(ModelError) -> [Int]
}

extension TensorFile {
  /// The one file.
  public var files: [String] { [path] }

  /// There are none in formats for weights alone.
  public func integers(_ name: String, count: Int) throws(ModelError) -> [Int] {
    throw .missingTensor(path: path, name: name)
  }
}

extension MappedFile {
  /// The name that files have for integers of 64 bits.
  static let integerType = "I64"

  /// Some bytes as integers of 64 bits, the least significant byte first.
  func integers(_ range: Range<Int>) -> [Int] {
    withBytes { bytes in
      stride(from: range.lowerBound, to: range.upperBound, by: 8).map {
        Int(Int64(littleEndian: bytes.loadUnaligned(fromByteOffset: $0, as: Int64.self)))
      }
    }
  }
}
