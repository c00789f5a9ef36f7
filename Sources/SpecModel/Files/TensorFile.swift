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
}

extension TensorFile {
  /// The one file.
  public var files: [String] { [path] }
}
