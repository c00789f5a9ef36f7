import Foundation
import SpecDocument
import SpecFiles

// All that the program shows passes here, so that no text of a file, a database, a model, an argument or the environment
// can command the terminal. What commands it on purpose is written in this file.

/// Writes a text and a newline to standard output; what a terminal would obey is shown by its number.
///
/// - Throws: as ``Screen/write(_:)``.
func say(_ text: String) throws {
  try Screen.write(TerminalText.harmless(text) + "\n")
}

/// Writes a document to standard output as Markdown, which is to be read there and to be pasted elsewhere.
///
/// - Throws: as ``Screen/write(_:)``.
func say(markdown document: Document) throws { try say(String(MarkdownRenderer().render(document).dropLast())) }

/// Writes a document to standard output as plain text, as wide as a terminal is.
///
/// - Throws: as ``Screen/write(_:)``.
func say(_ document: Document) throws {
  try say(String(TerminalRenderer(columns: Screen.columns).render(document).dropLast()))
}

/// Writes the text of a file for programs to standard output: exactly, unless that is a terminal.
///
/// - Throws: as ``Screen/write(_:)``.
func sayExactly(_ text: String) throws {
  try Screen.write(isatty(STDOUT_FILENO) == 1 ? TerminalText.harmless(text) : text)
}

/// Writes a text and a newline to standard error; what a terminal would obey is shown by its number.
/// There is nobody to tell if that fails.
func tell(_ text: String) { Screen.show(TerminalText.harmless(text) + "\n") }

/// What is written to a terminal beside plain lines.
enum Screen {
  /// The start of accepted tokens, and their end.
  static let accepted = (start: "\u{1B}[32m", end: "\u{1B}[0m")

  /// Whether progress can be drawn: on a terminal that can go back in its line. Elsewhere there are plain lines.
  static let drawsProgress = obeys(STDERR_FILENO)

  /// Whether what is drawn may have other characters than ASCII, by the first variable that says which characters the
  /// terminal has. Texts are UTF-8 all the same.
  static let drawsUnicode: Bool = {
    let environment = ProcessInfo.processInfo.environment
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].compactMap { environment[$0] }.first { !$0.isEmpty } ?? "C"
    return ["utf-8", "utf8"].contains { locale.lowercased().contains($0) }
  }()

  /// Whether a descriptor is a terminal that can be commanded. One that is called dumb cannot, nor one without a name.
  static func obeys(_ descriptor: Int32) -> Bool {
    let name = ProcessInfo.processInfo.environment["TERM"] ?? ""
    return isatty(descriptor) == 1 && !["", "dumb"].contains(name)
  }

  /// Draws a line of progress in the place of the one before it, cut to the terminal's width.
  static func draw(_ text: String) {
    // In the last column some terminals already begin a new line.
    let columns = max(width(of: STDERR_FILENO) - 1, 1)
    let line = TerminalText.cut(TerminalText.line(text), columns: columns, mark: drawsUnicode ? "…" : ">")
    show("\r\u{1B}[K\(line)")
  }

  /// Removes the line of progress.
  static func clear() { show("\r\u{1B}[K") }

  /// Leaves the line of progress where it is and goes on below.
  static func endLine() { show("\n") }

  /// How many columns standard output has; nil where it is no terminal.
  static var columns: Int? { isatty(STDOUT_FILENO) == 1 ? width(of: STDOUT_FILENO) : nil }

  /// How many columns a terminal has now; 80 where nobody knows.
  static func width(of descriptor: Int32) -> Int {
    var size = winsize()
    if ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 { return Int(size.ws_col) }
    return ProcessInfo.processInfo.environment["COLUMNS"].flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil } ?? 80
  }

  /// Writes to standard output what is harmless or meant to command the terminal.
  ///
  /// - Throws: ``ClosedOutput`` if its reader has gone, ``UnwritableFile`` if it cannot be written, as when a disk is full.
  static func write(_ text: String) throws {
    guard let problem = RawOutput.write(Array(text.utf8), to: STDOUT_FILENO) else { return }
    if problem.code == EPIPE { throw ClosedOutput() }
    throw UnwritableFile(path: "standard output", problem)
  }

  /// Tells a last line, below a line of progress, unless that would have to be waited for: a terminal that is held, or a
  /// pipe that nobody empties, must not hold the process.
  static func tellWithoutWaiting(_ text: String) {
    writeWithoutWaiting(freshLine + TerminalText.harmless(text) + "\n", to: STDERR_FILENO)
  }

  /// Ends the color that a text which was cut off may have left.
  static func resetColor() {
    if obeys(STDOUT_FILENO) { writeWithoutWaiting(accepted.end, to: STDOUT_FILENO) }
  }

  /// What leaves a line of progress as it is.
  static var freshLine: String { drawsProgress ? "\n" : "" }

  fileprivate static func show(_ text: String) { _ = RawOutput.write(Array(text.utf8), to: STDERR_FILENO) }

  private static func writeWithoutWaiting(_ text: String, to descriptor: Int32) {
    var place = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    guard poll(&place, 1, 100) == 1, place.revents & Int16(POLLOUT) != 0 else { return }
    _ = RawOutput.write(Array(text.utf8), to: descriptor)
  }
}

/// The reader of standard output has gone, as `head` does when it has seen enough: no failure, and nothing to be told.
struct ClosedOutput: Error {
  /// What a shell says of a process that such a write ends.
  static let exitCode: Int32 = 128 + SIGPIPE
}

/// Makes writing to standard output and error fail rather than end the process, where their reader has gone or a file may
/// grow no further, and keeps the next file that is opened from taking the place of one that is closed: it would get what is
/// meant for a terminal.
func holdStandardStreams() {
  for number in [SIGPIPE, SIGXFSZ] { signal(number, SIG_IGN) }
  for descriptor in 0...2 as ClosedRange<Int32> where fcntl(descriptor, F_GETFD) < 0 {
    // The lowest number that is free is taken; the wrong direction makes uses fail as those of a closed one do.
    _ = open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY)
  }
}
