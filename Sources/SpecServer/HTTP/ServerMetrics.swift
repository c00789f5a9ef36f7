import Synchronization

/// What was done since the server began.
package final class ServerMetrics: Sendable {
  /// The numbers.
  struct Counts: Sendable {
    var finished = 0
    var abandoned = 0
    var promptTokens = 0
    var tokens = 0
    /// Cycles with a draft.
    var drafts = 0
    var drafted = 0
    var accepted = 0
    /// How often the i-th drafted token was accepted.
    var acceptedAt: [Int] = []
    var isRunning = false
  }

  private let state = Mutex(Counts())

  /// Nothing done yet.
  package init() {}

  /// The numbers now.
  var counts: Counts { state.withLock { $0 } }

  func setRunning(_ isRunning: Bool) { state.withLock { $0.isRunning = isRunning } }

  func countAbandoned() { state.withLock { $0.abandoned += 1 } }

  func count(_ outcome: Outcome) {
    state.withLock { counts in
      counts.finished += 1
      counts.promptTokens += outcome.tally.promptTokens
      counts.tokens += outcome.tally.tokens
      counts.drafted += outcome.tally.drafted
      counts.accepted += outcome.tally.accepted
      for cycle in outcome.cycles where cycle.drafted > 0 {
        counts.drafts += 1
        while counts.acceptedAt.count < cycle.drafted { counts.acceptedAt.append(0) }
        for place in 0..<min(cycle.accepted, cycle.drafted) { counts.acceptedAt[place] += 1 }
      }
    }
  }
}

extension ServerMetrics.Counts {
  /// The numbers in Prometheus' text form (exposition format 0.0.4). As of vLLM, there are none of drafts where nothing
  /// drafts.
  func text(modelName: String, waiting: Int, speculates: Bool) -> String {
    let escaped = modelName.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    let labels = "engine=\"0\",model_name=\"\(escaped)\""
    var lines: [String] = []
    func add(_ name: String, _ value: Int, _ labels: String = "", kind: String = "counter") {
      let family = name.hasSuffix("_total") ? String(name.dropLast(6)) : name
      let type = "# TYPE \(kind == "counter" ? name : family) \(kind)"
      if !lines.contains(type) { lines.append(type) }
      lines.append("\(name)\(labels.isEmpty ? "" : "{\(labels)}") \(value)")
    }
    for (prefix, common) in [("vllm:", labels), ("llamacpp:", "")] where speculates {
      let comma = common.isEmpty ? "" : common + ","
      add(prefix + "spec_decode_num_drafts_total", drafts, common)
      add(prefix + "spec_decode_num_draft_tokens_total", drafted, common)
      add(prefix + "spec_decode_num_accepted_tokens_total", accepted, common)
      for (place, count) in acceptedAt.enumerated() {
        add(prefix + "spec_decode_num_accepted_tokens_per_pos_total", count, comma + "position=\"\(place)\"")
      }
    }
    add("vllm:prompt_tokens_total", promptTokens, labels)
    add("vllm:generation_tokens_total", tokens, labels)
    add("vllm:request_success_total", finished, labels)
    add("vllm:num_requests_running", isRunning ? 1 : 0, labels, kind: "gauge")
    add("vllm:num_requests_waiting", waiting, labels, kind: "gauge")
    add("llamacpp:prompt_tokens_total", promptTokens)
    add("llamacpp:tokens_predicted_total", tokens)
    add("llamacpp:requests_processing", isRunning ? 1 : 0, kind: "gauge")
    add("llamacpp:requests_deferred", waiting, kind: "gauge")
    add("specbench:requests_abandoned_total", abandoned)
    return lines.joined(separator: "\n") + "\n"
  }
}
