import Foundation

/// The clocks of a run: one that tells the date and may be set, and one that only runs on.
package struct RunClock: Sendable {
  /// The date that the system shows.
  package var date: @Sendable () -> Date
  /// Time since some fixed moment, whatever happens to the date.
  package var elapsed: @Sendable () -> Duration

  /// Makes clocks; the properties say what each gives.
  package init(date: @escaping @Sendable () -> Date, elapsed: @escaping @Sendable () -> Duration) {
    self.date = date
    self.elapsed = elapsed
  }

  /// The system's.
  package static let system: RunClock = {
    let start = ContinuousClock.now
    return RunClock(date: { Date() }, elapsed: { ContinuousClock.now - start })
  }()
}

/// Dates that only go forward, and whether the system's clock was set meanwhile.
struct RunDates {
  /// A correction of less than this many seconds is what keeping a clock right looks like.
  private static let tolerance = 2.0
  private let clock: RunClock
  private let first: (date: Date, elapsed: Duration)
  private var last: (date: Date, elapsed: Duration)

  init(_ clock: RunClock) {
    self.clock = clock
    first = (clock.date(), clock.elapsed())
    last = first
  }

  /// The date as it would be if the clock had not been set since the beginning.
  var now: Date { first.date.addingTimeInterval((clock.elapsed() - first.elapsed).seconds) }

  /// How the clock was set since the last warning; nil if it was not.
  mutating func takeWarning() -> String? {
    let next = (date: clock.date(), elapsed: clock.elapsed())
    let passed = (next.elapsed - last.elapsed).seconds
    let jump = next.date.timeIntervalSince(last.date) - passed
    // Clocks are also kept right little by little, by at most one part in a thousand or so.
    guard abs(jump) > Self.tolerance + passed / 1000 else { return nil }
    last = next
    return
      "The system's clock was set \(jump < 0 ? "back" : "forward") by \(Self.text(abs(jump))) meanwhile: dates are counted "
      + "on from the beginning; times do not depend on it."
  }

  /// What to say if a run that is gone on with began after the present moment.
  func warning(afterBeginning beginning: Date) -> String? {
    let ahead = beginning.timeIntervalSince(now)
    guard ahead > Self.tolerance else { return nil }
    return "The system's clock was set back since the run began: it stands \(Self.text(ahead)) before that."
  }

  private static func text(_ seconds: Double) -> String {
    let units: [(size: Double, name: String)] = [(86400, "days"), (3600, "hours"), (60, "minutes")]
    let unit = units.first { seconds >= 2 * $0.size } ?? (1, "seconds")
    return "\(Int((seconds / unit.size).rounded())) \(unit.name)"
  }
}

extension Duration {
  /// The same as a number of seconds.
  var seconds: Double {
    Double(components.seconds) + Double(components.attoseconds) / 1e18
  }
}
