import Foundation
import SpecKernels

/// Medusa-1 heads (Cai et al. 2024, §2.1.1): head i is a residual block, x + silu(linear(x) + bias), and a linear layer
/// to the vocabulary; from the target's last normalized state at position t it predicts the token at t + 2 + i.
public final class MedusaHeads {
  /// How many heads.
  public let count: Int
  /// The token that each logit stands for, rising; nil where it is its place.
  public let vocabulary: [Token]?
  private let targetVocabulary: Int
  private let blocks: [PackedMatrix]
  private let biases: [[Float]]
  private let outputs: [PackedMatrix]
  private let context: ComputeContext
  private let state: Activations
  private let logits: Activations

  /// The heads' files, checked by their headers.
  public struct Header {
    let source: any TensorSource
    /// How many heads.
    public let count: Int

    /// Reads the heads' files without their weights.
    ///
    /// - Parameters:
    ///   - directory: a folder with `config.json` and `medusa_lm_head.safetensors` or `medusa_lm_head.pt`, in the
    ///     official parameter names.
    ///   - target: the shape of the model that they were trained for.
    /// - Throws: ``ModelError`` if a file is absent, malformed or made for another target.
    public init(directory: String, target: ModelConfiguration) throws(ModelError) {
      let config = try JSONFile(path: directory + "/config.json", purpose: "the Medusa heads' configuration")
      let blocks = try config.size("medusa_num_layers") ?? 1
      let tensors = MedusaTensors(try WeightNames.heads.open(in: directory))
      // The published configurations tell another number of heads than their files hold.
      count = tensors.heads
      guard blocks == 1, count <= 64 else {
        throw .unsupportedFeature(
          path: config.path,
          feature: "\(count) heads of \(blocks) residual blocks",
          supported: "up to 64 heads of one block each are"
        )
      }
      if let problem = tensors.mismatch(with: target) {
        throw .companionMismatch(path: tensors.path, problem: problem)
      }
      source = tensors
      try source.check(MedusaHeads.tensorShapes(count: max(1, count), target: target))
    }
  }

  /// Loads heads for a target.
  ///
  /// - Parameters:
  ///   - directory: a folder with `config.json` and `medusa_lm_head.safetensors` or `medusa_lm_head.pt`, in the official
  ///     parameter names.
  ///   - target: the model that they were trained for.
  ///   - tokens: the tokens that they may draft, rising; nil for all.
  /// - Throws: ``ModelError`` if a file is absent, malformed or made for another target.
  public convenience init(directory: String, target: Transformer, over tokens: [Token]? = nil) throws {
    let header = try Header(directory: directory, target: target.configuration)
    try self.init(from: header.source, count: header.count, target: target, over: tokens)
  }

  /// Loads heads from tensors in the official names.
  ///
  /// - Parameters:
  ///   - source: where the tensors are.
  ///   - count: number of heads.
  ///   - target: the model that they were trained for.
  ///   - tokens: the tokens that they may draft, rising; nil for all. Rows of others are not held.
  /// - Throws: ``ModelError`` or ``SpecKernels/KernelError``.
  public init(from source: some TensorSource, count: Int, target: Transformer, over tokens: [Token]? = nil) throws {
    (self.count, vocabulary) = (count, tokens)
    context = target.context
    let (width, size) = (target.configuration.hiddenSize, target.configuration.vocabularySize)
    targetVocabulary = size
    blocks = try (0..<count).map {
      try PackedMatrix(
        stacking: [source.tensor("\($0).0.linear.weight", shape: [width, width])],
        columns: width,
        type: target.weightType,
        context: target.context
      )
    }
    biases = try (0..<count).map {
      try source.tensor("\($0).0.linear.bias", shape: [width]).finiteFloats()
    }
    outputs = try (0..<count).map { head in
      let weights = try source.tensor("\(head).1.weight", shape: [size, width])
      let (type, context) = (target.weightType, target.context)
      guard let tokens else {
        return try PackedMatrix(stacking: [weights], columns: width, type: type, context: context)
      }
      let rows = tokens.map(Int.init)
      return try PackedMatrix(choosing: rows, of: weights, columns: width, type: type, context: context)
    }
    state = try Activations(capacity: 1, width: width)
    logits = try Activations(capacity: 1, width: tokens?.count ?? size)
  }

  /// Runs the first heads, one after the other; the others cost nothing.
  ///
  /// - Parameters:
  ///   - heads: how many.
  ///   - hidden: one row, the target's last normalized state.
  ///   - choose: takes a head's number and its row of logits, which is valid until the next head runs.
  /// - Returns: what `choose` made of each head's logits.
  /// - Throws: what `choose` throws.
  public func map<Choice, Failure>(
    _ heads: Int,
    from hidden: ActivationRows,
    _ choose: (Int, ActivationRows) throws(Failure) -> Choice
  ) throws(Failure) -> [Choice] {
    precondition(heads <= count && hidden.count == 1, "more heads than there are")
    let row = state[rows: 0..<1]
    return try (0..<heads).map { (head) throws(Failure) in
      context.multiply(hidden, by: blocks[head], into: row)
      context.addSilu(of: row, bias: biases[head], residual: hidden)
      context.multiply(row, by: outputs[head], into: logits[rows: 0..<1])
      return try choose(head, logits[rows: 0..<1])
    }
  }
}

/// The tensors of heads under the names of the official files, which some publishers put a prefix before.
package struct MedusaTensors: TensorSource {
  private static let possiblePrefixes = ["", "medusa_head.", "module.", "module.medusa_head."]

  private let file: any TensorFile
  private let prefix: String

  /// - Parameter file: the heads' weights.
  package init(_ file: any TensorFile) {
    self.file = file
    prefix = Self.possiblePrefixes.first { file.contains($0 + "0.0.linear.weight") } ?? ""
  }

  /// How many heads there are, one after the other from the first.
  package var heads: Int {
    var count = 0
    while file.contains("\(prefix)\(count).0.linear.weight") { count += 1 }
    return count
  }

  /// Where the file lies.
  var path: String { file.path }

  /// What shows that the heads were trained for another model, by the sides of the first one's output; nil for nothing.
  func mismatch(with target: ModelConfiguration) -> String? {
    guard let shape = file.shape(of: prefix + "0.1.weight"), shape.count == 2,
      shape != [target.vocabularySize, target.hiddenSize]
    else { return nil }
    return
      "the heads are for a model of width \(shape[1]) with a vocabulary of \(shape[0]), where the target's width is "
      + "\(target.hiddenSize) and its vocabulary \(target.vocabularySize)"
  }

  /// A tensor under its official name.
  package func tensor(_ name: String, shape: [Int]) throws(ModelError) -> NumberSource {
    try file.tensor(prefix + name, shape: shape)
  }

  /// Compares a tensor with what is needed, without reading any number.
  package func check(_ name: String, shape: [Int]) throws(ModelError) {
    try file.check(prefix + name, shape: shape)
  }
}

extension MedusaHeads {
  /// How many heads the published models of the Kangaroo paper's comparison have.
  public static let publishedCount = 4

  /// Trained parameters of these heads.
  public var parameterCount: Int {
    count * Self.parametersOfHead(width: state.width, vocabulary: targetVocabulary)
  }

  /// Trained parameters of heads for a target.
  ///
  /// - Parameters:
  ///   - target: the target's shape.
  ///   - heads: how many.
  /// - Returns: the number of parameters.
  public static func parameterCount(for target: ModelConfiguration, heads: Int) -> Int {
    heads * parametersOfHead(width: target.hiddenSize, vocabulary: target.vocabularySize)
  }

  private static func parametersOfHead(width: Int, vocabulary: Int) -> Int {
    width * width + width + width * vocabulary
  }
}
