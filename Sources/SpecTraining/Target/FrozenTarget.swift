import SpecFiles
import SpecKernels
import SpecModel

/// The model that drafters are trained for: it computes what they learn from and does not change. A plain Llama is
/// computed by the training kernels, a model of another family by the engine.
package final class FrozenTarget {
  let configuration: ModelConfiguration
  let context: ComputeContext
  /// The logits of the last forward pass.
  let logits: FloatMatrix
  /// How many batches it has computed.
  package private(set) var batchCount = 0
  private let model: any FrozenModel

  /// - Parameters:
  ///   - checkpoint: the model's folder.
  ///   - rows: tokens of a batch.
  ///   - context: the kernels and threads to compute on.
  /// - Throws: ``SpecModel/ModelError`` or ``SpecKernels/KernelError``.
  package init(_ checkpoint: Checkpoint, rows: Int, context: ComputeContext) throws {
    configuration = checkpoint.configuration
    self.context = context
    if TrainableTransformer.canCompute(configuration) {
      let llama = try TrainableTransformer(configuration, rows: rows, isTrained: false, context: context)
      try llama.load(checkpoint)
      model = llama
    } else {
      model = try FrozenTransformer(checkpoint, rows: rows, context: context)
    }
    logits = try FloatMatrix(rows: rows, columns: configuration.vocabularySize)
  }

  /// The target by content: its configuration and its numbers.
  private(set) lazy var identity: String = { "\(configuration.identity), weights \(model.weightHash)" }()

  /// Tokens of a batch.
  package var rows: Int { model.rows }
  /// The weights of the final normalization, as states are multiplied by them.
  var norm: Parameter { model.norm }
  /// The head: the embedding itself where the model ties them.
  var head: Parameter { model.head }
  /// The normalized states of the last forward pass.
  var finalStates: FloatMatrix { model.finalStates }

  /// The target's own loss and entropy.
  ///
  /// - Parameter batch: documents.
  /// - Returns: sums over the batch.
  package func evaluate(_ batch: TrainingBatch) -> HeldOutMetrics {
    forward(batch)
    var metrics = HeldOutMetrics()
    metrics.add(context.compare(logits, teacher: logits), included: Self.included(batch))
    let targets = batch.targets(ahead: 1)
    metrics.add(losses: context.crossEntropy(logits, targets: targets, gradientScale: nil), targets: targets)
    return metrics
  }

  /// The entropy of the distribution after each row.
  ///
  /// - Parameter batch: documents.
  /// - Returns: nats, one number for each row of the batch.
  package func entropies(_ batch: TrainingBatch) -> [Double] {
    forward(batch)
    return context.compare(logits, teacher: logits).map { Double($0.teacherEntropy) }
  }

  /// Computes the final states and the logits of a batch.
  func forward(_ batch: TrainingBatch) {
    computeStates(batch)
    computeLogits()
  }

  /// Computes the logits of the final states that are there.
  func computeLogits() { model.logits(of: finalStates, into: logits) }

  /// Computes the final states of a batch.
  func computeStates(_ batch: TrainingBatch, exits: [(layer: Int, states: FloatMatrix)] = []) {
    batchCount += 1
    model.forward(batch, exits: exits)
  }

  /// Writes the embeddings of tokens, as the model's first layer reads them.
  func embed(_ tokens: [Token], into rows: FloatMatrix) { model.embed(tokens, into: rows) }

  /// Rows that hold documents: each has a distribution to learn.
  static func included(_ batch: TrainingBatch) -> [Bool] {
    batch.tokens.indices.map { $0 < batch.used }
  }
}

/// What computes a frozen target.
protocol FrozenModel: AnyObject {
  /// Tokens of a batch.
  var rows: Int { get }
  /// The weights of the final normalization, as states are multiplied by them.
  var norm: Parameter { get }
  /// The head.
  var head: Parameter { get }
  /// The normalized states of the last forward pass.
  var finalStates: FloatMatrix { get }
  /// SHA-256 of all numbers, in hexadecimal.
  var weightHash: String { get }

  /// Runs a batch through the layers; each exit takes the residual stream after its layer.
  func forward(_ batch: TrainingBatch, exits: [(layer: Int, states: FloatMatrix)])

  /// Writes the embeddings of as many tokens as there are rows.
  func embed(_ tokens: [Token], into rows: FloatMatrix)

  /// The logits of normalized states.
  func logits(of states: FloatMatrix, into logits: FloatMatrix)
}

extension TrainableTransformer: FrozenModel {
  func embed(_ tokens: [Token], into rows: FloatMatrix) { context.gather(embedding.value, tokens: tokens, into: rows) }

  var weightHash: String { Parameter.hash(of: parameters) }

  func logits(of states: FloatMatrix, into logits: FloatMatrix) { context.forward(states, through: head, into: logits) }
}

extension ModelConfiguration {
  /// Everything that a configuration says, as one text.
  var identity: String { "\(self)" }
}

extension Parameter {
  /// SHA-256 of the numbers of some parameters, in hexadecimal.
  static func hash(of parameters: [Parameter]) -> String {
    var hash = SHA256()
    for parameter in parameters { parameter.value.withNumbers { hash.update(UnsafeRawBufferPointer($0)) } }
    return hash.hexDigest()
  }
}
