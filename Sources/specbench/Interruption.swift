import Foundation
import SpecEngines
import SpecFiles
import SpecStore
import Synchronization

/// Hears that the process is asked to end: by Ctrl-C, a polite termination or a terminal that is closed.
///
/// Work that can be broken off asks ``isRequested`` and ends in order. Where that does not come about within a moment, as
/// in the middle of a long pass, the process ends as it is: every result is written in one transaction or gets its name
/// at last, so nothing is half written. A second request ends the process at once.
enum Interruption {
  /// Seconds that work has to end in order.
  private static let patience = 0.7
  /// Requests that come so close after the first, in seconds, are the same one: some programs send it to a process and then
  /// to its group.
  private static let sameRequest = 0.05

  /// The signal of the request; 0 for none.
  private static let requested = Atomic<Int32>(0)
  /// Whether somebody has begun to tell that the process ends.
  private static let isTold = Atomic<Bool>(false)
  /// What the end in order does, if it has begun and may take its time.
  private static let ending = Mutex<String?>(nil)
  private static let promise = Mutex("Stopped.")
  /// What ends work that waits for something else than the request.
  private static let waking = Mutex<(@Sendable () -> Void)?>(nil)

  /// Begins to hear, before any other thread is there. A process that was told to ignore closed terminals, as `nohup` does,
  /// goes on doing so.
  static func observe() {
    var signals = sigset_t()
    sigemptyset(&signals)
    for number in [SIGINT, SIGTERM, SIGHUP] where number != SIGHUP || !isIgnored(number) {
      signal(number, SIG_DFL)
      sigaddset(&signals, number)
    }
    pthread_sigmask(SIG_BLOCK, &signals, nil)
    Thread.detachNewThread { [signals] in listen(signals) }
  }

  /// Whether the process was asked to end.
  static var isRequested: Bool { requested.load(ordering: .relaxed) != 0 }

  /// Says what is kept and how to go on, should the process be ended from now on.
  ///
  /// - Parameter sentence: one sentence.
  static func promise(_ sentence: String) { promise.withLock { $0 = sentence } }

  /// Ends work that waits for something else than the request, as a server does.
  ///
  /// - Parameter action: called at once if the request has come already, on a thread of its own.
  static func whenRequested(_ action: @escaping @Sendable () -> Void) {
    waking.withLock { $0 = action }
    if isRequested { action() }
  }

  /// For work that can be broken off here.
  ///
  /// - Throws: ``Interrupted`` if the process was asked to end.
  static func check() throws { if isRequested { throw Interrupted() } }

  /// Lets work that has heard the request take its time to save what it has.
  ///
  /// - Parameter sentence: what it does; told if it takes long.
  static func takesTime(_ sentence: String) { ending.withLock { $0 = sentence } }

  /// For a thread that could go on although another one is ending the process: it waits for that.
  static func leaveEndToOthers() { if isTold.load(ordering: .relaxed) { while true { pause() } } }

  /// Ends a process that has ended its work in order.
  static func end() -> Never {
    // Else the watching thread is about to end it.
    guard !isTold.exchange(true, ordering: .relaxed) else { while true { pause() } }
    let number = requested.load(ordering: .relaxed)
    tell(Screen.freshLine + promise.withLock { $0 })
    exit(128 + (number == 0 ? SIGINT : number))
  }

  private static func listen(_ signals: sigset_t) {
    let first = next(of: signals)
    let time = ContinuousClock.now
    requested.store(first, ordering: .relaxed)
    if let wake = waking.withLock({ $0 }) { Thread.detachNewThread(wake) }
    Thread.detachNewThread {
      Thread.sleep(forTimeInterval: patience)
      if let sentence = ending.withLock({ $0 }) {
        Screen.tellWithoutWaiting(sentence)
      } else {
        endAsItIs(first)
      }
    }
    while true {
      let second = next(of: signals)
      guard ContinuousClock.now - time > .seconds(sameRequest) else { continue }
      ManagedProcesses.endAll()
      TemporaryPlaces.removeAll()
      Screen.resetColor()
      _exit(128 + second)
    }
  }

  private static func next(of signals: sigset_t) -> Int32 {
    var (signals, number) = (signals, Int32(0))
    while sigwait(&signals, &number) != 0 {}
    return number
  }

  /// Ends the process in the middle of what it does.
  private static func endAsItIs(_ number: Int32) {
    // Else the main thread is about to end it.
    guard !isTold.exchange(true, ordering: .relaxed) else { return }
    ManagedProcesses.endAll()
    OpenStores.closeAll(within: patience)
    TemporaryPlaces.removeAll {
      Screen.resetColor()
      Screen.tellWithoutWaiting(promise.withLock { $0 })
      _exit(128 + number)
    }
  }

  private static func isIgnored(_ number: Int32) -> Bool {
    let before = signal(number, SIG_IGN)
    signal(number, before)
    return unsafeBitCast(before, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
  }
}

/// The process was asked to end, and its work has ended in order.
struct Interrupted: Error {}
