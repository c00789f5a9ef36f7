import Foundation
import SpecFiles

/// Writes a text and a newline to standard output.
///
/// - Throws: ``ClosedOutput`` if its reader has gone, ``UnwritableFile`` if it cannot be written, as when a disk is full.
func say(_ text: String) throws { try write(text + "\n") }

/// Writes a text to standard output as it is.
///
/// - Throws: As ``say(_:)``.
func write(_ text: String) throws {
  guard let problem = RawOutput.write(Array(text.utf8), to: STDOUT_FILENO) else { return }
  if problem.code == EPIPE { throw ClosedOutput() }
  throw UnwritableFile(path: "standard output", problem)
}

/// Writes a line to standard error.
func tell(_ text: String) { show(text + "\n") }

/// Writes a text to standard error as it is. There is nobody to tell if that fails.
func show(_ text: String) { _ = RawOutput.write(Array(text.utf8), to: STDERR_FILENO) }

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
