import Foundation
import Synchronization

/// Notices Ctrl-C and a polite termination, so that what runs can end in order.
enum Interruption {
  private static let isWanted = Atomic<Bool>(false)

  /// Begins to notice; a second Ctrl-C ends the process as usual.
  static func observe() {
    for number in [SIGINT, SIGTERM] { signal(number, note) }
  }

  private static let note: @convention(c) (Int32) -> Void = { number in
    Interruption.isWanted.store(true, ordering: .relaxed)
    signal(number, SIG_DFL)
  }

  /// Whether the process was asked to end.
  static var isRequested: Bool { isWanted.load(ordering: .relaxed) }
}
