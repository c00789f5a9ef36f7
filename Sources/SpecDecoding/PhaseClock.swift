import SpecKernels

/// Books the time of a cycle by phase. Models and the sampler say what they do, and the loop says when it verifies, so
/// that no method takes times.
public final class PhaseClock {
  enum Phase {
    case draft, verify, overhead
  }

  private var times = PhaseTimes()
  private var phase = Phase.overhead
  private var last = MonotonicClock.now

  /// A clock that has booked nothing.
  public init() {}

  /// Begins a cycle.
  func start() {
    times = PhaseTimes()
    phase = .overhead
    last = MonotonicClock.now
  }

  /// The times since the start.
  func read() -> PhaseTimes {
    book()
    return times
  }

  /// Books the time of a body. Inside a verification everything is verification.
  func time<Result, Failure: Error>(
    _ phase: Phase,
    _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    guard self.phase == .overhead else { return try body() }
    book()
    self.phase = phase
    defer {
      book()
      self.phase = .overhead
    }
    return try body()
  }

  private func book() {
    let now = MonotonicClock.now
    switch phase {
    case .draft: times.draft += now - last
    case .verify: times.verify += now - last
    case .overhead: times.overhead += now - last
    }
    last = now
  }
}
