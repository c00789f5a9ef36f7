import Foundation
import SpecKernels
import Synchronization

/// Tells what is being done while nothing else shows that anything is: at least every ten seconds, on a terminal every
/// second in one line.
///
/// A thread waits for it, so that work which knows nothing of progress, such as hashing a file or one long pass, is told of
/// as well. While nothing is to be told it sleeps.
enum Activity {
  private struct State {
    var text: String?
    var start: UInt64 = 0
    /// When something was shown last.
    var shown: UInt64 = 0
    var isLineOpen = false

    mutating func clearLine() {
      if isLineOpen { Screen.clear() }
      isLineOpen = false
    }
  }

  private static let interval: UInt64 = Screen.drawsProgress ? 1_000_000_000 : 10_000_000_000
  private static let state = Mutex(State())
  private static let hasWork = DispatchSemaphore(value: 0)
  private static let isWatched = Atomic<Bool>(false)

  /// What is done from now on.
  ///
  /// - Parameter text: like `Warming up`; nil for work that shows itself.
  static func set(_ text: String?) {
    let now = MonotonicClock.now
    let wakes = state.withLock { state -> Bool in
      guard state.text != text else { return false }
      let wakes = state.text == nil
      state.clearLine()
      (state.text, state.start) = (text, now)
      if wakes { state.shown = now }
      return wakes
    }
    guard wakes else { return }
    if !isWatched.exchange(true, ordering: .relaxed) { Thread.detachNewThread { watch() } }
    hasWork.signal()
  }

  /// Nothing is done any more.
  static func end() { set(nil) }

  /// Does something under a name.
  ///
  /// - Parameters:
  ///   - text: what it is.
  ///   - body: what to do.
  /// - Returns: what `body` returns.
  /// - Throws: what `body` throws.
  static func during<Result>(_ text: String, _ body: () throws -> Result) rethrows -> Result {
    let before = state.withLock { $0.text }
    set(text)
    defer { set(before) }
    return try body()
  }

  /// Something else was shown on standard error.
  static func noteOutput() {
    state.withLock { state in
      state.clearLine()
      state.shown = MonotonicClock.now
    }
  }

  private static func watch() {
    while true {
      hasWork.wait()
      while let rest = showIfDue() { Thread.sleep(forTimeInterval: Double(rest) / 1e9) }
    }
  }

  /// Nanoseconds until something is to be shown; nil if nothing is done.
  private static func showIfDue() -> UInt64? {
    state.withLock { state in
      guard let text = state.text else { return nil }
      let now = MonotonicClock.now
      guard now - state.shown >= interval else { return interval - (now - state.shown) }
      state.shown = now
      let line = "\(text), \(ProgressDisplay.duration(Double(now - state.start) / 1e9)) so far"
      if Screen.drawsProgress {
        Screen.draw(line)
        state.isLineOpen = true
      } else {
        tell(line)
      }
      return interval
    }
  }
}
