import SpecKernels
import SpecTestSupport
import Testing

/// Forward passes, losses and the optimizer against plain loops in double precision.
@Suite struct TrainingValueTests {
  @Test(arguments: [(1, 1, 1), (13, 33, 5), (12, 32, 400), (70, 65, 97)])
  func productIsTheProduct(_ rows: Int, _ columns: Int, _ depth: Int) throws {
    let context = try ComputeContext(threads: 2)
    var random = SeededRandom(seed: 11)
    for (transposingA, transposingB) in [(false, false), (false, true), (true, false), (true, true)] {
      let a = try transposingA ? random.matrix(depth, rows) : random.matrix(rows, depth)
      let b = try transposingB ? random.matrix(columns, depth) : random.matrix(depth, columns)
      let c = try random.matrix(rows, columns)
      let (left, right, before) = (a.numbers, b.numbers, c.numbers)
      context.product(a, transposingA: transposingA, b, transposingB: transposingB, into: c, adding: true)
      for (index, found) in c.numbers.enumerated() {
        let (row, column) = (index / columns, index % columns)
        let expected = (0..<depth).reduce(Double(before[index])) { sum, k in
          sum + Double(left[transposingA ? k * rows + row : row * depth + k])
            * Double(right[transposingB ? column * depth + k : k * columns + column])
        }
        #expect(abs(Double(found) - expected) < 1e-5 * Double(depth))
      }
      context.product(a, transposingA: transposingA, b, transposingB: transposingB, into: c)
      #expect(zip(c.numbers, before).allSatisfy { $0.isFinite && $1.isFinite })
    }
  }

  @Test func attentionIsAttention() throws {
    let context = try ComputeContext(threads: 2)
    var random = SeededRandom(seed: 12)
    let (queryHeads, heads, dimension, sequences) = (4, 2, 10, [0..<37, 37..<38, 38..<72])
    let qkv = try random.matrix(72, 8 * dimension, scale: 3)
    let (out, logSums) = (try FloatMatrix(rows: 72, columns: 4 * dimension), try FloatMatrix(rows: 72, columns: 4))
    context.causalAttention(
      qkv,
      queryHeads: queryHeads,
      keyValueHeads: heads,
      headDimension: dimension,
      sequences: sequences,
      into: out,
      logSums: logSums
    )
    let (numbers, found, logs) = (qkv.numbers, out.numbers, logSums.numbers)
    func vector(_ row: Int, _ head: Int) -> [Double] {
      (0..<dimension).map { Double(numbers[row * 8 * dimension + head * dimension + $0]) }
    }
    for sequence in sequences {
      for row in sequence {
        for head in 0..<queryHeads {
          let query = vector(row, head)
          let scores = (sequence.lowerBound...row).map { key in
            zip(query, vector(key, queryHeads + head / 2)).reduce(0) { $0 + $1.0 * $1.1 }
              / Double(dimension).squareRoot()
          }
          let sum = scores.reduce(0) { $0 + exponential($1) }
          #expect(abs(exponential(Double(logs[row * 4 + head])) / sum - 1) < 1e-4)
          for d in 0..<dimension {
            let expected = zip(scores, sequence.lowerBound...row).reduce(0) {
              $0 + exponential($1.0) / sum * vector($1.1, queryHeads + heads + head / 2)[d]
            }
            #expect(abs(Double(found[(row * 4 + head) * dimension + d]) - expected) < 1e-4)
          }
        }
      }
    }
  }

  /// The softmax of a row in double precision.
  static func softmax(_ row: [Float]) -> [Double] {
    let powers = row.map { exponential(Double($0)) }
    let sum = powers.reduce(0, +)
    return powers.map { $0 / sum }
  }

  @Test func lossesAndComparisons() throws {
    let context = try ComputeContext(threads: 2)
    var random = SeededRandom(seed: 13)
    let (student, teacher) = (try random.matrix(6, 50, scale: 4), try random.matrix(6, 50, scale: 4))
    let compared = context.compare(student, teacher: teacher)
    let soft = context.crossEntropy(
      student,
      teacher: teacher,
      included: [Bool](repeating: true, count: 6),
      gradientScale: nil
    )
    let hard = context.crossEntropy(student, targets: [0, 1, 2, 3, 4, 5], gradientScale: nil)
    for row in 0..<6 {
      let range = row * 50..<row * 50 + 50
      let (s, t) = (Array(student.numbers[range]), Array(teacher.numbers[range]))
      let (p, q) = (Self.softmax(s), Self.softmax(t))
      // e^loss needs no logarithm: hard losses are −ln p, soft ones a mean of them.
      #expect(abs(exponential(-Double(hard[row])) - p[row]) < 1e-6)
      let product = zip(p, q).reduce(0) { $0 + $1.1 * logarithm($1.0) }
      #expect(abs(Double(soft[row]) + product) < 1e-5)
      let found = compared[row]
      #expect(abs(Double(found.teacherEntropy) + q.reduce(0) { $0 + $1 * logarithm($1) }) < 1e-5)
      #expect(abs(Double(found.overlap) - zip(p, q).reduce(0) { $0 + min($1.0, $1.1) }) < 1e-5)
      #expect(s[found.studentChoice] == s.max() && t[found.teacherChoice] == t.max())
      #expect(found.rank == s.count { $0 > s[found.teacherChoice] })
    }
  }

  @Test func tiesGoToTheLowestId() throws {
    for set in KernelSet.supported {
      let context = try ComputeContext(threads: 1, kernels: set)
      let (student, teacher) = (try FloatMatrix(rows: 1, columns: 40), try FloatMatrix(rows: 1, columns: 40))
      student.numbers = (0..<40).map { [3, 20, 30].contains($0) ? 2 : $0 == 35 ? 5 : 0 }
      teacher.numbers = (0..<40).map { [30, 38].contains($0) ? 7 : 0 }
      let found = try #require(context.compare(student, teacher: teacher).first)
      #expect(found.studentChoice == 35 && found.teacherChoice == 30 && found.rank == 3)
    }
  }

  @Test func excludedRowsCountNothing() throws {
    let context = try ComputeContext(threads: 2)
    var random = SeededRandom(seed: 14)
    let (student, teacher) = (try random.matrix(2, 9), try random.matrix(2, 9))
    let hard = try student.clone()
    #expect(context.crossEntropy(student, teacher: teacher, included: [false, true], gradientScale: 1)[0] == 0)
    #expect(context.crossEntropy(hard, targets: [-1, 4], gradientScale: 1)[0] == 0)
    for matrix in [student, hard] {
      #expect(matrix.numbers.prefix(9).allSatisfy { $0 == 0 })
      #expect(abs(matrix.numbers.suffix(9).reduce(0, +)) < 1e-6 && matrix.numbers.suffix(9).contains { $0 != 0 })
    }
  }

  @Test func optimizerFollowsThePaper() throws {
    let context = try ComputeContext(threads: 2)
    var random = SeededRandom(seed: 15)
    let parameters = try random.matrix(3, 30)
    let (first, second) = (try FloatMatrix(rows: 3, columns: 30), try FloatMatrix(rows: 3, columns: 30))
    var expected = parameters.numbers.map { (parameter: Double($0), first: 0.0, second: 0.0) }
    var powers = (1.0, 1.0)
    for step in 1...20 {
      let gradient = try random.matrix(3, 30)
      context.adamW(
        parameters,
        gradient: gradient,
        firstMoment: first,
        secondMoment: second,
        settings: AdamWStep(
          rate: 0.01,
          beta1: 0.9,
          beta2: 0.95,
          epsilon: 1e-8,
          weightDecay: 0.1,
          step: step,
          gradientScale: 2
        )
      )
      powers = (powers.0 * 0.9, powers.1 * 0.95)
      for (index, number) in gradient.numbers.enumerated() {
        let g = 2 * Double(number)
        expected[index].first = 0.9 * expected[index].first + 0.1 * g
        expected[index].second = 0.95 * expected[index].second + 0.05 * g * g
        let (m, v) = (expected[index].first / (1 - powers.0), expected[index].second / (1 - powers.1))
        expected[index].parameter -= 0.01 * (m / (v.squareRoot() + 1e-8) + 0.1 * expected[index].parameter)
      }
    }
    for (found, wanted) in zip(parameters.numbers, expected) {
      #expect(abs(Double(found) - wanted.parameter) < 1e-5)
    }
    let sum = parameters.numbers.reduce(0) { $0 + Double($1) * Double($1) }
    #expect(abs(context.squaredSum(parameters) - sum) < 1e-9 * sum)
  }
}
