import Foundation
import SpecFiles
import SpecStore

/// Everything that a run's results depend on: settings, files by content, the machine and the program. Two attempts may
/// stand in one run only where all of it is the same.
struct RunIdentity {
  /// The run's row.
  var record: RunRecord
  /// Its decoders.
  let decoders: [DecoderRecord]
  /// The files by content; empty for a run of an older version, which did not note them.
  let inputs: [RunInput]
  /// The machine and the program.
  var environment: EnvironmentRecord
  /// How a difference names this side; the other one is there.
  var moment = "now"

  /// What differs from a stored run, one phrase each.
  struct Differences {
    /// Settings of the plan.
    var settings: [String] = []
    /// What the same settings were measured with: files and program.
    var changes: [String] = []
    /// The machine, whose times are never joined with those of another.
    var machine: [String] = []

    var all: [String] { settings + changes + machine }
    /// Whether nothing but what may be accepted differs.
    var canBeAccepted: Bool { settings.isEmpty && machine.isEmpty }
  }

  /// What differs from a stored run. The number of repeats is left out: see ``RunIdentity/repeats(of:)``.
  func differences(from stored: RunIdentity) -> Differences {
    var found = Differences()
    for (name, there, now) in Self.settings.map({ ($0.name, $0.value(stored.record), $0.value(record)) })
    where there != now {
      // Without a manifest a suite is called after its folder, which may have been moved.
      if name == Self.suite, record.suiteHash == stored.record.suiteHash { continue }
      found.settings.append("\(name) is \(there) there and \(now) \(moment)")
    }
    found.settings += optionDifferences(from: stored)
    if let decoders = decoderDifference(from: stored) { found.settings.append(decoders) }
    if found.settings.isEmpty, record.suiteHash != stored.record.suiteHash {
      found.changes.append("the suite's files in \(printablePath(record.suitePath)) have changed")
    }
    if stored.record.plan == nil {
      found.changes.append("an older version began it and did not note the files that it depends on")
    } else {
      found.changes += inputDifferences(from: stored, areSameDecoders: decoderDifference(from: stored) == nil)
    }
    found.machine = machineDifferences(from: stored)
    let (there, now) = (stored.environment, environment)
    if there.program != now.program {
      found.changes.append("the program is \(quoted(there.programText)) there and \(quoted(now.programText)) \(moment)")
    }
    return found
  }

  private static let suite = "the suite"

  private static let settings: [(name: String, value: @Sendable (RunRecord) -> String)] = [
    (suite, \.suiteName), ("the weight type", \.weightType), ("the number of threads", { "\($0.threads)" }),
    ("the most new tokens", { "\($0.maxNewTokens)" }), ("the seed", { "\($0.seed)" }),
    ("the temperature", { "\($0.temperature)" }), ("top-k", { "\($0.topK)" }), ("top-p", { "\($0.topP)" }),
    ("the verification", \.verification),
  ]

  private static let optionNames = [
    "chat_template": "the chat template", "chat_template_sha256": "the content of the chat template",
    "chat_template_date": "the date in the prompts, which --template-date gives,",
    "questions": "the list of questions", "concurrency": "the concurrency", "precision": "the precision",
    "least_repeats": "the least number of repeats", RunRecord.shardOption: "the shard",
  ]

  private func optionDifferences(from stored: RunIdentity) -> [String] {
    let (there, now) = (stored.options, options)
    return Set(there.keys).union(now.keys).sorted().filter { there[$0] != now[$0] }.map { key in
      let name = Self.optionNames[key] ?? key
      return
        "\(name) is \(there[key].map(quoted) ?? "not given") there and \(now[key].map(quoted) ?? "not given") \(moment)"
    }
  }

  /// Options without a column of their own.
  private var options: [String: String] {
    let field = try? JSONDecoder().decode([String: String].self, from: Data(record.options.utf8))
    // A text that this program did not write is compared as a whole.
    return field ?? ["options": record.options]
  }

  private func decoderDifference(from stored: RunIdentity) -> String? {
    func names(_ all: [DecoderRecord], without others: [DecoderRecord]) -> String {
      let own = all.filter { decoder in !others.contains { $0.name == decoder.name && $0.spec == decoder.spec } }
      return own.isEmpty ? "none" : own.map { quoted($0.isNoiseFloor ? $0.name : $0.spec) }.joined(separator: ", ")
    }
    let same = decoders.map { [$0.name, $0.spec] } == stored.decoders.map { [$0.name, $0.spec] }
    guard !same else { return nil }
    let (there, now) = (names(stored.decoders, without: decoders), names(decoders, without: stored.decoders))
    if there == now { return "the order of the decoders is another" }
    return "of the decoders \(there) \(there.contains(", ") ? "are" : "is") only there and \(now) only here"
  }

  /// Other decoders have other files, which need no mention of their own; nor do those of another model.
  private func inputDifferences(from stored: RunIdentity, areSameDecoders: Bool) -> [String] {
    func byRole(_ inputs: [RunInput]) -> [String: RunInput] {
      Dictionary(inputs.map { ($0.role, $0) }, uniquingKeysWith: { first, _ in first })
    }
    let (there, now) = (byRole(stored.inputs), byRole(inputs))
    var roles = Set(there.keys).union(now.keys).filter { there[$0]?.sha256 != now[$0]?.sha256 }.sorted()
    if areSameDecoders { roles.removeAll(where: Self.moved(roles, there, now).contains) }
    if record.modelPath != stored.record.modelPath, roles.contains(where: { !$0.hasPrefix("/") }) {
      return [
        "the model is \(printablePath(stored.record.modelPath)) there and \(printablePath(record.modelPath)) \(moment)"
      ]
    }
    return roles.compactMap { role in
      switch (there[role], now[role]) {
      case (_?, let new?): "\(printablePath(new.path)) has another content"
      case (let old?, nil) where areSameDecoders: "\(printablePath(old.path)) was used there and is not \(moment)"
      case (nil, let new?) where areSameDecoders: "\(printablePath(new.path)) is used \(moment) and was not there"
      default: nil
      }
    }
  }

  /// The roles of files that lie elsewhere now, under the same name and with the same content.
  private static func moved(_ roles: [String], _ there: [String: RunInput], _ now: [String: RunInput]) -> Set<String> {
    func content(_ input: RunInput) -> [Substring] {
      [input.path.split(separator: "/").last ?? "", Substring(input.sha256)]
    }
    let old = roles.filter { now[$0] == nil }.compactMap { there[$0] }
    var new = roles.filter { there[$0] == nil }.compactMap { now[$0] }
    return old.reduce(into: []) { moved, file in
      guard let place = new.firstIndex(where: { content($0) == content(file) }) else { return }
      moved.formUnion([file.role, new.remove(at: place).role])
    }
  }

  private func machineDifferences(from stored: RunIdentity) -> [String] {
    let (there, now) = (stored.environment, environment)
    var found: [String] = []
    for (name, old, new) in [
      ("the machine", there.hostName, now.hostName), ("the processor", there.cpuModel, now.cpuModel),
      ("the kernel set", there.kernelSet, now.kernelSet),
    ] where old != new {
      found.append("\(name) is \(quoted(old)) there and \(quoted(new)) \(moment)")
    }
    return found
  }
}

extension EnvironmentRecord {
  /// What tells one build of the program from another: its own bytes, or without them what is known of its sources.
  fileprivate var program: [String?] {
    executableHash.map { [$0] } ?? [packageVersion, sourceCommit, buildConfiguration.rawValue]
  }

  fileprivate var programText: String {
    let commit = sourceCommit.map { ", commit \($0.prefix(12))\($0.hasSuffix("-dirty") ? "-dirty" : "")" } ?? ""
    let hash = executableHash.map { ", hash \($0.prefix(12))" } ?? ""
    return "\(packageVersion)\(commit), \(buildConfiguration.rawValue)\(hash)"
  }
}
