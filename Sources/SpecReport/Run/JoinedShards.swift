import Foundation
import SpecFiles
import SpecStore

/// The shards that a run was joined from, and what of the run is missing.
package struct JoinedShards: Sendable {
  /// A machine with the shards that were measured on it.
  struct Host {
    let environment: EnvironmentRecord
    var shards: [JoinedShard]

    var name: String { environment.hostName }
    /// `bench (shards 1, 3)`.
    var text: String {
      let numbers = shards.map { String($0.shard.number) }.joined(separator: ", ")
      return "\(name) (\(shards.count == 1 ? "shard" : "shards") \(numbers))"
    }
    /// What speaks against its measurements, each once.
    var warnings: [String] {
      shards.flatMap(\.environment.warnings).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }
  }

  /// The shards by number.
  let shards: [JoinedShard]
  /// The machines in the order of their first shards.
  let hosts: [Host]
  /// Questions of the plan that some decoder has not answered in every repeat; those of missing shards are among them.
  let missingQuestions: [Int]
  private let outline: RunOutline

  /// Reads the shards of a run.
  ///
  /// - Parameters:
  ///   - store: the database.
  ///   - run: the run's id.
  /// - Throws: a `StoreError`, for example when there is no such run.
  package init(store: BenchmarkStore, run: Int64) throws(StoreError) {
    self = try JoinedShards(store: store, RunOutline(store: store, run: store.run(run)))
  }

  init(store: BenchmarkStore, _ outline: RunOutline) throws(StoreError) {
    self.outline = outline
    shards = try store.shards(of: outline.run.id)
    hosts = shards.reduce(into: []) { hosts, shard in
      let place = hosts.firstIndex { $0.environment.isSameMachine(as: shard.environment) }
      if let place {
        hosts[place].shards.append(shard)
      } else {
        hosts.append(Host(environment: shard.environment, shards: [shard]))
      }
    }
    missingQuestions = shards.isEmpty ? [] : try Self.missingQuestions(store, outline)
  }

  /// Numbers of shards that are not there.
  var missingShards: [Int] {
    let present = Set(shards.map(\.shard.number))
    return (1...max(1, shards.first?.shard.count ?? 1)).filter { !present.contains($0) }
  }

  /// Whether times were taken on more than one machine.
  var areOnSeveralHosts: Bool { hosts.count > 1 }

  /// T(m) of each host by its name; none where there is one host only.
  var costsByHost: [(host: String, costs: [PassCost])] {
    guard areOnSeveralHosts else { return [] }
    return hosts.map { ($0.text, PassCost.means($0.shards.compactMap(\.shard.verificationCost))) }
  }

  /// What is there and what is missing, as sentences.
  ///
  /// - Parameter database: what the user calls the database.
  /// - Returns: one line for each sentence.
  package func text(in database: String) -> String {
    let id = outline.run.id
    let count = shards.first?.shard.count ?? 0
    let lines =
      [
        "Run \(id) in \(database) has \(shards.count) of \(quantity(count, "shard")), from \(quantity(hosts.count, "host")): "
          + "\(outline.progressText)."
      ] + gaps
    let report = "'specbench report \(id) --database \(ShellText.argument(database))' makes its report."
    return (lines + [report]).joined(separator: "\n")
  }

  /// What is missing, one sentence each; none for a run that is whole.
  var gaps: [String] {
    let missing = missingShards.map(String.init).joined(separator: ", ")
    let unfinished = shards.filter { $0.shard.finishedAt == nil }.map { String($0.shard.number) }.joined(
      separator: ", "
    )
    let most = shards.map(\.shard.repeats).max() ?? 0
    let short = shards.filter { $0.shard.repeats < most }.map { String($0.shard.number) }.joined(separator: ", ")
    return [
      missingShards.isEmpty ? nil : "Missing \(missingShards.count == 1 ? "is shard" : "are shards") \(missing).",
      unfinished.isEmpty ? nil : "Unfinished: \(unfinished.contains(",") ? "shards" : "shard") \(unfinished).",
      short.isEmpty
        ? nil : "Fewer than \(most) repeats: \(short.contains(",") ? "shards" : "shard") \(short).",
      missingQuestions.isEmpty ? nil : questionsText,
    ].compactMap(\.self)
  }

  private var questionsText: String {
    let all = outline.run.plannedQuestions.count
    let shown = missingQuestions.prefix(20).map(String.init).joined(separator: ", ")
    // The number that stands for an id that is none tells a reader nothing.
    let areNumbers = missingQuestions.allSatisfy { abs($0) < 1 << 52 }
    let list = areNumbers ? ": \(shown)\(missingQuestions.count > 20 ? ", ..." : "")" : ""
    return "\(missingQuestions.count) of \(quantity(all, "question")) are not measured whole\(list)."
  }

  private static func missingQuestions(_ store: BenchmarkStore, _ outline: RunOutline) throws(StoreError) -> [Int] {
    let wanted = (outline.decoders.count + (outline.noiseFloor == nil ? 0 : 1)) * outline.run.repeats
    let counts = try store.recordedGenerations(run: outline.run.id).reduce(into: [Int64: Int]()) {
      $0[$1.promptID, default: 0] += 1
    }
    let prompts = Dictionary(grouping: try store.prompts(of: outline.run.id), by: \.questionID)
    return outline.run.plannedQuestions.filter { question in
      guard let turns = prompts[question] else { return true }
      return turns.contains { $0.skipReason == nil && counts[$0.id, default: 0] < wanted }
    }
  }
}

extension EnvironmentRecord {
  /// Whether both are of one machine, set up alike.
  fileprivate func isSameMachine(as other: EnvironmentRecord) -> Bool {
    hostName == other.hostName && cpuModel == other.cpuModel && operatingSystem == other.operatingSystem
      && kernel == other.kernel && kernelSet == other.kernelSet
  }
}

extension RunRecord {
  private struct Questions: Decodable {
    let questions: [Int]
  }

  /// The numbers of the questions that the plan has, in their order; none where no plan is stored.
  fileprivate var plannedQuestions: [Int] {
    plan.flatMap { try? JSONDecoder().decode(Questions.self, from: Data($0.utf8)) }?.questions ?? []
  }
}
