import SpecKernels
import SpecModel

/// Self-attention without a normalization of its own over rows that are unrolled, and its gradients (training-time test; Li
/// et al. 2025, arXiv 2503.01840, §3.2).
///
/// A row is computed several times, each time one token further on. In step j it sees what its sequence's rows up to itself
/// were in step 0, and what it was itself in the steps 1 to j: as a drafter sees committed tokens, and its drafts after them.
final class UnrolledAttention {
  let shape: AttentionShape
  let queryKeyValue: Parameter
  let output: Parameter
  private let table: RotaryTable
  private let context: ComputeContext
  private let kept: [Kept]
  /// Queries of a later step with keys and values of the first.
  private let mixed: FloatMatrix
  private let workspace: FloatMatrix
  private let attendedGradient: FloatMatrix

  /// What the backward pass needs of a step.
  private struct Kept {
    let queryKeyValue, attended, logSums, gradient: FloatMatrix
  }

  /// - Parameters:
  ///   - prefix: what its tensors' names begin with (`midlayer.`).
  ///   - shape: the head it belongs to.
  ///   - steps: how often rows are computed.
  ///   - rows: tokens of a batch.
  ///   - context: the kernels and threads to compute on.
  /// - Throws: ``SpecKernels/KernelError`` if there is not enough memory.
  init(prefix: String, shape: EagleShape, steps: Int, rows: Int, context: ComputeContext) throws(KernelError) {
    let attention = shape.layer.attention
    (self.shape, self.context) = (attention, context)
    table = try shape.layer.rotary.table(
      headDimension: attention.headDimension,
      positions: shape.layer.contextLength + steps
    )
    let (names, inputs) = (LayerNames(), shape.attentionInputs)
    queryKeyValue = try Parameter(
      names.queryKeyValueRows(of: attention).map {
        .init(name: "\(prefix)\($0.name).weight", rows: $0.rows, isVector: false)
      },
      columns: inputs,
      isTrained: true
    )
    output = try .matrix(
      "\(prefix)\(names.attentionOutput).weight",
      attention.hiddenSize,
      attention.queryWidth,
      isTrained: true
    )
    let width = attention.queryWidth + 2 * attention.keyValueWidth
    var kept: [Kept] = []
    for _ in 0..<steps {
      kept.append(
        Kept(
          queryKeyValue: try FloatMatrix(rows: rows, columns: width),
          attended: try FloatMatrix(rows: rows, columns: attention.queryWidth),
          logSums: try FloatMatrix(rows: rows, columns: attention.queryHeads),
          gradient: try FloatMatrix(rows: rows, columns: width)
        )
      )
    }
    self.kept = kept
    mixed = try FloatMatrix(rows: rows, columns: width)
    workspace = try FloatMatrix(rows: rows, columns: width)
    attendedGradient = try FloatMatrix(rows: rows, columns: attention.queryWidth)
  }

  var parameters: [Parameter] { [queryKeyValue, output] }

  /// y += attention(inputs), in a step; the steps before it have been computed.
  func forward(_ inputs: FloatMatrix, step: Int, batch: TrainingBatch, addingTo y: FloatMatrix) {
    let own = kept[step]
    context.forward(inputs, through: queryKeyValue, into: own.queryKeyValue)
    rotate(own.queryKeyValue, step: step, batch: batch, inverse: false)
    context.causalAttention(
      seen(in: step),
      queryHeads: shape.queryHeads,
      keyValueHeads: shape.keyValueHeads,
      headDimension: shape.headDimension,
      sequences: batch.sequences,
      into: own.attended,
      logSums: own.logSums
    )
    if step > 0 { addOwnPast(step, rows: batch.used) }
    context.forward(own.attended, through: output, into: y, adding: true)
  }

  /// Before the backward passes of the steps, the last one first.
  func clearGradients() {
    for step in kept { step.gradient.clear() }
  }

  /// Adds to the parameters' gradients and gives that of the inputs; the later steps have been done.
  func backward(
    _ gradient: FloatMatrix,
    inputs: FloatMatrix,
    step: Int,
    batch: TrainingBatch,
    into inputsGradient: FloatMatrix
  ) {
    let own = kept[step]
    context.backward(gradient, x: own.attended, through: output, into: attendedGradient)
    // With outputs and sums of the whole, the gradient of a part of the keys is that of the part in the whole.
    context.causalAttentionBackward(
      attendedGradient,
      qkv: seen(in: step),
      out: own.attended,
      logSums: own.logSums,
      queryHeads: shape.queryHeads,
      keyValueHeads: shape.keyValueHeads,
      headDimension: shape.headDimension,
      sequences: batch.sequences,
      into: workspace
    )
    let (queries, all) = (0..<shape.queryWidth, 0..<workspace.columns)
    own.gradient.addColumns(queries, of: workspace)
    kept[0].gradient.addColumns(queries.upperBound..<all.upperBound, of: workspace)
    if step > 0 { ownPastBackward(step, rows: batch.used) }
    rotate(own.gradient, step: step, batch: batch, inverse: true)
    context.backward(own.gradient, x: inputs, through: queryKeyValue, into: inputsGradient)
  }

  /// The step's queries, and the first step's keys and values.
  private func seen(in step: Int) -> FloatMatrix {
    if step == 0 { return kept[0].queryKeyValue }
    mixed.copy(from: kept[0].queryKeyValue)
    mixed.copyColumns(0..<shape.queryWidth, of: kept[step].queryKeyValue)
    return mixed
  }

  private func rotate(_ rows: FloatMatrix, step: Int, batch: TrainingBatch, inverse: Bool) {
    context.rotate(
      rows,
      heads: shape.queryHeads + shape.keyValueHeads,
      headDimension: shape.headDimension,
      positions: batch.positions.map { $0 + Int32(step) },
      table: table,
      inverse: inverse
    )
  }
}

/// What a row sees of itself in earlier steps: a key or two beside the many of the first step, so it is done here and not by
/// a kernel. The sums are in a fixed order, and the exponentials the canonical ones.
extension UnrolledAttention {
  private var scale: Float { 1 / Float(shape.headDimension).squareRoot() }

  /// Where a query head's numbers begin in a row, and those of its key and its value.
  private func places(of head: Int) -> (query: Int, key: Int, value: Int) {
    let (dimension, group) = (shape.headDimension, shape.queryHeads / shape.keyValueHeads)
    let key = shape.queryWidth + head / group * dimension
    return (head * dimension, key, key + shape.keyValueWidth)
  }

  /// Makes outputs over the first step's keys outputs over the row's own later ones, too.
  private func addOwnPast(_ step: Int, rows: Int) {
    let dimension = shape.headDimension
    for row in 0..<rows {
      let past = (1...step).map { kept[$0].queryKeyValue.row(row) }
      let query = past[step - 1]
      for head in 0..<shape.queryHeads {
        let place = places(of: head)
        let scores = past.map { scale * dot(query, place.query, $0, place.key) }
        let first = kept[step].logSums[row, head]
        let largest = scores.reduce(first, max)
        let sum = scores.reduce(canonicalExponential(first - largest)) { $0 + canonicalExponential($1 - largest) }
        let logSum = largest + Float(canonicalLogarithm(Double(sum)))
        let weights = scores.map { canonicalExponential($0 - logSum) }
        let share = canonicalExponential(first - logSum)
        kept[step].logSums[row, head] = logSum
        kept[step].attended.change(row, place.query..<place.query + dimension) { numbers in
          for index in 0..<dimension {
            var number = share * numbers[index]
            for (weight, one) in zip(weights, past) { number += weight * one[place.value + index] }
            numbers[index] = number
          }
        }
      }
    }
  }

  /// Adds the gradients of what ``addOwnPast(_:rows:)`` read.
  private func ownPastBackward(_ step: Int, rows: Int) {
    let dimension = shape.headDimension
    for row in 0..<rows {
      let past = (1...step).map { kept[$0].queryKeyValue.row(row) }
      let (query, gradient, out) = (past[step - 1], attendedGradient.row(row), kept[step].attended.row(row))
      for head in 0..<shape.queryHeads {
        let place = places(of: head)
        let mean = dot(gradient, place.query, out, place.query)
        for (number, one) in past.enumerated() {
          let score = scale * dot(query, place.query, one, place.key)
          let weight = canonicalExponential(score - kept[step].logSums[row, head])
          let slope = scale * weight * (dot(gradient, place.query, one, place.value) - mean)
          kept[step].gradient.change(row, place.query..<place.query + dimension) { numbers in
            for index in 0..<dimension { numbers[index] += slope * one[place.key + index] }
          }
          kept[number + 1].gradient.change(row, place.key..<place.key + dimension) { numbers in
            for index in 0..<dimension { numbers[index] += slope * query[place.query + index] }
          }
          kept[number + 1].gradient.change(row, place.value..<place.value + dimension) { numbers in
            for index in 0..<dimension { numbers[index] += weight * gradient[place.query + index] }
          }
        }
      }
    }
  }

  private func dot(_ a: [Float], _ first: Int, _ b: [Float], _ second: Int) -> Float {
    var sum: Float = 0
    for index in 0..<shape.headDimension { sum += a[first + index] * b[second + index] }
    return sum
  }
}
