import SpecStore

/// T(m) as it was in a run: measured after each pass, with the context that vanilla's answers had in the middle. A pass
/// with little context, or on a machine that has rested, can cost a third less than those that the decoders went through.
struct VerificationCosts {
  private static let positions = [1, 2, 3, 4, 6, 8, 12, 16, 32, 64]
  private static let rounds = 3

  private let model: LoadedModel
  /// Positions of context in the middle of each of vanilla's answers of the first pass.
  private var contexts: [Int] = []
  private var benchmark: EngineBenchmark?
  /// Medians in seconds by m, one of each pass.
  private var measured: [[Int: Double]] = []

  init(_ model: LoadedModel) { self.model = model }

  /// Notes one of vanilla's answers.
  ///
  /// - Parameters:
  ///   - prompt: tokens of the prompt.
  ///   - output: tokens of the answer.
  mutating func note(prompt: Int, output: Int) {
    if benchmark == nil { contexts.append(prompt + output / 2) }
  }

  /// Measures once more.
  ///
  /// - Returns: for each m the mean over the passes so far; empty if vanilla has not answered anything.
  /// - Throws: `KernelError` if there is not enough memory.
  mutating func measure() throws -> [PassCost] {
    guard let benchmark = try benchmark ?? makeBenchmark() else { return [] }
    self.benchmark = benchmark
    measured.append(benchmark.costs(of: Self.positions, rounds: Self.rounds))
    return Self.positions.compactMap { count in
      let times = measured.compactMap { $0[count] }
      guard !times.isEmpty else { return nil }
      let mean = times.reduce(0, +) / Double(times.count)
      return PassCost(positions: count, milliseconds: mean * 1e3, context: benchmark.context)
    }
  }

  private func makeBenchmark() throws -> EngineBenchmark? {
    guard !contexts.isEmpty else { return nil }
    let middle = contexts.sorted()[contexts.count / 2]
    return try EngineBenchmark(name: model.name, target: model.target, context: middle)
  }
}
