import SpecStore

/// T(m) as it was in a run: measured every now and then between its questions, with the context that the last answer had
/// in the middle. With little context, or while a shared machine is at rest, a pass can cost a third less than those that
/// the decoders went through.
struct VerificationCosts {
  private static let positions = [1, 2, 3, 4, 6, 8, 12, 16, 32, 64]
  /// How often a pass of the run measures.
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

  /// - Parameters:
  ///   - model: the model.
  ///   - questions: how many a pass has.
  init(_ model: LoadedModel, questions: Int) {
    self.model = model
    interval = max(1, questions / Self.samples)
  }

  /// Goes on to the next question, and measures if it is time to.
  ///
  /// - Parameter context: positions in the middle of the answer to the last one.
  /// - Throws: `KernelError` if there is not enough memory.
  mutating func advance(context: Int) throws {
    questions += 1
    guard (questions - 1).isMultiple(of: interval) else { return }
    let context = max(1, min(context, model.target.configuration.contextLength / 2))
    contexts.append(context)
    var benchmark = try benchmark(for: context)
    benchmark.context = context
    measured.append(benchmark.costs(of: Self.positions, rounds: 1, inARow: Self.inARow))
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
    Self.positions.compactMap { count in
      let times = measured.compactMap { $0[count] }
      guard !times.isEmpty else { return nil }
      let mean = times.reduce(0, +) / Double(times.count)
      return PassCost(positions: count, milliseconds: mean * 1e3, context: contexts.sorted()[contexts.count / 2])
    }
  }
}
