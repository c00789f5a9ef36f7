import Foundation
import SpecCore
import SpecFiles
import SpecMetrics
import SpecStore

/// Under what a run was measured, as far as a time or an output depends on it.
struct RunConditions {
  private let run: RunRecord
  private let environment: EnvironmentRecord
  /// The machines, of a joined run those of all shards.
  private let machines: [EnvironmentRecord]
  private let prompts: [PromptPlace: PromptRecord]
  private let warnings: [String]
  /// The baseline's answers, where they are all that tells what model gave them: of imported answers.
  private let answers: [PromptPlace: String]
  private let options: [String: String]
  /// The hashes of the files that results depend on, by role; empty for imported answers and runs of an older version.
  private let files: [String: String]

  init(_ store: BenchmarkStore, run id: Int64) throws(StoreError) {
    run = try store.run(id).record
    environment = try store.environment(of: id).record
    let shards = try store.shards(of: id)
    machines = shards.isEmpty ? [environment] : shards.map(\.environment)
    prompts = Dictionary(
      try store.prompts(of: id).map { (PromptPlace(question: $0.questionID, turn: $0.turn), $0.record) },
      uniquingKeysWith: { first, _ in first }
    )
    files = Dictionary(
      try store.inputs(of: id).map { ($0.role, $0.sha256) },
      uniquingKeysWith: { first, _ in first }
    )
    answers = run.origin == .specBench ? try Self.answers(store, run: id) : [:]
    warnings = machines.flatMap(\.warnings) + (try store.conditions(of: id)).flatMap(\.warnings)
    options =
      (try? JSONDecoder().decode([String: String].self, from: Data(run.options.utf8))) ?? ["options": run.options]
  }

  /// What vanilla answered first.
  private static func answers(_ store: BenchmarkStore, run: Int64) throws(StoreError) -> [PromptPlace: String] {
    let vanilla = try store.decoders(of: run).first(where: \.isVanilla)?.id
    let places = Dictionary(
      try store.prompts(of: run).map { ($0.id, PromptPlace(question: $0.questionID, turn: $0.turn)) },
      uniquingKeysWith: { first, _ in first }
    )
    return Dictionary(
      try store.generations(of: run).filter { $0.decoderID == vanilla && $0.repeatIndex == 0 }
        .compactMap { row in places[row.promptID].map { ($0, row.text) } },
      uniquingKeysWith: { first, _ in first }
    )
  }

  private var isImported: Bool { run.origin == .specBench }
  private var isSampled: Bool { run.temperature > 0 }

  /// What differs from a later run although it must not, one phrase each: times or outputs depend on it.
  func obstacles(_ other: RunConditions) -> [String] {
    guard isImported == other.isImported else {
      return ["the \(isImported ? "first" : "second") run was imported, the other one measured"]
    }
    return (modelDifferences(other) + settingDifferences(other) + machineDifferences(other)).compactMap(\.self)
      + optionDifferences(other) + promptDifferences(other) + answerDifferences(other)
  }

  /// What differs and is worth knowing, one phrase each: a comparison is often made to see its effect, or it takes no part
  /// in a ratio.
  func notes(_ other: RunConditions) -> [String] {
    let program = [
      difference("program versions", other) { $0.environment.packageVersion },
      difference("program commits", other) { $0.environment.sourceCommit },
      difference("program hashes", other) { $0.environment.executableHash?.shortened },
      difference("compilers", other) { $0.environment.compiler },
      difference("operating systems", other) { $0.environment.operatingSystem },
      difference("system kernels", other) { $0.environment.kernel },
      difference("repeats", other) { "\($0.run.repeats)" },
      isSampled ? nil : difference("seeds of the order of decoders", other) { "\($0.run.seed)" },
      isOlder == other.isOlder
        ? nil
        : "one of the runs is of an older version, which hashed files in another way: models are compared by name and size",
      isImported ? "the files do not tell on which machines their times were taken" : nil,
    ]
    return program.compactMap(\.self)
      + [("the first run", self), ("the second run", other)].flatMap { name, side in side.doubts(of: name) }
  }

  /// What speaks against one side alone, one phrase each.
  func doubts(of name: String) -> [String] {
    var doubts: [String] = []
    if run.finishedAt == nil { doubts.append("\(name) is unfinished") }
    if let first = warnings.first {
      let count = warnings.count == 1 ? "a warning" : "\(warnings.count) warnings, which its report lists, the first"
      doubts.append("\(name) has \(count): \(first)")
    }
    return doubts
  }

  private func modelDifferences(_ other: RunConditions) -> [String?] {
    let hashes = difference("checkpoints", other) { $0.run.modelHash.shortened }
    let names = difference("models", other) { "\($0.run.modelName) of \($0.run.parameters) parameters" }
    return [
      // Imported answers tell no more of a model than its name.
      isImported || isOlder != other.isOlder ? names : hashes,
      fileDifference(other) { !$0.contains("/") && $0 != "tokenizer.json" && !Self.isWeights($0) },
      difference("tokenizers", other) { $0.run.tokenizerHash.shortened },
      difference("weight types", other) { $0.run.weightType },
    ]
  }

  /// Whether the run was made before files were noted one by one.
  private var isOlder: Bool { files.isEmpty }

  private static func isWeights(_ role: String) -> Bool { role == "config.json" || WeightFile.isNamed(role) }

  /// The files that are not the same in both runs.
  ///
  /// - Parameters:
  ///   - other: the later run.
  ///   - isMeant: which roles count.
  /// - Returns: a phrase that names them; nil if there is none.
  func fileDifference(_ other: RunConditions, of isMeant: (String) -> Bool) -> String? {
    guard isOlder == other.isOlder else { return nil }
    // A file that only one run has is of a decoder that only it has, or else one beside the weights.
    let roles = Set(files.keys).union(other.files.keys).filter(isMeant).filter { role in
      files[role] != other.files[role] && (!role.contains("/") || files[role] != nil && other.files[role] != nil)
    }
    return roles.isEmpty ? nil : "other content of \(roles.sorted().joined(separator: ", "))"
  }

  private func settingDifferences(_ other: RunConditions) -> [String?] {
    let common = [
      difference("threads", other) { "\($0.run.threads)" },
      difference("most new tokens", other) { "\($0.run.maxNewTokens)" },
      difference("context lengths", other) { "\($0.run.contextLength)" },
      difference("temperatures", other) { "\($0.run.temperature)" },
    ]
    guard isSampled || other.isSampled else { return common }
    return common + [
      difference("top-k", other) { "\($0.run.topK)" },
      difference("top-p", other) { "\($0.run.topP)" },
      difference("seeds of sampling", other) { "\($0.run.seed)" },
      difference("rules of verification", other) { $0.run.verification },
    ]
  }

  private func machineDifferences(_ other: RunConditions) -> [String?] {
    [
      difference("hosts", other) { $0.ofMachines(\.hostName) },
      difference("processors", other) { $0.ofMachines(\.cpuModel) },
      difference("physical cores", other) { $0.ofMachines { "\($0.physicalCores)" } },
      difference("logical cores", other) { $0.ofMachines { "\($0.logicalCores)" } },
      difference("cores that the process may use", other) { $0.ofMachines(\.affinity) },
      difference("frequency governors", other) { $0.ofMachines(\.governor) },
      difference("kernel sets", other) { $0.ofMachines(\.kernelSet) },
      difference("builds", other) { $0.ofMachines(\.buildConfiguration.rawValue) },
    ]
  }

  /// What the machines have, each value once; nil where it is known of none.
  private func ofMachines(_ value: (EnvironmentRecord) -> String?) -> String? {
    let values = Set(machines.compactMap(value)).sorted()
    return values.isEmpty ? nil : values.joined(separator: " and ")
  }

  /// Options without a column of their own, but those that say how long to measure and which questions: prompts are
  /// compared one by one.
  private func optionDifferences(_ other: RunConditions) -> [String] {
    let compared = Set(options.keys).union(other.options.keys).subtracting(["questions", "precision", "least_repeats"])
    return compared.sorted().compactMap { key in
      Self.phrase("option \(key.replacing("_", with: " "))", options[key], other.options[key])
    }
  }

  /// Whether both runs asked the same, measured or not.
  func hasSamePrompts(as other: RunConditions) -> Bool { promptDifferences(other).isEmpty }

  private func promptDifferences(_ other: RunConditions) -> [String] {
    let keys = Set(prompts.keys).union(other.prompts.keys)
    var (first, second, text, skipped) = (0, 0, 0, 0)
    for key in keys {
      switch (prompts[key], other.prompts[key]) {
      case (.some, nil): first += 1
      case (nil, .some): second += 1
      case (let mine?, let theirs?):
        if (mine.skipReason == nil) != (theirs.skipReason == nil) {
          skipped += 1
        } else if mine.idsHash != theirs.idsHash {
          text += 1
        }
      case (nil, nil): break
      }
    }
    let kinds = [
      (first, "only in the first run"), (second, "only in the second run"), (text, "with other tokens"),
      (skipped, "skipped in one run only"),
    ].filter { $0.0 > 0 }
    guard !kinds.isEmpty else { return [] }
    let list = kinds.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
    return ["\(first + second + text + skipped) of \(quantity(keys.count, "prompt")) differ (\(list))"]
  }

  /// Other answers of vanilla are those of another model, or of other settings.
  private func answerDifferences(_ other: RunConditions) -> [String] {
    let shared = answers.compactMap { place, text in other.answers[place].map { $0 == text } }
    let differing = shared.filter { !$0 }.count
    return differing == 0 ? [] : ["vanilla's answers to \(differing) of \(shared.count) prompts differ"]
  }

  private func difference(_ name: String, _ other: RunConditions, _ value: (RunConditions) -> String?) -> String? {
    Self.phrase(name, value(self), value(other))
  }

  /// `threads 1 and 2`; nil for equal values.
  private static func phrase(_ name: String, _ mine: String?, _ theirs: String?) -> String? {
    mine == theirs ? nil : "\(name) \(text(mine)) and \(text(theirs))"
  }

  private static func text(_ value: String?) -> String {
    guard let value, !value.isEmpty else { return "unknown" }
    return value
  }
}

extension String {
  /// As much of a hash as tells it from others.
  fileprivate var shortened: String { String(prefix(12)) }
}
