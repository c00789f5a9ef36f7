import Dispatch
import Synchronization

/// A request on its way to the model, with the place that its answer goes to.
struct Job: Sendable {
  /// What to generate.
  let request: GenerationRequest
  /// How the client is told.
  let answer: any Answer
  /// Whether tokens are told as they come.
  let isStreamed: Bool
  /// Where the answer goes.
  let reply: Reply
  /// When it came, by the monotonic clock in nanoseconds.
  let arrival: UInt64
}

/// The requests that wait for the model, first come, first served.
package final class JobQueue: Sendable {
  private struct State {
    var jobs: [Job] = []
    var isClosed = false
  }

  private let state = Mutex(State())
  private let arrivals = DispatchSemaphore(value: 0)
  /// How many requests may wait.
  package let capacity: Int

  /// - Parameter capacity: how many requests may wait beside the one that is answered.
  package init(capacity: Int) { self.capacity = capacity }

  /// How many requests wait.
  var count: Int { state.withLock { $0.jobs.count } }

  /// Whether no further request is taken.
  package var isClosed: Bool { state.withLock { $0.isClosed } }

  /// Takes a request in.
  ///
  /// - Throws: ``Refusal`` if the queue is full or closed.
  func submit(_ job: Job) throws(Refusal) {
    let problem = state.withLock { state -> Refusal? in
      if state.isClosed { return .stopping }
      // Those whose clients have gone need no place.
      if state.jobs.count >= capacity { state.jobs.removeAll { $0.reply.isGone } }
      if state.jobs.count >= capacity {
        return Refusal(
          503,
          "\(capacity) requests are waiting already; ask again later",
          type: "unavailable_error"
        )
      }
      state.jobs.append(job)
      return nil
    }
    if let problem { throw problem }
    arrivals.signal()
  }

  /// Waits for the next request.
  ///
  /// - Returns: the request; nil once the queue is closed.
  func next() -> Job? {
    while true {
      arrivals.wait()
      let (job, isClosed) = state.withLock { state in
        (state.isClosed || state.jobs.isEmpty ? nil : state.jobs.removeFirst(), state.isClosed)
      }
      if isClosed || job != nil { return job }
    }
  }

  /// Takes no further request. Whoever waits for one hears of it; those that wait are refused.
  package func close() {
    let waiting = state.withLock { state -> [Job] in
      defer { state.jobs = [] }
      state.isClosed = true
      return state.jobs
    }
    for job in waiting { job.reply.refuse(.stopping) }
    arrivals.signal()
  }
}
