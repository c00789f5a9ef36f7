/// The counters of a server's `/metrics`, in the text format of Prometheus.
struct MetricsPage {
  private var values: [String: Double] = [:]

  /// Reads a page; what is no sample is passed over.
  ///
  /// - Parameter text: the page.
  init(_ text: String) {
    for line in text.split(whereSeparator: \.isNewline) where !line.hasPrefix("#") {
      // NAME{LABELS} VALUE [TIMESTAMP]
      let name = line.prefix { $0 != "{" && $0 != " " }
      let rest =
        line[name.endIndex...].first == "{"
        ? line[name.endIndex...].drop { $0 != "}" }.dropFirst() : line[name.endIndex...]
      guard let value = rest.split(separator: " ").first.flatMap({ Double($0) }), value.isFinite else { continue }
      // The samples of several engines or models of one server add up.
      values[String(name), default: 0] += value
    }
  }

  /// The counters of speculative decoding, in vLLM's names.
  ///
  /// - Parameter prefix: what the names begin with, such as `vllm:`.
  /// - Returns: the counters; nil without any.
  func drafts(prefix: String) -> DraftCounts? {
    func value(_ name: String) -> Int? {
      values["\(prefix)spec_decode_num_\(name)_total"].flatMap { Int(exactly: $0.rounded()) }
    }
    let counts = DraftCounts(
      drafts: value("drafts"),
      drafted: value("draft_tokens"),
      accepted: value("accepted_tokens")
    )
    return counts == DraftCounts() ? nil : counts
  }
}

extension DraftCounts {
  /// What was counted since an earlier moment; nil where one of both is not known, or a counter was set back.
  package func since(_ before: DraftCounts) -> DraftCounts {
    func difference(_ now: Int?, _ then: Int?) -> Int? {
      now.flatMap { now in then.flatMap { now >= $0 ? now - $0 : nil } }
    }
    return DraftCounts(
      drafts: difference(drafts, before.drafts),
      drafted: difference(drafted, before.drafted),
      accepted: difference(accepted, before.accepted)
    )
  }
}
