import ArgumentParser
import Foundation
import SpecDecoding
import SpecFiles
import SpecKernels
import SpecModel
import SpecRunner
import SpecSuite

struct GenerateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "generate",
    abstract: "Decode one prompt in the terminal, with the accepted draft tokens in color.",
    discussion: """
      The text goes to standard output as it comes, the closing line of numbers to standard error. Tokens that the \
      drafter guessed and the target accepted are green; the others are the target's own. There is no color in a pipe, \
      with --no-color or where the environment variable NO_COLOR is set.
      """
  )

  @OptionGroup var modelOptions: ModelOptions

  @Argument(help: ArgumentHelp("The prompt; '-' reads it from standard input.", valueName: "prompt"))
  var prompt: String

  @Option(
    help: ArgumentHelp(
      "The method with its settings. Default: the first of "
        + "\(MethodRegistry.builtIn.defaults.map(\.method).joined(separator: ", ")) that the model's folder has the files for.",
      valueName: "spec"
    )
  )
  var decoder: String?

  @OptionGroup var samplingOptions: SamplingOptions

  @OptionGroup var templateOption: ChatTemplateOption

  @OptionGroup var outputLimit: OutputLimitOption

  @Flag(name: .customLong("no-color"), help: "No color.")
  var isPlain = false

  func run() throws {
    let spec = try decoder.map { try MethodRegistry.builtIn.complete(DecoderSpec($0)) }
    let text = try prompt == "-" ? standardInput() : prompt
    let (model, tokens, chosen) = try prepare(text, spec)
    let rules = model.stopRules(maximumNewTokens: outputLimit.maximumNewTokens)
    try rules.check(tokens, vocabularySize: model.target.configuration.vocabularySize)
    let prepared = try MethodRegistry.builtIn.prepare(chosen, resources: model.resources(samplingOptions.sampling()))
    if let warning = prepared.warning { tell("\(chosen.method): \(warning).") }
    try prepared.decoder.reserve(positions: min(tokens.count + rules.maximumNewTokens, rules.contextLength))
    let display = TokenDisplay(tokenizer: model.tokenizer, isColored: !isPlain && TokenDisplay.terminalHasColor)
    let generation: Generation
    do {
      generation = try generate(
        tokens,
        with: prepared.decoder,
        rules: rules,
        shouldStop: { Interruption.isRequested || display.hasFailed },
        observe: { display.show($0) }
      )
    } catch {
      try display.finish()
      throw error
    }
    try display.finish()
    try Interruption.check()
    try MappedFile.requireUnchanged()
    tell(GenerationMetrics(generation).line)
  }

  /// The model, and the prompt as it reads it. Without a model of the user's own it is the demo suite's.
  private func prepare(_ text: String, _ spec: DecoderSpec?) throws -> (LoadedModel, [Token], DecoderSpec) {
    let demo = try modelOptions.demoSuite()
    let files = try modelOptions.files(for: demo)
    let chosen = try decoder(spec, files)
    let choice = try templateOption.choose(
      model: files.location,
      fallback: .plain,
      suite: demo?.template,
      isOwnModel: demo != nil
    )
    if let warning = choice.warning { tell("\(warning): it reads the prompt as it is.") }
    // Without a template the begin token is put in front if the tokenizer's files ask for it.
    let written = try choice.isChosen ? choice.writer.prompt(history: [], user: text) : nil
    let (prompt, begins) = (written?.text ?? PromptText(quoting: text), written?.begins)
    let model = try modelOptions.load(
      files,
      for: [chosen],
      positions: { tokenizer, configuration in
        let encoder = TextEncoder(tokenizer: tokenizer, configuration: configuration)
        return encoder.encode(prompt, begins: begins).count + outputLimit.maximumNewTokens
      }
    )
    return (model, model.encode(prompt, begins: begins), chosen)
  }

  /// The decoder that was asked for, or the first default for which everything is there.
  private func decoder(_ spec: DecoderSpec?, _ files: ModelFiles) throws -> DecoderSpec {
    if let spec { return try files.check([spec])[0] }
    for spec in MethodRegistry.builtIn.defaults {
      if let possible = try files.check([spec], areDefault: true).first { return possible }
    }
    return DecoderSpec(method: MethodRegistry.builtIn.baseline.name)
  }

  private func standardInput() throws -> String {
    // One that is closed or cannot be read holds none either.
    guard let data = (try? FileHandle.standardInput.readToEnd()) ?? nil, !data.isEmpty else {
      throw ValidationError("standard input holds no prompt; pipe a text into 'specbench generate -'")
    }
    return String(decoding: data, as: UTF8.self)
  }
}

/// Shows tokens as they come.
private final class TokenDisplay {
  private var stream: TextStream
  private let isColored: Bool
  private var shown = 0
  private var isGreen = false
  private var failure: (any Error)?

  init(tokenizer: Tokenizer, isColored: Bool) {
    stream = TextStream(tokenizer, skippingSpecialTokens: true)
    self.isColored = isColored
  }

  /// Whether standard output is a terminal whose user has not declined colors (no-color.org).
  static var terminalHasColor: Bool {
    Screen.obeys(STDOUT_FILENO) && (ProcessInfo.processInfo.environment["NO_COLOR"] ?? "").isEmpty
  }

  /// Writes the tokens that have come since the last time.
  func show(_ generation: Generation) {
    var text = ""
    for place in shown..<generation.tokens.count {
      // The accepted draft comes first in a cycle, the target's own token last.
      let cycle = generation.cycleOfToken[place]
      let first = cycle.flatMap { generation.cycleOfToken.firstIndex(of: $0) } ?? place
      let isAccepted = cycle.map { place - first < generation.cycles[$0].accepted } ?? false
      if isColored, isAccepted != isGreen { text += isAccepted ? Screen.accepted.start : Screen.accepted.end }
      isGreen = isAccepted
      text += TerminalText.harmless(stream.append(generation.tokens[place]), keepsJoiners: true)
    }
    shown = generation.tokens.count
    put(text)
  }

  /// Whether the text cannot be written any more.
  var hasFailed: Bool { failure != nil }

  /// Ends the text.
  ///
  /// - Throws: `UnwritableFile` if any of it could not be written.
  func finish() throws {
    let rest = TerminalText.harmless(stream.finish(), keepsJoiners: true)
    put(rest + (isColored && isGreen ? Screen.accepted.end : "") + "\n")
    if let failure { throw failure }
  }

  private func put(_ text: String) {
    guard failure == nil else { return }
    do { try Screen.write(text) } catch { failure = error }
  }
}

/// The numbers of one generation.
private struct GenerationMetrics {
  private let generation: Generation

  init(_ generation: Generation) { self.generation = generation }

  var line: String {
    let cycles = generation.cycles
    let decoded = Double(generation.tokens.count - generation.prefillTokens)
    let seconds = Double(generation.decodeTime) / 1e9
    var parts = [
      quantity(generation.tokens.count, "token"), "first after \(number(Double(generation.prefillTime) / 1e6)) ms",
    ]
    if seconds > 0 { parts.append("\(number(decoded / seconds)) tokens/s") }
    if !cycles.isEmpty {
      let accepted = Double(cycles.reduce(0) { $0 + $1.acceptLength }) / Double(cycles.count)
      parts.append("\(quantity(cycles.count, "cycle")) of \(number(accepted, decimals: 2)) tokens")
    }
    let drafted = cycles.reduce(0) { $0 + $1.drafted }
    if drafted > 0 {
      parts.append(
        "\(number(100 * Double(cycles.reduce(0) { $0 + $1.accepted }) / Double(drafted))) % of drafts accepted"
      )
    }
    return parts.joined(separator: ", ")
  }

  private func number(_ value: Double, decimals: Int = 1) -> String {
    String(format: "%.\(decimals)f", locale: Locale(identifier: "en_US_POSIX"), value)
  }
}
