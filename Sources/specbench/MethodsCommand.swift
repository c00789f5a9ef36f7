import ArgumentParser
import SpecDecoding
import SpecDocument

struct MethodsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "methods",
    abstract: "List the methods with their settings, defaults and papers."
  )

  func run() throws {
    try say(Document(MethodRegistry.builtIn.methods.map { .fields(fields(of: $0)) }))
    try say("")
    try say("A decoder is written as METHOD or METHOD:SETTING=VALUE,SETTING=VALUE.")
  }

  private func fields(of method: Method) -> Fields {
    var entries: [(label: String, text: RichText)] = [
      ("", RichText(raw: method.summary)), ("", "Paper: \(method.paper)"),
    ]
    if method.verifiesByRejection, method.name != MethodRegistry.builtIn.baseline.name {
      entries.append(("", "Drafts chains: --verification rejection is possible."))
    }
    if let companion = method.companion {
      let condition = method.companionCondition.map { "With \($0.setting)=\($0.value) it needs" } ?? "Needs"
      entries.append(("", "\(condition) \(companion.noun): \(companion.origin)."))
    }
    for setting in method.settings {
      entries.append(("\(setting.name)=\(setting.defaultValue)", "\(setting.help) (\(setting.range))"))
    }
    return Fields(title: "\(method.name)", entries)
  }
}
