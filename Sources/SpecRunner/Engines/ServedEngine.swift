import Foundation
import SpecCore
import SpecDecoding
import SpecEngines
import SpecFiles
import SpecStore

/// The servers of an engine while a run lasts.
package final class ServedEngine {
  /// What the user says of it.
  package let settings: EngineSettings
  /// The servers, the baseline's first.
  package let servers: [EngineServer]
  /// Most tokens of an answer to a probe.
  private static let probedTokens = 64
  private var findings: [[ProbeFinding]] = []
  /// Whether prompts are sent as token ids.
  private var sendsIDs = false

  /// An engine whose servers have not been asked anything.
  ///
  /// - Parameters:
  ///   - settings: what the user says of it.
  ///   - logs: what the names of the files begin with that outputs of started programs go to.
  ///   - registry: the dialects.
  /// - Throws: `EngineSettingError`.
  package init(
    _ settings: EngineSettings,
    logs: String,
    registry: DialectRegistry = .builtIn
  ) throws(EngineSettingError) {
    self.settings = settings
    var servers: [EngineServer] = []
    for server in settings.servers {
      let log = "\(logs)-\(FileNameText.name(server.name)).log"
      servers.append(try EngineServer(server, registry: registry, log: log))
    }
    self.servers = servers
    guard settings.isExclusive else { return }
    for server in servers {
      server.willStart = { [unowned self, unowned server] in stop(allBut: server) }
    }
  }

  private func stop(allBut server: EngineServer) { for other in servers where other !== server { other.stop() } }

  deinit { stop() }

  /// The server that the others are compared with.
  package var baseline: EngineServer { servers[0] }

  /// Starts what is to be started, and asks all what they are. Where only one can run, that is the baseline's.
  ///
  /// - Parameter observer: hears of it, and may end it.
  /// - Throws: `EngineFault`, ``RunInterrupted``.
  package func start(observer: some RunObserver) throws {
    for server in settings.isExclusive ? [baseline] : servers { try start(server, observer) }
  }

  /// Ends all programs that were started here.
  package func stop() { for server in servers { server.stop() } }

  private func start(_ server: EngineServer, _ observer: some RunObserver) throws {
    guard !server.isRunning else { return }
    observer.working(on: "Waiting for the server of \(server.settings.name)")
    defer { observer.working(on: nil) }
    do {
      try server.start(shouldStop: { observer.wantsToStop })
    } catch EngineFault.stopped {
      throw RunInterrupted(hasBegun: false)
    }
  }

  /// The decoders of a run.
  ///
  /// - Parameters:
  ///   - sampling: how tokens are chosen.
  ///   - noiseFloor: whether the baseline comes once more at the end.
  /// - Returns: the baseline first.
  package func decoders(sampling: Sampling, noiseFloor: Bool) -> [ServerDecoder] {
    let decoders = servers.map { ServerDecoder($0, sampling: sampling) }
    return noiseFloor ? decoders + [ServerDecoder(baseline, sampling: sampling, isNoiseFloor: true)] : decoders
  }

  /// Looks at all servers before anything is measured, with the first prompt of the plan.
  ///
  /// - Parameters:
  ///   - plan: what is to be measured.
  ///   - model: the engine's model.
  ///   - observer: hears of what is not as it should be, and may end it.
  /// - Throws: `EngineFault`, ``VoidMeasurement`` if what would be measured is worth nothing, ``RunInterrupted``.
  package func probe(_ plan: RunPlan, _ model: ServedModel, observer: some RunObserver) throws {
    let rules = model.rules(maximumNewTokens: plan.maximumNewTokens)
    for question in plan.suite.questions {
      let conversation = Conversation(question, suite: plan.suite, model: model, rules: rules)
      let prompt = try conversation.prompt()
      guard conversation.skipReason(prompt) == nil else { continue }
      sendsIDs = !prompt.ids.isEmpty
      return try EngineFault.retrying(plan.retries) {
        try probe(
          prompt,
          maximumNewTokens: min(plan.maximumNewTokens, Self.probedTokens),
          sampling: plan.sampling,
          hasOwnTokens: model.hasOwnTokens && sendsIDs,
          observer: observer
        )
      }
    }
  }

  private func probe(
    _ prompt: RunPrompt,
    maximumNewTokens: Int,
    sampling: Sampling,
    hasOwnTokens: Bool,
    observer: some RunObserver
  ) throws {
    defer { observer.working(on: nil) }
    findings = []
    for server in servers {
      try start(server, observer)
      observer.working(on: "Probing the server of \(server.settings.name)")
      let decoder = ServerDecoder(server, sampling: sampling)
      let order = decoder.order(prompt, maximumNewTokens: maximumNewTokens)
      let probe = ServerProbe(server, order: order, hasOwnTokens: hasOwnTokens)
      let found = try Self.findings(probe, observer)
      findings.append(found)
      for finding in found where finding.passed == false {
        let sentence = "\(server.settings.name): \(finding.sentence)"
        if finding.isVoid { throw VoidMeasurement(reason: sentence) }
        observer.note(sentence)
      }
    }
  }

  private static func findings(_ probe: ServerProbe, _ observer: some RunObserver) throws -> [ProbeFinding] {
    do {
      return try probe.findings(shouldStop: { observer.wantsToStop })
    } catch {
      throw error == .stopped ? RunInterrupted(hasBegun: false) : error
    }
  }

  /// Writes what is known of the servers once the run is in the database.
  ///
  /// - Parameters:
  ///   - decoders: the ids of the run's decoders, in order.
  ///   - store: the database.
  /// - Throws: `StoreError`.
  package func record(decoders: [Int64], in store: BenchmarkStore) throws {
    // The noise floor, where there is one, is the baseline's server once more.
    let all = Array(zip(decoders, servers + [baseline]))
    let records = try all.map { id, server in
      let facts = server.facts
      var others = facts.others
      others["slots"] = facts.slots.map(String.init)
      others["context_length"] = facts.contextLength.map(String.init)
      others["parameters"] = facts.parameters.map(String.init)
      others["prompts"] = settings.prompts.rawValue
      return ServerRecord(
        decoderID: id,
        engine: settings.name,
        dialect: server.settings.dialect,
        address: server.address,
        command: server.commandText,
        version: facts.version,
        model: facts.model,
        modelPath: facts.modelPath,
        weightType: facts.weightType,
        speculation: facts.speculation,
        note: server.settings.note,
        facts: try JSONText.line(others),
        takesIDs: sendsIDs,
        isExclusive: settings.isExclusive
      )
    }
    let probes = zip(decoders, findings).flatMap { id, findings in
      findings.map { ProbeRecord(decoderID: id, name: $0.name, passed: $0.passed, finding: $0.sentence) }
    }
    try store.recordServers(records, probes: probes)
  }
}

/// What would be measured is worth nothing.
package struct VoidMeasurement: Error, CustomStringConvertible {
  /// One sentence.
  package let reason: String
  package var description: String { "nothing was measured, since it would be void: \(reason)" }
}
