import SpecStore

/// Hears how a run goes on. All calls come between measurements, never inside one.
package protocol RunObserver {
  /// Something a person should know, in one sentence.
  func note(_ text: String)

  /// A decoder's output differs from vanilla's.
  ///
  /// - Parameters:
  ///   - difference: the first position that differs.
  ///   - decoder: the decoder's name.
  ///   - question: the question's id as people read it.
  ///   - turn: the turn, from 0.
  func mismatch(_ difference: Difference, decoder: String, question: String, turn: Int)

  /// Some more generations are done.
  ///
  /// - Parameters:
  ///   - done: generations that need no more work, the skipped ones included.
  ///   - total: all generations of the run.
  func advanced(to done: Int, of total: Int)

  /// Some more of the files that the run depends on were read and hashed, before anything is measured.
  ///
  /// - Parameters:
  ///   - done: bytes so far.
  ///   - total: all bytes.
  func checked(_ done: Int, of total: Int)

  /// Something else than generations is being done.
  ///
  /// - Parameter activity: in a few words, like `Warming up vanilla`; nil when it is over.
  func working(on activity: String?)

  /// The run is in the database: from now on it can be gone on with.
  func began()

  /// Whether the run is to end; asked before each cycle. The generation in flight is given up.
  var wantsToStop: Bool { get }
}

extension RunObserver {
  /// Nothing, for observers that do not want to know.
  package func working(on activity: String?) {}

  /// Nothing, as before.
  package func began() {}
}

/// A run that was asked to end before all was measured. What it has measured is in the database.
package struct RunInterrupted: Error, CustomStringConvertible {
  /// Whether the run is in the database already; what comes before reads files and writes nothing.
  package let hasBegun: Bool

  /// - Parameter hasBegun: whether the run is in the database already.
  package init(hasBegun: Bool = true) { self.hasBegun = hasBegun }

  /// One sentence that says how it goes on.
  package var description: String {
    hasBegun
      ? "Stopped: the same command with --resume goes on from here."
      : "Stopped before anything was measured or written: the same command begins again."
  }
}

/// Work that keeps nothing, such as a comparison, was asked to end.
package struct WorkInterrupted: Error {
  /// Nothing more is to be said.
  package init() {}
}
