import SpecKernels

/// Where tensors come from: a checkpoint, a single file, or numbers made in memory.
public protocol TensorSource {
  /// A tensor's numbers, which keep their memory alive.
  ///
  /// - Parameters:
  ///   - name: the tensor's name.
  ///   - shape: what the configuration asks for.
  /// - Returns: the numbers.
  /// - Throws: ``ModelError`` if it is absent or not as the configuration says.
  func tensor(_ name: String, shape: [Int]) throws(ModelError) -> NumberSource

  /// Compares a tensor with what is needed, without reading any number.
  ///
  /// - Parameters:
  ///   - name: the tensor's name.
  ///   - shape: what the configuration asks for.
  /// - Throws: ``ModelError`` as for ``tensor(_:shape:)``.
  func check(_ name: String, shape: [Int]) throws(ModelError)
}

extension TensorSource {
  /// Asks for the numbers, which costs nothing where they are read where they lie.
  public func check(_ name: String, shape: [Int]) throws(ModelError) { _ = try tensor(name, shape: shape) }

  /// Compares what there is with what is needed, without reading any number.
  ///
  /// - Parameter shapes: what is needed, by name.
  /// - Throws: ``ModelError`` for what is absent, of another shape or of a type that is not read.
  package func check(_ shapes: [String: [Int]]) throws(ModelError) {
    var problems: [ModelError] = []
    for (name, shape) in shapes.sorted(by: { $0.key < $1.key }) {
      do { try check(name, shape: shape) } catch { problems.append(error) }
    }
    if let error = ModelError.firstOf(problems) { throw error }
  }
}

extension Checkpoint: TensorSource {}
