import ArgumentParser

struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Train adapters, heads, draft models, small targets and tokenizers.",
    discussion: """
      Every training saves its state as it goes: after Ctrl-C or a crash the same command goes on from there, with the \
      same result to the bit. Results are in Hugging Face layout with the official parameter names.
      """,
    subcommands: [
      TrainKangarooCommand.self, TrainMedusaCommand.self, TrainHydraCommand.self, TrainEagleCommand.self,
      TrainEagle3Command.self,
      TrainDraftCommand.self, TrainModelCommand.self, TrainTokenizerCommand.self,
    ]
  )
}
