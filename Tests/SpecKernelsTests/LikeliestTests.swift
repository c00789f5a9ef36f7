import Foundation
import SpecKernels
import SpecTestSupport
import Testing

/// The likeliest tokens of a row, and the loss of a student that learns them.
@Suite struct LikeliestTests {
  @Test(arguments: TrainingVariant.all) func everyKernelSetGivesTheSameBits(_ variant: TrainingVariant) throws {
    for (seed, (rows, width, count)) in [(1, 2, 1), (40, 77, 5), (9, 2048, 64), (3, 5000, 4999)].enumerated() {
      try TrainingEqualityTests.expectSame(variant, seed: UInt64(seed), "\(count) of \(width)") { context, random in
        let (student, teacher) = (try random.matrix(rows, width, scale: 6), try random.matrix(rows, width, scale: 6))
        let list = try LikeliestLogits(rows: rows, count: count)
        var results = [context.largestPlaces(teacher).map(UInt32.init)]
        context.chooseLikeliest(teacher, into: list)
        let included = (0..<rows).map { _ in random.below(4) > 0 }
        for scale in [nil, 0.25] as [Float?] {
          let losses = context.crossEntropy(student, teacher: list, included: included, gradientScale: scale)
          results += [losses.map(\.bitPattern), student.bits]
        }
        return results + [list.ids.numbers.map(UInt32.init), list.logits.bits, list.others.bits]
      }
    }
  }

  /// Against a sort, with equal numbers among them.
  @Test func theLargestAreListedWithWhatTheOthersSumUpTo() throws {
    let context = try ComputeContext(threads: 2)
    var random = SeededRandom(seed: 4)
    let (rows, width) = (30, 90)
    let logits = try random.matrix(rows, width, scale: 3)
    logits.numbers = logits.numbers.map { ($0 * 4).rounded() / 4 }
    let known = logits.numbers
    for count in [1, 7, 89] {
      let list = try LikeliestLogits(rows: rows, count: count)
      let copy = try logits.clone()
      context.chooseLikeliest(copy, into: list)
      for row in 0..<rows {
        let numbers = Array(known[row * width..<(row + 1) * width])
        let order = (0..<width).sorted { numbers[$0] == numbers[$1] ? $0 < $1 : numbers[$0] > numbers[$1] }
        #expect(list.ids.numbers[row * count..<(row + 1) * count].map(Int.init) == Array(order.prefix(count)))
        #expect(Array(list.logits.numbers[row * count..<(row + 1) * count]) == order.prefix(count).map { numbers[$0] })
        let others = log(order.dropFirst(count).reduce(0.0) { $0 + exp(Double(numbers[$1])) })
        #expect(abs(Double(list.others.numbers[row]) - others) < 1e-5)
      }
    }
    let largest = (0..<rows).map { row in
      let numbers = known[row * width..<(row + 1) * width]
      return numbers.firstIndex(of: numbers.max() ?? 0).map { $0 - row * width } ?? -1
    }
    #expect(context.largestPlaces(logits).map(Int.init) == largest)
  }

  /// The loss is that over the listed tokens and the rest as one, and its gradient is the loss's.
  @Test(arguments: [1, 6, 49]) func theLossAndItsGradient(count: Int) throws {
    let context = try ComputeContext(threads: 2)
    var random = SeededRandom(seed: UInt64(count))
    let (rows, width) = (6, 50)
    let (student, teacher) = (try random.matrix(rows, width, scale: 4), try random.matrix(rows, width, scale: 4))
    let said = teacher.numbers
    let list = try LikeliestLogits(rows: rows, count: count)
    context.chooseLikeliest(teacher, into: list)
    let included = (0..<rows).map { $0 != 2 }
    let losses = context.crossEntropy(student, teacher: list, included: included, gradientScale: nil)
    for place in 0..<rows {
      let ids = list.ids.numbers[place * count..<(place + 1) * count].map(Int.init)
      let row = place * width..<(place + 1) * width
      let (p, q) = (softmax(said[row]), softmax(student.numbers[row]))
      let (rest, restOfStudent) = (ids.reduce(1) { $0 - p[$1] }, ids.reduce(1) { $0 - q[$1] })
      let expected = -ids.reduce(rest * log(restOfStudent)) { $0 + p[$1] * log(q[$1]) }
      #expect(abs(Double(losses[place]) - (place == 2 ? 0 : expected)) < 1e-4, "row \(place)")
    }
    let gradient = try student.clone()
    _ = context.crossEntropy(gradient, teacher: list, included: included, gradientScale: 1)
    expectGradient(gradient, of: student, "\(count) of \(width)") {
      context.crossEntropy(student, teacher: list, included: included, gradientScale: nil)
        .reduce(0) { $0 + Double($1) }
    }
  }

  /// A student that is sure of something else, far beyond what float32 can tell apart from nothing.
  @Test func aStudentThatIsSureIsNotInfinitelyWrong() throws {
    let context = try ComputeContext(threads: 1)
    for place in 0..<3 {
      let (student, teacher) = (try FloatMatrix(rows: 1, columns: 3), try FloatMatrix(rows: 1, columns: 3))
      teacher.numbers = [2, 1, 0]
      student.numbers = (0..<3).map { $0 == place ? 300 : 0 }
      let list = try LikeliestLogits(rows: 1, count: 2)
      context.chooseLikeliest(teacher, into: list)
      let loss = context.crossEntropy(student, teacher: list, included: [true], gradientScale: 1)[0]
      #expect(loss > 20 && loss < 300, "\(loss)")
      #expect(student.numbers.allSatisfy(\.isFinite) && abs(student.numbers.reduce(0, +)) < 1e-5)
    }
  }

  private func softmax(_ numbers: ArraySlice<Float>) -> [Double] {
    let exponentials = numbers.map { exp(Double($0)) }
    let sum = exponentials.reduce(0, +)
    return exponentials.map { $0 / sum }
  }
}
