import Foundation
import Synchronization

/// The stores that are open, for a process that ends in the middle of its work.
///
/// What SQLite keeps beside a database, its newest rows included, goes into the file when the database is closed. A process
/// that leaves it there leaves a file that is whole only together with its companions.
package enum OpenStores {
  private struct Entry {
    weak var store: BenchmarkStore?
  }

  private static let stores = Mutex<[ObjectIdentifier: Entry]>([:])

  static func add(_ store: BenchmarkStore) { stores.withLock { $0[ObjectIdentifier(store)] = Entry(store: store) } }

  /// For a store that goes, when nothing can refer to it weakly any more.
  static func forget(_ store: BenchmarkStore) {
    let identifier = ObjectIdentifier(store)
    stores.withLock { $0[identifier] = nil }
  }

  /// Closes all databases. Whoever uses one afterwards gets an error. A transaction or a query that goes on longer is
  /// left alone: its database then stays as a process that is killed leaves it, which loses nothing.
  ///
  /// - Parameter seconds: how long to wait at most.
  package static func closeAll(within seconds: Double) {
    let done = DispatchSemaphore(value: 0)
    Thread.detachNewThread {
      // There is nobody to tell of one that cannot be closed.
      for store in stores.withLock({ $0.values.compactMap(\.store) }) { try? store.queue.close() }
      done.signal()
    }
    _ = done.wait(timeout: .now() + seconds)
  }
}
