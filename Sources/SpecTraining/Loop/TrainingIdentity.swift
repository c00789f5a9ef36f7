import Foundation
import SpecBuild
import SpecFiles

/// What a training's result depends on, and what must be the same for it to go on: settings, documents and first weights
/// by content, the objective with its target, the program.
struct TrainingIdentity: Codable, Equatable {
  let settings: TrainingSettings
  let parameters: [String]
  let documents: String
  // What follows is missing in the state of an older version.
  let heldOut: String?
  /// The first weights, before any step.
  let start: String?
  let objective: [String: String]?
  let program: String?

  /// - Parameters:
  ///   - settings: how to train.
  ///   - objective: what to train, with its first weights.
  ///   - training: the documents to learn from.
  ///   - heldOut: the documents to evaluate on.
  init(
    settings: TrainingSettings,
    objective: any TrainingObjective,
    training: TokenizedDocuments,
    heldOut: TokenizedDocuments
  ) {
    self.settings = settings
    parameters = objective.parameters.flatMap { parameter in
      parameter.parts.map { "\($0.name) \(parameter.shape(of: $0))" }
    }
    documents = training.fingerprint
    self.heldOut = heldOut.fingerprint
    start = Parameter.hash(of: objective.parameters)
    self.objective = objective.identity
    program = BuiltProgram.hash
  }

  /// What differs from the identity of a saved state, one phrase each.
  func differences(from saved: TrainingIdentity) -> [String] {
    guard let itsObjective = saved.objective else {
      return ["an older version began it and did not note what it depends on"]
    }
    var found = settingDifferences(from: saved.settings)
    let own = objective ?? [:]
    for name in Set(own.keys).union(itsObjective.keys).sorted() where own[name] != itsObjective[name] {
      found.append(Self.phrase(name, there: itsObjective[name], now: own[name]))
    }
    if saved.parameters != parameters { found.append("the shapes of the weights are others") }
    if saved.documents != documents { found.append("the documents to learn from are others") }
    if saved.heldOut != heldOut { found.append("the held-out documents are others") }
    // Other shapes, seeds and objectives begin with other weights anyway.
    if saved.start != start, found.isEmpty { found.append("the weights to begin with are others") }
    if saved.program != program { found.append("the program is another build") }
    return found
  }

  private func settingDifferences(from saved: TrainingSettings) -> [String] {
    let (there, now) = (Self.values(of: saved), Self.values(of: settings))
    return Set(there.keys).union(now.keys).sorted().filter { there[$0] != now[$0] }.map { key in
      Self.phrase(Self.optionNames[key] ?? key, there: there[key], now: now[key])
    }
  }

  /// All settings, whichever there are: one that is added later is compared, too.
  private static func values(of settings: TrainingSettings) -> [String: String] {
    let children = Mirror(reflecting: settings).children.compactMap { child in
      child.label.map { ($0, "\(child.value)") }
    }
    return Dictionary(children, uniquingKeysWith: { first, _ in first })
  }

  private static let optionNames = [
    "steps": "--steps", "batchTokens": "--batch-tokens", "peakRate": "--learning-rate",
    "weightDecay": "--weight-decay", "seed": "--seed",
  ]

  /// What is too long to be read, such as a hash, is not shown.
  private static func phrase(_ name: String, there: String?, now: String?) -> String {
    guard let there, let now, max(there.count, now.count) <= 40 else { return "\(name) is another" }
    return "\(name) is \(quoted(there)) there and \(quoted(now)) now"
  }
}
