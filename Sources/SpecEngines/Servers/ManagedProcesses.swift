import Foundation
import Synchronization

/// The programs that this process has started and not ended yet. Each leads a process group of its own, so that what it has
/// started goes with it.
package enum ManagedProcesses {
  private static let leaders = Mutex<Set<pid_t>>([])
  private static let endsWithProcess = Mutex(false)

  /// Remembers a program, and makes sure that it ends with this process.
  static func add(_ leader: pid_t) {
    _ = leaders.withLock { $0.insert(leader) }
    endsWithProcess.withLock { isSet in
      if !isSet { atexit { ManagedProcesses.endAll() } }
      isSet = true
    }
  }

  /// Forgets a program that has ended.
  static func forget(_ leader: pid_t) { _ = leaders.withLock { $0.remove(leader) } }

  /// Ends all of them at once, for a process that ends in the middle of its work.
  package static func endAll() {
    let all = leaders.withLock { leaders in
      defer { leaders = [] }
      return leaders
    }
    for leader in all { kill(-leader, SIGKILL) }
  }
}
