import ArgumentParser

/// How long an output may become, where no suite says it.
struct OutputLimitOption: ParsableArguments {
  @Option(
    name: .customLong("max-new-tokens"),
    parsing: .unconditional,
    help: ArgumentHelp("Most tokens of an output.", valueName: "n")
  )
  var maximumNewTokens = 128

  func validate() throws { try check(maximumNewTokens, in: 1...1 << 20, of: "--max-new-tokens") }
}
