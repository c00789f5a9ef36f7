import Foundation
import SpecCore
import Synchronization

/// Asks a server with a fixed number of requests in flight: as many clients, each of which sends its next request when the
/// last one has been answered (a closed loop).
///
/// A conversation belongs to one client, which goes through its turns in order; a client whose conversation has ended takes
/// the next that nobody has taken. A request that fails is not made again: the client goes on with the next.
package struct ClosedLoop {
  /// One request and what became of it.
  package struct Request: Sendable {
    /// The conversation's place.
    package let conversation: Int
    /// The turn's place in it.
    package let turn: Int
    /// Which client made it, from 0.
    package let client: Int
    /// When the client began with it, in nanoseconds since the loop began; the connection is opened then.
    package let sent: UInt64
    /// The answer, or why there is none.
    package let outcome: Result<ServerAnswer, EngineFault>
  }

  /// What a loop has come to.
  package struct Outcome: Sendable {
    /// The requests in the order in which they ended.
    package var requests: [Request] = []
    /// Nanoseconds from the beginning of the loop until the last client had ended.
    package var wall: UInt64 = 0
    /// What the server counted meanwhile; nil where it does not count.
    package var counts: DraftCounts?
  }

  /// What the clients share.
  private struct Shared: Sendable {
    var next = 0
    var requests: [Request] = []
    var isStopped = false
  }

  private let dialect: any Dialect
  private let server: Server
  private let conversations: [[CompletionOrder]]
  private let clients: Int

  /// - Parameters:
  ///   - dialect: how the server is spoken with.
  ///   - server: the server.
  ///   - conversations: what is asked for, turn by turn.
  ///   - concurrency: how many clients there are; no more than conversations have anything to do.
  init(_ dialect: any Dialect, _ server: Server, conversations: [[CompletionOrder]], concurrency: Int) {
    self.dialect = dialect
    self.server = server
    self.conversations = conversations.map { turns in
      turns.map { order in
        var order = order
        order.isAlone = false
        return order
      }
    }
    clients = min(concurrency, conversations.count)
  }

  /// Goes through all conversations.
  ///
  /// The clients are threads that sleep while they wait: arrivals are stamped by the event loop of ``ServerClient``.
  ///
  /// - Parameters:
  ///   - progress: called now and then with the number of requests that have ended.
  ///   - shouldStop: asked ten times a second.
  /// - Returns: what came of it.
  /// - Throws: ``EngineFault/stopped`` if it was to stop, or what asking for counters throws.
  func run(progress: (Int) -> Void, shouldStop: () -> Bool) throws(EngineFault) -> Outcome {
    let before = try dialect.counters(server)
    let shared = SharedState()
    let ended = DispatchSemaphore(value: 0)
    let start = ServerExchange.now
    for client in 0..<clients {
      Thread.detachNewThread { [dialect, server, conversations] in
        Self.ask(conversations, dialect, server, client: client, since: start, shared)
        ended.signal()
      }
    }
    var running = clients
    var told = 0
    while running > 0 {
      if ended.wait(timeout: .now() + .milliseconds(100)) == .success { running -= 1 }
      if shouldStop() { shared.value.withLock { $0.isStopped = true } }
      let count = shared.value.withLock { $0.requests.count }
      if count > told { progress(count) }
      told = count
    }
    var outcome = Outcome()
    outcome.wall = ServerExchange.now - start
    let (requests, isStopped) = shared.value.withLock { ($0.requests, $0.isStopped) }
    if isStopped, requests.count < conversations.reduce(0, { $0 + $1.count }) { throw .stopped }
    outcome.requests = requests
    // A server that has died has no counters any more; its requests tell of it.
    if let before, let after = try? dialect.counters(server) { outcome.counts = after.since(before) }
    return outcome
  }

  /// What one client does.
  private static func ask(
    _ conversations: [[CompletionOrder]],
    _ dialect: any Dialect,
    _ server: Server,
    client: Int,
    since start: UInt64,
    _ shared: SharedState
  ) {
    while let conversation = shared.take(of: conversations.count) {
      for (turn, order) in conversations[conversation].enumerated() {
        let sent = ServerExchange.now - start
        let outcome: Result<ServerAnswer, EngineFault>
        do {
          outcome = .success(try dialect.complete(order, server, shouldStop: { shared.isStopped }))
        } catch {
          outcome = .failure(error)
        }
        if shared.isStopped { return }
        let request = Request(
          conversation: conversation,
          turn: turn,
          client: client,
          sent: sent,
          outcome: outcome
        )
        shared.value.withLock { $0.requests.append(request) }
      }
    }
  }

  /// Reached by all clients and by whoever waits for them.
  private final class SharedState: Sendable {
    let value = Mutex(Shared())

    var isStopped: Bool { value.withLock { $0.isStopped } }

    /// The next conversation that nobody has taken.
    func take(of count: Int) -> Int? {
      value.withLock { shared in
        guard shared.next < count, !shared.isStopped else { return nil }
        defer { shared.next += 1 }
        return shared.next
      }
    }
  }
}

extension EngineServer {
  /// Asks for many answers with some requests in flight.
  ///
  /// - Parameters:
  ///   - conversations: what is asked for, turn by turn.
  ///   - concurrency: how many requests are in flight at a time.
  ///   - progress: called now and then with the number of requests that have ended.
  ///   - shouldStop: asked ten times a second.
  /// - Returns: what came of it; requests that failed are among the others.
  /// - Throws: ``EngineFault`` if the server is not there at the beginning, or if it was to stop.
  package func complete(
    _ conversations: [[CompletionOrder]],
    concurrency: Int,
    progress: (Int) -> Void,
    shouldStop: () -> Bool
  ) throws(EngineFault) -> ClosedLoop.Outcome {
    let loop = ClosedLoop(
      dialect,
      try ready(shouldStop: shouldStop),
      conversations: conversations,
      concurrency: concurrency
    )
    return try loop.run(progress: progress, shouldStop: shouldStop)
  }
}
