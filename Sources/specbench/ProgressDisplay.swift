import Foundation
import SpecFiles
import SpecKernels
import SpecRunner
import SpecStore

/// Shows how far a run is: a bar with the time left on a terminal, plain lines elsewhere.
final class ProgressDisplay: RunObserver {
  private let unit: String
  private lazy var files = ProgressDisplay(unit: "MiB of the model's files read")
  private let start = MonotonicClock.now
  /// What was done when the display first heard of progress: warm-up and resumed work do not count for the time left.
  private var origin: (done: Int, time: UInt64)?
  private var lastShown: UInt64 = 0
  private var isBarShown = false

  /// - Parameter unit: what is counted, in the plural.
  init(unit: String) { self.unit = unit }

  var wantsToStop: Bool { Interruption.isRequested }

  func note(_ text: String) {
    clear()
    Activity.noteOutput()
    tell(text)
  }

  func began() { Interruption.promise("\(RunInterrupted())") }

  func working(on activity: String?) {
    if activity != nil { clear() }
    Activity.set(activity)
  }

  func mismatch(_ difference: Difference, decoder: String, question: String, turn: Int) {
    let expected = difference.expected.map(String.init) ?? "the end"
    let found = difference.found.map(String.init) ?? "the end"
    note(
      "NOT LOSSLESS: \(TerminalText.line(decoder)), question \(TerminalText.line(question)), turn \(turn + 1): "
        + "position \(difference.position + 1) is \(found) where vanilla has \(expected)"
    )
  }

  func advanced(to done: Int, of total: Int) {
    let now = MonotonicClock.now
    if origin == nil { origin = (done, now) }
    let interval: UInt64 = Screen.drawsProgress ? 100_000_000 : 10_000_000_000
    // Elsewhere than on a terminal, where the bar stays, what takes long is told of again.
    Activity.set(Screen.drawsProgress || done == total ? nil : "\(done) of \(total) \(unit)")
    guard done == total || now - lastShown >= interval else { return }
    lastShown = now
    let time = done == total ? Self.duration(Double(now - start) / 1e9) : timeLeft(done, of: total, now: now)
    if Screen.drawsProgress {
      let bar = Screen.drawsUnicode ? ProgressBar.blocks : ProgressBar.signs
      let columns = Screen.width(of: STDERR_FILENO) - 1
      Screen.draw(ProgressBar.line(done, of: total, "\(unit), \(time)", columns: columns, bar))
      isBarShown = true
      if done == total { finish() }
    } else {
      Activity.noteOutput()
      tell("\(done) of \(total) \(unit), \(time)")
    }
  }

  private func timeLeft(_ done: Int, of total: Int, now: UInt64) -> String {
    guard let origin, done > origin.done else { return "just begun" }
    let each = Double(now - origin.time) / 1e9 / Double(done - origin.done)
    return "\(Self.duration(each * Double(total - done))) left"
  }

  func checked(_ done: Int, of total: Int) {
    // A separate display: its unit and its time left are not those of the run.
    files.advancedSlowly(to: done >> 20, of: total >> 20)
  }

  /// Layers loaded; shown only when loading takes long enough to wonder.
  func loaded(_ layers: Int, of total: Int) throws {
    try Interruption.check()
    advancedSlowly(to: layers, of: total)
  }

  private func advancedSlowly(to done: Int, of total: Int) {
    if MonotonicClock.now - start > 2_000_000_000 { advanced(to: done, of: total) }
  }

  private func finish() {
    Screen.endLine()
    isBarShown = false
  }

  private func clear() {
    if isBarShown { Screen.clear() }
    isBarShown = false
  }

  static func duration(_ seconds: Double) -> String {
    let whole = Int(seconds.rounded())
    if whole < 60 { return "\(whole) s" }
    if whole < 3600 { return "\(whole / 60) min \(whole % 60) s" }
    return "\(whole / 3600) h \(whole % 3600 / 60) min"
  }
}

/// A bar that shows how far something is.
package enum ProgressBar {
  /// What a bar is drawn with: what is done, and what is not.
  package typealias Style = (done: String, open: String)

  /// For terminals that show any character.
  package static let blocks: Style = ("█", "░")
  /// For terminals that know ASCII alone.
  package static let signs: Style = ("#", ".")

  /// A bar with numbers beside it, in at most a number of columns: where there is no room for a bar, the numbers alone.
  package static func line(
    _ done: Int,
    of total: Int,
    _ text: String,
    columns: Int,
    _ style: Style = blocks
  ) -> String {
    let numbers = "\(done)/\(total) \(text)"
    let width = min(30, columns - TerminalText.columns(of: numbers) - 1)
    guard width >= 5 else { return numbers }
    let filled = total > 0 ? min(width * done / total, width) : width
    let bar = String(repeating: style.done, count: filled) + String(repeating: style.open, count: width - filled)
    return bar + " " + numbers
  }
}
