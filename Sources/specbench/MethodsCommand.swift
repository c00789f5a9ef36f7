import ArgumentParser
import SpecDecoding

struct MethodsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "methods",
    abstract: "List the methods with their settings, defaults and papers."
  )

  func run() throws {
    for method in MethodCatalogue.methods {
      let rejection = method.verifiesByRejection && method.name != MethodCatalogue.baseline.name
      try say("\(method.name)\n  \(method.summary)\n  Paper: \(method.paper)")
      if rejection { try say("  Drafts chains: --verification rejection is possible.") }
      if let companion = method.companion { try say("  Needs \(companion.noun): \(companion.origin).") }
      for setting in method.settings {
        try say("  \(setting.name)=\(setting.standard)  \(setting.help) (\(setting.range))")
      }
      try say("")
    }
    try say("A decoder is written as METHOD or METHOD:SETTING=VALUE,SETTING=VALUE.")
  }
}
