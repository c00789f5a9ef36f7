import SpecFiles

/// A bar that shows how far something is.
package enum ProgressBar {
  /// A bar with figures beside it, in at most a number of columns: where there is no room for a bar, the figures alone.
  package static func line(_ done: Int, of total: Int, _ text: String, columns: Int) -> String {
    let figures = "\(done)/\(total) \(text)"
    let width = min(30, columns - TerminalText.columns(of: figures) - 1)
    guard width >= 5 else { return figures }
    let filled = total > 0 ? min(width * done / total, width) : width
    return String(repeating: "█", count: filled) + String(repeating: "░", count: width - filled) + " " + figures
  }
}
