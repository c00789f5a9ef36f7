import SpecKernels

/// Counts the steps in which the decoding thread had a processor for well less time than passed: something else ran, or
/// the thread slept waiting for a helper that was itself kept waiting.
struct PreemptionWatch {
  /// A step counts when more than this share of its time is missing …
  private static let share = 0.2
  /// … and more than this many nanoseconds, which a late clock or a page fault may cost.
  private static let least: UInt64 = 50_000

  private(set) var steps = 0
  private var wall: UInt64
  private var processor = ThreadClock.now

  /// - Parameter wall: the time by any monotonic clock, in nanoseconds.
  init(at wall: UInt64) { self.wall = wall }

  /// Ends a step and begins the next.
  ///
  /// - Parameter now: the time by the same clock.
  mutating func mark(at now: UInt64) {
    let processorNow = ThreadClock.now
    let (passed, had) = (now - wall, processorNow - processor)
    let missing = passed > had ? passed - had : 0
    if missing > Self.least, Double(missing) > Self.share * Double(passed) { steps += 1 }
    (wall, processor) = (now, processorNow)
  }
}
