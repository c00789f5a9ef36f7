/// What a drafter that learns from a text does with what it has learned when the next prompt comes.
///
/// A measured run decodes the same prompts again and again. A drafter that kept everything would be handed its own answers:
/// what it keeps at most is what came before in the same repeat.
public enum DraftMemory: String, CaseIterable, Sendable {
  /// Each prompt begins with nothing learned.
  case prompt
  /// What was learned is kept until ``Drafter/forget()``.
  case run

  /// The setting of methods that learn.
  static let setting = Setting(
    name: "memory",
    kind: .choice(allCases.map(\.rawValue)),
    default: DraftMemory.prompt.rawValue,
    help: "what is learned is forgotten at each prompt, or kept over the prompts of a repeat of the run, in their order"
  )
}

extension SettingValues {
  /// The value of ``DraftMemory/setting``.
  var memory: DraftMemory { DraftMemory(rawValue: text(DraftMemory.setting.name)) ?? .prompt }
}
