import SpecStore

/// What a run that measured another engine has beside what every run has.
struct ServedRun: Sendable {
  /// The servers, one for each decoder.
  let servers: [ServerRecord]
  /// What was probed.
  let probes: [ProbeRecord]
  /// The tries that failed.
  let failures: [FailureRecord]
  /// What the servers told, by decoder.
  let told: [Int64: [Told]]

  /// What a server told of a generation, beside what the client saw.
  struct Told: Sendable {
    let prefillNanoseconds: Int
    let decodeNanoseconds: Int
    let decodeTokens: Int
    let server: ServedGenerationRecord
  }

  /// Reads a run; nil for one of this package's own decoders, and for imported answers.
  ///
  /// - Parameters:
  ///   - store: the database.
  ///   - run: the run's id.
  /// - Throws: a `StoreError`.
  init?(store: BenchmarkStore, run: Int64) throws(StoreError) {
    servers = try store.servers(of: run)
    guard !servers.isEmpty else { return nil }
    failures = try store.failures(of: run)
    var told: [Int64: [Told]] = [:]
    for (generation, served) in try store.servedGenerations(of: run) {
      told[generation.decoderID, default: []].append(
        Told(
          prefillNanoseconds: generation.prefillNanoseconds,
          decodeNanoseconds: generation.decodeNanoseconds,
          decodeTokens: generation.record.decodeTokens,
          server: served
        )
      )
    }
    self.told = told
    probes = try store.probes(of: run).map { Self.measured($0, told[$0.decoderID] ?? []) }
  }

  /// A probe, after what was measured: drafts that need something repeated need not show in two short answers.
  private static func measured(_ probe: ProbeRecord, _ told: [Told]) -> ProbeRecord {
    guard probe.name == ProbeRecord.drafting, probe.passed == false,
      told.contains(where: { $0.server.drafted ?? 0 > 0 })
    else { return probe }
    return ProbeRecord(
      decoderID: probe.decoderID,
      name: probe.name,
      passed: true,
      finding: "it drafted nothing in the probe's two answers, but did while it was measured."
    )
  }

  /// The server of a decoder.
  func server(of decoder: Int64) -> ServerRecord? { servers.first { $0.decoderID == decoder } }

  /// What failed when the servers were probed.
  var failedProbes: [ProbeRecord] { probes.filter { $0.passed == false } }

  /// What the engine calls itself: the versions of its servers, or the dialect.
  var engineText: String {
    let versions = Set(servers.compactMap(\.version)).sorted()
    let name = servers[0].engine
    return versions.isEmpty ? "\(name), version unknown" : versions.joined(separator: " and ")
  }
}
