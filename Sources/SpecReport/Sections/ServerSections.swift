import SpecDocument
import SpecMetrics
import SpecStatistics
import SpecStore

// What a run that measured another engine says of its servers.
extension RunSections {
  /// More failures than these are no longer read.
  private static let shownFailures = 10

  /// What has to be known before the first number: failed probes, and servers that took turns.
  var servedNotice: [Block] {
    guard let served = summary.served else { return [] }
    var points = served.failedProbes.map { probe -> RichText in "\(decoderName(probe.decoderID)): \(probe.finding)" }
    if served.servers.contains(where: \.isExclusive) {
      points.append(
        "The servers could not run at the same time: they took turns, each for all prompts of a repeat, so that times "
          + "compared here were taken minutes apart."
      )
    }
    if !served.failures.isEmpty {
      points.append("\(quantityOfFailures(served.failures.count)) failed; see below.")
    }
    points += loadPoints
    guard !points.isEmpty else { return [] }
    return [
      .note([
        .paragraph("\(strong: "WARNING: not everything was as it should be.")"), .list(points.map { ListItem($0) }),
      ])
    ]
  }

  private func quantityOfFailures(_ count: Int) -> String {
    count == 1 ? "1 try of a generation" : "\(count) tries of generations"
  }

  /// What each server is.
  var servers: [Block] {
    guard let served = summary.served else { return [] }
    var table = Table(
      labels: ["Decoder", "Dialect", "Version", "Model", "Weights", "Speculation", "Where", "Note"],
      numbers: []
    )
    for server in served.servers {
      table.append([
        decoderName(server.decoderID), server.dialect, known(server.version), known(server.model),
        known(server.weightType),
        known(server.speculation), server.command ?? server.address, server.note ?? "",
      ])
    }
    let writer: RichText =
      !served.servers[0].takesIDs
      ? "sent as texts or conversations, from which each server makes the tokens itself"
      : summary.run.tokenizerHash.isEmpty
        ? "sent as token ids, which the baseline's server has made of them"
        : "made into tokens here, by the tokenizer of the model's files, and sent as token ids"
    let loaded: RichText = summary.loads == nil ? "" : ", but for those of the section \"By concurrency\""
    return section(
      "Servers",
      table,
      """
      What the servers tell of themselves; "–" where they do not tell. A command stands for a server that was started and
      ended by this program. Prompts were \(writer). Requests were made one at a time\(loaded). Speedups are formed between
      servers of this one engine only.
      """
    )
  }

  /// What was looked at before measuring.
  var probes: [Block] {
    guard let served = summary.served, !served.probes.isEmpty else { return [] }
    var table = Table(labels: ["Decoder", "Probe", "Result", "Finding"], numbers: [])
    for probe in served.probes {
      let result = probe.passed.map { $0 ? "as it should be" : "FAILED" } ?? "not told"
      table.append([decoderName(probe.decoderID), probe.name, result, probe.finding])
    }
    return section(
      "Probes",
      table,
      "Before anything was measured, each server was asked the first prompt twice, with the fields of the measurement."
    )
  }

  /// The client's times beside the servers'.
  var clocks: [Block] {
    guard let served = summary.served else { return [] }
    var table = Table(
      labels: ["Decoder"],
      numbers: ["TTFT, client", "Prompt, server", "Per token, client", "Per token, server", "Client over server"]
    )
    for decoder in summary.allDecoders {
      let all = served.told[decoder.id] ?? []
      let both = all.filter { $0.server.decodeNanoseconds != nil }
      let server = both.reduce(0) { $0 + ($1.server.decodeNanoseconds ?? 0) }
      let client = both.reduce(0) { $0 + $1.decodeNanoseconds }
      table.append([
        name(decoder),
        NumberFormat.milliseconds(mean(all.map(\.prefillNanoseconds))),
        NumberFormat.milliseconds(mean(all.compactMap(\.server.promptNanoseconds))),
        NumberFormat.milliseconds(perToken(all.reduce(0) { $0 + $1.decodeNanoseconds }, all)),
        NumberFormat.milliseconds(perToken(server, both)),
        server > 0 ? NumberFormat.percent(Double(client - server) / Double(server)) : NumberFormat.missing,
      ])
    }
    return section(
      "Clocks",
      table,
      """
      Every time, ratio and interval of this report is by the client's clock: from the sending of the request to the
      arrival of a piece of the answer. Beside them the means by the server's own clock, where it tells its times: the pass
      over the prompt, and the decode time per token. The last column is what client and network add to the decode time.
      """
    )
  }

  /// What the servers counted.
  var serverCounts: [Block] {
    guard let served = summary.served else { return [] }
    var table = Table(
      labels: ["Decoder", "Lengths of passes"],
      numbers: ["Passes with a draft", "Drafted", "Accepted", "Acceptance", "Cached prompt tokens"]
    )
    for decoder in summary.allDecoders {
      let all = (served.told[decoder.id] ?? []).map(\.server)
      let sources = Set(all.map { $0.passSource.map(Self.sourceText) ?? "not known" }).sorted()
      let (drafted, accepted) = (sum(all, \.drafted), sum(all, \.accepted))
      let rate = drafted.flatMap { drafted in accepted.flatMap { drafted > 0 ? Double($0) / Double(drafted) : nil } }
      table.append([
        name(decoder), sources.joined(separator: ", "), count(sum(all, \.drafts)), count(drafted), count(accepted),
        NumberFormat.percent(rate), count(sum(all, \.cachedTokens)),
      ])
    }
    return section(
      "What the servers counted",
      table,
      """
      Sums over all generations, where the server told them of every one. Accepted tokens are counted before an answer is
      cut at a stop. The lengths of passes, from which #Mean Accepted Tokens is formed, rest on what the second column says:
      each pass's own times and counts, or the server's list of its passes, or the pieces of the stream, whose number is
      checked with the server's counters where it has them; a server may put two passes into one piece.
      """
    )
  }

  /// The tries that failed.
  var failures: [Block] {
    guard let served = summary.served, !served.failures.isEmpty else { return [] }
    let shown = served.failures.prefix(Self.shownFailures).map { failure in
      ListItem("\(decoderName(failure.decoderID)), repeat \(failure.repeatIndex + 1): \(failure.reason)")
    }
    let more = served.failures.count - shown.count
    let rest: [Block] =
      more > 0 ? [.paragraph("\(more) more are in the database, in the table \(code: "failure").")] : []
    return [.heading(2, "Failed tries"), .list(shown)] + rest
  }

  private func decoderName(_ id: Int64) -> String {
    summary.allDecoders.first { $0.id == id }.map(name) ?? NumberFormat.missing
  }

  private static func sourceText(_ source: String) -> String {
    switch source {
    case "timings": "each pass's times and counts"
    case "lists": "the server's list"
    case "counted_chunks": "pieces, checked with counters"
    case "chunks": "pieces alone"
    case "vanilla": "one token each"
    default: source
    }
  }

  private func known(_ text: String?) -> String { text ?? NumberFormat.missing }
  private func count(_ number: Int?) -> String { number.map(String.init) ?? NumberFormat.missing }

  /// A sum; nil where not every generation has the number.
  private func sum(_ all: [ServedGenerationRecord], _ number: (ServedGenerationRecord) -> Int?) -> Int? {
    let numbers = all.compactMap(number)
    return numbers.isEmpty || numbers.count < all.count ? nil : numbers.reduce(0, +)
  }

  private func mean(_ nanoseconds: [Int]) -> Double? {
    nanoseconds.isEmpty ? nil : Double(nanoseconds.reduce(0, +)) / Double(nanoseconds.count) / 1e6
  }

  private func perToken(_ nanoseconds: Int, _ all: [ServedRun.Told]) -> Double? {
    let tokens = all.reduce(0) { $0 + $1.decodeTokens }
    return tokens > 0 && nanoseconds > 0 ? Double(nanoseconds) / Double(tokens) / 1e6 : nil
  }
}
