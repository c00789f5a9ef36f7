import SpecFiles

/// A bar that shows how far something is.
package enum ProgressBar {
  /// A bar with numbers beside it, in at most a number of columns: where there is no room for a bar, the numbers alone.
  package static func line(_ done: Int, of total: Int, _ text: String, columns: Int) -> String {
    let numbers = "\(done)/\(total) \(text)"
    let width = min(30, columns - TerminalText.columns(of: numbers) - 1)
    guard width >= 5 else { return numbers }
    let filled = total > 0 ? min(width * done / total, width) : width
    return String(repeating: "█", count: filled) + String(repeating: "░", count: width - filled) + " " + numbers
  }
}
