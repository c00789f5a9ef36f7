import SpecKernels

/// Random weights of a known shape, made in memory tensor by tensor: for measuring speed, not for text.
public struct SyntheticModel: TensorSource {
  private let context: ComputeContext

  /// - Parameter context: the threads that make the numbers.
  public init(context: ComputeContext) { self.context = context }

  /// A tensor's numbers, which follow from its name.
  public func tensor(_ name: String, shape: [Int]) throws(ModelError) -> NumberSource {
    var seed: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in name.utf8 { seed = (seed ^ UInt64(byte)) &* 0x100_0000_01b3 }
    do {
      return try context.randomNumbers(count: shape.reduce(1, *), scale: 0.05, seed: seed)
    } catch {
      throw .noMemory(name: name, reason: error.description)
    }
  }

  /// The shape of the small model that comes with the demo suite.
  private static let demoShape = ModelConfiguration(
    hiddenSize: 256,
    intermediateSize: 704,
    layers: 24,
    attentionHeads: 8,
    keyValueHeads: 8,
    headDimension: 32,
    vocabularySize: 2048,
    contextLength: 1024,
    tiesEmbeddings: true
  )

  /// Shapes by name; `small` is another name of `demo`.
  public static let shapes: [(name: String, configuration: ModelConfiguration)] = [
    (
      "vicuna-7b",
      ModelConfiguration(
        hiddenSize: 4096,
        intermediateSize: 11008,
        layers: 32,
        attentionHeads: 32,
        keyValueHeads: 32,
        headDimension: 128,
        vocabularySize: 32000,
        contextLength: 4096
      )
    ),
    (
      "tinyllama-1.1b",
      ModelConfiguration(
        hiddenSize: 2048,
        intermediateSize: 5632,
        layers: 22,
        attentionHeads: 32,
        keyValueHeads: 4,
        headDimension: 64,
        vocabularySize: 32000,
        contextLength: 2048
      )
    ),
    (
      "llama-160m",
      ModelConfiguration(
        hiddenSize: 768,
        intermediateSize: 3072,
        layers: 12,
        attentionHeads: 12,
        keyValueHeads: 12,
        headDimension: 64,
        vocabularySize: 32000,
        contextLength: 2048
      )
    ),
    ("demo", demoShape),
    ("small", demoShape),
  ]

  /// The shape of a name.
  ///
  /// - Parameter name: one of ``shapes``.
  /// - Returns: the configuration.
  /// - Throws: ``ModelError/unknownShape(name:known:)``.
  public static func shape(named name: String) throws(ModelError) -> ModelConfiguration {
    guard let shape = shapes.first(where: { $0.name == name }) else {
      throw .unknownShape(name: name, known: shapes.map(\.name))
    }
    return shape.configuration
  }
}
