import ArgumentParser
import SpecDecoding
import SpecFiles

struct MethodsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "methods",
    abstract: "List the methods with their settings, defaults and papers."
  )

  func run() throws {
    for method in MethodRegistry.builtIn.methods {
      let rejection = method.verifiesByRejection && method.name != MethodRegistry.builtIn.baseline.name
      try say(method.name)
      try show("", method.summary)
      try show("", "Paper: \(method.paper)")
      if rejection { try show("", "Drafts chains: --verification rejection is possible.") }
      if let companion = method.companion { try show("", "Needs \(companion.noun): \(companion.origin).") }
      for setting in method.settings {
        try show("\(setting.name)=\(setting.defaultValue)  ", "\(setting.help) (\(setting.range))")
      }
      try say("")
    }
    try say("A decoder is written as METHOD or METHOD:SETTING=VALUE,SETTING=VALUE.")
  }

  /// A line of a method, broken between words where a terminal has no room for it.
  private func show(_ beginning: String, _ text: String) throws {
    try say(TerminalText.wrapped(text, after: "  " + beginning, columns: Screen.columns, indentation: 4))
  }
}
