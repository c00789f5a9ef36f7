import SpecFiles
import SpecKernels
import SpecModel

/// A frozen target of any family, computed by the engine in float32: one document after the other.
final class FrozenTransformer: FrozenModel {
  let rows: Int
  let norm: Parameter
  let head: Parameter
  let finalStates: FloatMatrix
  let weightHash: String
  private let model: Transformer
  /// One for each layer, so that the states between any two can be taken.
  private let caches: [KVCache]
  private let states: Activations
  private let normalized: Activations

  /// - Parameters:
  ///   - checkpoint: the model's folder.
  ///   - rows: tokens of a batch.
  ///   - context: the kernels and threads to compute on.
  /// - Throws: ``SpecModel/ModelError`` or ``SpecKernels/KernelError``.
  init(_ checkpoint: Checkpoint, rows: Int, context: ComputeContext) throws {
    let configuration = checkpoint.configuration
    let (width, vocabulary) = (configuration.hiddenSize, configuration.vocabularySize)
    self.rows = rows
    let model = try Transformer(checkpoint: checkpoint, weightType: .float32, context: context)
    self.model = model
    caches = try (0..<configuration.layers).map { try model.makeCache(layers: $0..<$0 + 1, capacity: rows) }
    norm = try .vector("model.norm.weight", width, isTrained: false)
    try norm.load(checkpoint)
    let offset = configuration.parts.normOffset
    norm.value.withMutableNumbers { numbers in
      for index in numbers.indices where offset != 0 { numbers[index] += offset }
    }
    let name = configuration.tiesEmbeddings ? "model.embed_tokens.weight" : "lm_head.weight"
    head = try .matrix(name, vocabulary, width, isTrained: false)
    try head.load(checkpoint)
    weightHash = try Self.hash(of: checkpoint)
    finalStates = try FloatMatrix(rows: rows, columns: width)
    states = try Activations(capacity: rows, width: width)
    normalized = try Activations(capacity: Transformer.largestTree, width: width)
  }

  private static func hash(of checkpoint: Checkpoint) throws -> String {
    var hash = SHA256()
    for (name, shape) in checkpoint.configuration.tensorShapes.sorted(by: { $0.key < $1.key }) {
      let numbers = try checkpoint.tensor(name, shape: shape).finiteFloats()
      numbers.withUnsafeBytes { hash.update($0) }
    }
    return hash.hexDigest()
  }

  func embed(_ tokens: [Token], into rows: FloatMatrix) {
    for start in stride(from: 0, to: tokens.count, by: normalized.capacity) {
      let piece = tokens[start..<min(start + normalized.capacity, tokens.count)]
      let out = normalized[rows: 0..<piece.count]
      model.embed(piece, into: out)
      copy(out, to: rows, at: start)
    }
  }

  func forward(_ batch: TrainingBatch, exits: [(layer: Int, states: FloatMatrix)]) {
    precondition(batch.tokens.count == rows, "a batch of another size")
    for document in batch.sequences where document.lowerBound < batch.used {
      run(batch.tokens[document], in: document, exits: exits)
    }
  }

  /// Runs one document. What is behind the documents keeps the finite numbers that it had.
  private func run(_ tokens: ArraySlice<Token>, in rows: Range<Int>, exits: [(layer: Int, states: FloatMatrix)]) {
    let residual = states[rows: rows]
    model.embed(tokens, into: residual)
    for (layer, cache) in caches.enumerated() {
      cache.truncate(to: 0)
      model.forward(residual, cache: cache)
      for exit in exits where exit.layer == layer + 1 { copy(residual, to: exit.states, at: rows.lowerBound) }
    }
    forEachPiece(residual) { piece, start in
      let out = normalized[rows: 0..<piece.count]
      model.normalizeFinal(piece, into: out)
      copy(out, to: finalStates, at: rows.lowerBound + start)
    }
  }

  func logits(of states: FloatMatrix, into logits: FloatMatrix) {
    for start in stride(from: 0, to: rows, by: normalized.capacity) {
      let count = min(normalized.capacity, rows - start)
      for row in 0..<count { normalized[row] = states.row(start + row) }
      copy(model.logits(of: normalized[rows: 0..<count]), to: logits, at: start)
    }
  }

  private func forEachPiece(_ rows: ActivationRows, _ body: (ActivationRows, Int) -> Void) {
    for start in stride(from: 0, to: rows.count, by: normalized.capacity) {
      body(rows[start..<min(start + normalized.capacity, rows.count)], start)
    }
  }

  private func copy(_ source: ActivationRows, to target: FloatMatrix, at first: Int) {
    target.withMutableNumbers { numbers in
      for row in 0..<source.count {
        let start = (first + row) * target.columns
        _ = numbers[start..<start + target.columns].update(
          fromContentsOf: source.owner[source.range.lowerBound + row]
        )
      }
    }
  }
}
