import SpecKernels
import SpecTestSupport
import Testing

/// Training kernels of every set and on any number of threads against the plain C reference: the same bits.
@Suite struct TrainingEqualityTests {
  typealias Results = [[UInt32]]

  /// Runs the same work on the reference and on the variant.
  static func expectSame(
    _ variant: TrainingVariant,
    seed: UInt64,
    _ what: String,
    _ work: (ComputeContext, inout SeededRandom) throws -> Results
  ) throws {
    var (first, second) = (SeededRandom(seed: seed), SeededRandom(seed: seed))
    #expect(
      try work(TrainingVariant.reference, &first) == work(variant.context, &second),
      "\(what), seed \(seed)"
    )
  }

  @Test(arguments: TrainingVariant.all) func products(_ variant: TrainingVariant) throws {
    for seed in UInt64(1)...24 {
      try Self.expectSame(variant, seed: seed, "product") { context, random in
        let (rows, columns) = (1 + random.below(110), 1 + random.below(110))
        let depth = 1 + random.below(seed % 6 == 0 ? 900 : 80)
        let (transposingA, transposingB) = (random.below(2) == 0, random.below(2) == 0)
        let a = try transposingA ? random.matrix(depth, rows) : random.matrix(rows, depth)
        let b = try transposingB ? random.matrix(columns, depth) : random.matrix(depth, columns)
        let c = try random.matrix(rows, columns)
        let adding = random.below(2) == 0
        context.product(a, transposingA: transposingA, b, transposingB: transposingB, into: c, adding: adding)
        return [c.bits]
      }
    }
  }

  @Test(arguments: TrainingVariant.all) func attention(_ variant: TrainingVariant) throws {
    for (seed, (queryHeads, heads, dimension)) in [(4, 4, 32), (4, 2, 64), (6, 1, 20), (2, 2, 7), (1, 1, 80)]
      .enumerated()
    {
      try Self.expectSame(variant, seed: UInt64(seed), "attention") { context, random in
        let rows = 1 + random.below(200)
        let sequences = random.sequences(covering: rows)
        let qkv = try random.matrix(rows, (queryHeads + 2 * heads) * dimension, scale: 2)
        let (out, logSums) = (
          try FloatMatrix(rows: rows, columns: queryHeads * dimension), try FloatMatrix(rows: rows, columns: queryHeads)
        )
        context.causalAttention(
          qkv,
          queryHeads: queryHeads,
          keyValueHeads: heads,
          headDimension: dimension,
          sequences: sequences,
          into: out,
          logSums: logSums
        )
        let (dout, dqkv) = (try random.matrix(rows, out.columns), try random.matrix(rows, qkv.columns))
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
        return [out.bits, logSums.bits, dqkv.bits]
      }
    }
  }

  @Test(arguments: TrainingVariant.all) func rows(_ variant: TrainingVariant) throws {
    for (seed, (rows, width)) in [(1, 1), (7, 70), (300, 33), (150, 256), (3, 1001)].enumerated() {
      try Self.expectSame(variant, seed: UInt64(seed), "rows of \(width)") { context, random in
        let (x, weight, bias) = (
          try random.matrix(rows, width, scale: 4), try random.matrix(1, width), try random.matrix(1, width)
        )
        let (y, inverse) = (try FloatMatrix(rows: rows, columns: width), try FloatMatrix(rows: rows, columns: 1))
        context.normalizeForTraining(x, weight: weight, epsilon: 1e-5, into: y, inverseScale: inverse)
        let (dx, dweight) = (try random.matrix(rows, width), try random.matrix(1, width))
        context.normalizeBackward(
          y,
          x: x,
          weight: weight,
          inverseScale: inverse,
          addingTo: dx,
          weightGradient: dweight
        )
        let (z, dbias) = (try FloatMatrix(rows: rows, columns: width), try random.matrix(1, width))
        context.addSilu(y, bias: bias, residual: x, into: z)
        let dz = try FloatMatrix(rows: rows, columns: width)
        context.addSiluBackward(z, z: y, bias: bias, into: dz, addingTo: dx, biasGradient: dbias)
        context.scale(dz, by: 0.3)
        context.add(dz, to: dx)
        let sum = context.squaredSum(dx).bitPattern
        return [y, inverse, dx, dweight, z, dz, dbias].map(\.bits) + [[UInt32(sum >> 32), UInt32(sum & 0xffff_ffff)]]
      }
    }
  }

  @Test(arguments: TrainingVariant.all) func activationsAndTables(_ variant: TrainingVariant) throws {
    for (seed, (rows, width)) in [(1, 2), (9, 70), (257, 40)].enumerated() {
      try Self.expectSame(variant, seed: UInt64(seed), "rows of \(width)") { context, random in
        let (gateAndUp, dout) = (try random.matrix(rows, 2 * width, scale: 9), try random.matrix(rows, width))
        let out = try FloatMatrix(rows: rows, columns: width)
        context.swiglu(gateAndUp, into: out)
        context.swigluBackward(dout, gateAndUp: gateAndUp, into: gateAndUp)
        let (table, tokens) = (try random.matrix(13, width), random.tokens(rows, below: 13))
        context.scatterAdd(out, tokens: tokens, into: table)
        context.gather(table, tokens: tokens, into: out)
        let rotary = try RotaryTable(theta: 10000, headDimension: width, positions: 300)
        let turned = try gateAndUp.clone()
        let positions = random.tokens(rows, below: 300)
        for (matrix, inverse) in [(gateAndUp, false), (turned, true)] {
          context.rotate(
            matrix,
            heads: 2,
            headDimension: width,
            positions: positions,
            table: rotary,
            inverse: inverse
          )
        }
        return [gateAndUp, turned, table, out].map(\.bits)
      }
    }
  }

  @Test(arguments: TrainingVariant.all) func losses(_ variant: TrainingVariant) throws {
    for (seed, (rows, width)) in [(1, 1), (40, 77), (9, 2048), (3, 5000)].enumerated() {
      try Self.expectSame(variant, seed: UInt64(seed), "losses over \(width)") { context, random in
        let (student, teacher) = (try random.matrix(rows, width, scale: 6), try random.matrix(rows, width, scale: 6))
        let compared = context.compare(student, teacher: teacher)
        var results = [
          compared.map(\.overlap.bitPattern), compared.map(\.teacherEntropy.bitPattern),
          compared.flatMap { [$0.studentChoice, $0.teacherChoice, $0.rank] }.map(UInt32.init),
        ]
        let included = (0..<rows).map { _ in random.below(4) > 0 }
        let targets = zip(included, random.tokens(rows, below: width)).map { $0 ? $1 : -1 }
        for scale in [nil, 0.25] as [Float?] {
          let (soft, hard) = (try student.clone(), try student.clone())
          results += [
            context.crossEntropy(soft, teacher: teacher, included: included, gradientScale: scale).map(\.bitPattern),
            context.crossEntropy(hard, targets: targets, gradientScale: scale).map(\.bitPattern),
            soft.bits, hard.bits,
          ]
        }
        return results
      }
    }
  }

  @Test(arguments: TrainingVariant.all) func optimizer(_ variant: TrainingVariant) throws {
    for (seed, count) in [1, 100, 70001].enumerated() {
      try Self.expectSame(variant, seed: UInt64(seed), "AdamW") { context, random in
        let (parameters, first, second) = (
          try random.matrix(1, count), try FloatMatrix(rows: 1, columns: count),
          try FloatMatrix(rows: 1, columns: count)
        )
        for step in 1...3 {
          context.adamW(
            parameters,
            gradient: try random.matrix(1, count),
            firstMoment: first,
            secondMoment: second,
            settings: AdamWStep(rate: 1e-3, weightDecay: 0.1, step: step, gradientScale: 0.5)
          )
        }
        return [parameters, first, second].map(\.bits)
      }
    }
  }
}
