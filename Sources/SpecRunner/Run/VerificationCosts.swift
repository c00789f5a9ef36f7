import SpecModel
import SpecStore

/// T(m) as it was in a run: measured every now and then between its questions, with the context that the last answer had
/// in the middle. With little context, or while a shared machine is at rest, a pass can cost a third less than those that
/// the decoders went through.
package struct VerificationCosts {
  /// Each of the lengths that chains have: a kernel computes some positions at once, so that T(m) rises in steps.
  private static let positions = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 16, 32, 64]
  /// The most positions that go through the layers at once: T of several sequences goes on from there in a straight line. A
  /// long pass, so that it is measured in some of the measurements only.
  private static let mostPositions = Transformer.largestTree
  private static let intervalOfMost = 4
  /// How often a repeat of the run measures.
  private static let samples = 12
  /// Passes over as many positions in a row; the first of them find other things in the processor's caches.
  private static let inARow = 5

  private let model: LoadedModel
  /// Questions from one measurement to the next.
  private let interval: Int
  private var questions = 0
  private var benchmark: EngineBenchmark?
  private var longest = 0
  private var contexts: [Int] = []
  /// Medians in seconds by m, one of each measurement.
  private var measured: [[Int: Double]] = []
  /// What an earlier attempt at the run has measured.
  private var earlier: [Int: PassCost] = [:]

  /// - Parameters:
  ///   - model: the model.
  ///   - questions: how many a repeat has.
  init(_ model: LoadedModel, questions: Int) {
    self.model = model
    interval = max(1, questions / Self.samples)
  }

  /// Takes what an earlier attempt at the run has measured into account.
  mutating func include(_ costs: [PassCost]) {
    earlier = Dictionary(costs.map { ($0.positions, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// Positions of the cache in which passes are measured, at most.
  ///
  /// - Parameters:
  ///   - text: the most tokens of prompt and output together.
  ///   - contextLength: most positions of the model.
  /// - Returns: the number.
  package static func cachePositions(text: Int, contextLength: Int) -> Int {
    min(contextLength, min(2 * text, contextLength / 2) + (EngineBenchmark.prefillPositions.max() ?? 0))
  }

  /// Goes on to the next question, and measures if it is time to.
  ///
  /// - Parameters:
  ///   - context: positions in the middle of the answer to the last one.
  ///   - observer: hears of it, and may end it.
  /// - Returns: whether it has measured.
  /// - Throws: `KernelError` if there is not enough memory, ``RunInterrupted`` if the observer wants to stop.
  mutating func advance(context: Int, observer: some RunObserver) throws -> Bool {
    questions += 1
    guard (questions - 1).isMultiple(of: interval) else { return false }
    observer.working(on: "Measuring T(m), the cost of verifying m positions")
    defer { observer.working(on: nil) }
    let context = max(1, min(context, model.target.configuration.contextLength / 2))
    contexts.append(context)
    var benchmark = try benchmark(for: context)
    benchmark.context = context
    let isWithMost = measured.count.isMultiple(of: Self.intervalOfMost)
    let positions = Self.positions + (isWithMost ? [Self.mostPositions] : [])
    let costs = try benchmark.costs(of: positions, rounds: 1, inARow: Self.inARow) {
      if observer.wantsToStop { throw RunInterrupted() }
    }
    measured.append(costs)
    return true
  }

  /// The same memory as long as it suffices: passes through memory that is new take longer.
  private mutating func benchmark(for context: Int) throws -> EngineBenchmark {
    if let known = benchmark, context <= longest { return known }
    longest = min(2 * context, model.target.configuration.contextLength / 2)
    let made = try EngineBenchmark(name: model.name, target: model.target, context: longest)
    benchmark = made
    return made
  }

  /// For each m the mean of what was measured so far, with the middle of the contexts; empty before the first.
  var costs: [PassCost] {
    (Self.positions + [Self.mostPositions]).compactMap { count in
      let times = measured.compactMap { $0[count] }
      let before = earlier[count]
      guard !times.isEmpty else { return before }
      let weight = before.map { $0.samples ?? 1 } ?? 0
      let sum = times.reduce(0, +) * 1e3 + (before?.milliseconds ?? 0) * Double(weight)
      let middles = Array(repeating: before?.context ?? 0, count: before?.context == nil ? 0 : weight) + contexts
      return PassCost(
        positions: count,
        milliseconds: sum / Double(times.count + weight),
        context: middles.sorted()[middles.count / 2],
        samples: times.count + weight
      )
    }
  }
}
