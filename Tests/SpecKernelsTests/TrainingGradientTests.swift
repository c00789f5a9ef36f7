import SpecKernels
import SpecTestSupport
import Testing

/// Every backward pass against central differences of its forward pass: the loss is the sum of the outputs with random
/// weights, so that the weights are the output's gradient.
@Suite struct TrainingGradientTests {
  @Test func products() throws {
    let context = try ComputeContext(threads: 2)
    var random = SeededRandom(seed: 1)
    let (x, weight, y) = (try random.matrix(9, 20), try random.matrix(14, 20), try FloatMatrix(rows: 9, columns: 14))
    let (dy, dx, dweight) = (try random.matrix(9, 14), try x.clone(), try weight.clone())
    context.product(dy, weight, into: dx)
    context.product(dy, transposingA: true, x, into: dweight)
    let loss = {
      context.product(x, weight, transposingB: true, into: y)
      return y.weighted(by: dy)
    }
    expectGradient(dx, of: x, "dx", loss: loss)
    expectGradient(dweight, of: weight, "dweight", loss: loss)
  }

  @Test func normalization() throws {
    let context = try ComputeContext(threads: 2)
    var random = SeededRandom(seed: 2)
    let (x, weight, dy) = (try random.matrix(5, 24), try random.matrix(1, 24), try random.matrix(5, 24))
    let (y, inverse) = (try FloatMatrix(rows: 5, columns: 24), try FloatMatrix(rows: 5, columns: 1))
    let loss = {
      context.normalizeForTraining(x, weight: weight, epsilon: 1e-3, into: y, inverseScale: inverse)
      return y.weighted(by: dy)
    }
    _ = loss()
    let (dx, dweight) = (try FloatMatrix(rows: 5, columns: 24), try FloatMatrix(rows: 1, columns: 24))
    context.normalizeBackward(dy, x: x, weight: weight, inverseScale: inverse, addingTo: dx, weightGradient: dweight)
    expectGradient(dx, of: x, "dx", loss: loss)
    expectGradient(dweight, of: weight, "dweight", loss: loss)
    // Gradients add up, and a frozen weight changes nothing about dx.
    context.normalizeBackward(dy, x: x, weight: weight, inverseScale: inverse, addingTo: dx, weightGradient: nil)
    context.scale(dx, by: 0.5)
    expectGradient(dx, of: x, "dx of two passes", loss: loss)
  }

  @Test(arguments: [(2, 2, 8, [0..<40, 40..<41, 41..<70]), (4, 2, 5, [0..<33]), (3, 1, 40, [0..<2, 2..<6])])
  func attention(_ queryHeads: Int, _ heads: Int, _ dimension: Int, _ sequences: [Range<Int>]) throws {
    let context = try ComputeContext(threads: 2)
    var random = SeededRandom(seed: 3)
    let rows = sequences.reduce(0) { $0 + $1.count }
    let qkv = try random.matrix(rows, (queryHeads + 2 * heads) * dimension)
    let dout = try random.matrix(rows, queryHeads * dimension)
    let (out, logSums) = (try dout.clone(), try FloatMatrix(rows: rows, columns: queryHeads))
    let loss = {
      context.causalAttention(
        qkv,
        queryHeads: queryHeads,
        keyValueHeads: heads,
        headDimension: dimension,
        sequences: sequences,
        into: out,
        logSums: logSums
      )
      return out.weighted(by: dout)
    }
    _ = loss()
    let dqkv = try random.matrix(rows, qkv.columns)
    context.causalAttentionBackward(
      dout,
      qkv: qkv,
      out: out,
      logSums: logSums,
      queryHeads: queryHeads,
      keyValueHeads: heads,
      headDimension: dimension,
      sequences: sequences,
      into: dqkv
    )
    expectGradient(dqkv, of: qkv, "dqkv", loss: loss)
  }

  @Test func swiglu() throws {
    let context = try ComputeContext(threads: 2)
    var random = SeededRandom(seed: 4)
    let (x, dout, out) = (
      try random.matrix(3, 2 * 21, scale: 3), try random.matrix(3, 21), try FloatMatrix(rows: 3, columns: 21)
    )
    let dx = try x.clone()
    context.swigluBackward(dout, gateAndUp: x, into: dx)
    expectGradient(dx, of: x, "dx") {
      context.swiglu(x, into: out)
      return out.weighted(by: dout)
    }
  }

  @Test func residualBlock() throws {
    let context = try ComputeContext(threads: 2)
    var random = SeededRandom(seed: 5)
    let (z, x, bias) = (try random.matrix(4, 19, scale: 3), try random.matrix(4, 19), try random.matrix(1, 19))
    let (dy, y, dz) = (try random.matrix(4, 19), try x.clone(), try x.clone())
    let (dx, dbias) = (try FloatMatrix(rows: 4, columns: 19), try FloatMatrix(rows: 1, columns: 19))
    context.addSiluBackward(dy, z: z, bias: bias, into: dz, addingTo: dx, biasGradient: dbias)
    let loss = {
      context.addSilu(z, bias: bias, residual: x, into: y)
      return y.weighted(by: dy)
    }
    expectGradient(dz, of: z, "dz", loss: loss)
    expectGradient(dx, of: x, "dx", loss: loss)
    expectGradient(dbias, of: bias, "dbias", loss: loss)
  }

  @Test func rotation() throws {
    let context = try ComputeContext(threads: 2)
    var random = SeededRandom(seed: 6)
    let table = try RotaryTable(theta: 10000, headDimension: 12, positions: 50)
    let (x, dy, positions) = (try random.matrix(4, 40), try random.matrix(4, 40), random.tokens(4, below: 50))
    let dx = try dy.clone()
    context.rotate(dx, heads: 3, headDimension: 12, positions: positions, table: table, inverse: true)
    try expectGradient(dx, of: x, "dx") {
      let y = try x.clone()
      context.rotate(y, heads: 3, headDimension: 12, positions: positions, table: table)
      return y.weighted(by: dy)
    }
  }

  @Test func losses() throws {
    let context = try ComputeContext(threads: 2)
    var random = SeededRandom(seed: 7)
    let (logits, teacher) = (try random.matrix(4, 31, scale: 3), try random.matrix(4, 31, scale: 3))
    let (targets, included): ([Int32], [Bool]) = ([3, -1, 30, 0], [true, false, true, true])
    let (hard, soft) = (try logits.clone(), try logits.clone())
    _ = context.crossEntropy(hard, targets: targets, gradientScale: 0.5)
    _ = context.crossEntropy(soft, teacher: teacher, included: included, gradientScale: 0.5)
    expectGradient(hard, of: logits, "hard") {
      0.5 * context.crossEntropy(logits, targets: targets, gradientScale: nil).reduce(0) { $0 + Double($1) }
    }
    expectGradient(soft, of: logits, "soft") {
      let losses = context.crossEntropy(logits, teacher: teacher, included: included, gradientScale: nil)
      return 0.5 * losses.reduce(0) { $0 + Double($1) }
    }
  }

  @Test func embedding() throws {
    let context = try ComputeContext(threads: 2)
    var random = SeededRandom(seed: 8)
    let (table, tokens, rows) = (try random.matrix(6, 10), random.tokens(15, below: 6), try random.matrix(15, 10))
    let (dtable, gathered) = (try FloatMatrix(rows: 6, columns: 10), try rows.clone())
    context.scatterAdd(rows, tokens: tokens, into: dtable)
    expectGradient(dtable, of: table, "dtable") {
      context.gather(table, tokens: tokens, into: gathered)
      return gathered.weighted(by: rows)
    }
  }
}
