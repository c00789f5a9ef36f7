import Foundation
import Synchronization

/// Notices Ctrl-C and a polite termination, so that a training can save its state before it ends.
public enum Interruption {
  private static let isWanted = Atomic<Bool>(false)

  /// Begins to notice; a second Ctrl-C ends the process as usual.
  public static func observe() {
    for number in [SIGINT, SIGTERM] { signal(number, note) }
  }

  private static let note: @convention(c) (Int32) -> Void = { number in
    Interruption.isWanted.store(true, ordering: .relaxed)
    signal(number, SIG_DFL)
  }

  /// Whether the process was asked to end.
  public static var isRequested: Bool { isWanted.load(ordering: .relaxed) }
}
