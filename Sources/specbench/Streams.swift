import Foundation

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
