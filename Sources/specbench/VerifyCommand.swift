import ArgumentParser
import Foundation
import SpecCore
import SpecFiles
import SpecRunner

struct VerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Check that every decoder gives vanilla's tokens on a suite; exit code 1 on any difference."
  )

  @OptionGroup var modelOptions: ModelOptions
  @OptionGroup var suiteOptions: SuiteOptions
  @OptionGroup var templateOption: ChatTemplateOption
  @OptionGroup var decoderOptions: DecoderOptions
  @OptionGroup var samplingOptions: SamplingOptions

  func run() throws {
    Interruption.promise("Stopped: nothing is kept of a comparison; the same command begins again.")
    let (suite, _) = try suiteOptions.load()
    let sampling = samplingOptions.sampling()
    let files = try modelOptions.files(for: suite)
    let specs = try decoderOptions.specs(for: suite, files, sampling)
    guard specs.contains(where: { $0.method != Baseline.method }) else { throw NothingToVerify() }
    let written = try templateOption.applied(to: suite, files)
    for warning in written.warnings { tell(warning) }
    let maximumNewTokens = suiteOptions.maximumNewTokens ?? suite.manifest.maxNewTokens
    let model = try modelOptions.load(
      files,
      for: RunDecoder.specs(specs),
      positions: { LongestText.positions(of: written.suite, $0, $1, maximumNewTokens: maximumNewTokens) },
      suiteDirectory: suite.directory
    )
    let check = LosslessnessCheck(
      suite: written.suite,
      decoders: try RunDecoder.prepare(specs, model: model, sampling: sampling, suiteDirectory: suite.directory),
      model: model,
      maximumNewTokens: maximumNewTokens,
      sampling: sampling
    )
    let display = ProgressDisplay(unit: "questions")
    display.working(on: "Comparing the first question's outputs")
    let outcome = try check.run {
      display.advanced(to: $0, of: $1)
    } shouldStop: {
      Interruption.isRequested
    }
    for finding in outcome.findings { try say(describe(finding, model)) }
    try say(
      "\(outcome.checked - outcome.findings.count) of \(quantity(outcome.checked, "output")) (\(quantity(outcome.tokens, "token"))) "
        + "\(outcome.checked == 1 ? "is" : "are") identical to vanilla's."
    )
    if outcome.skipped > 0 { tell(SkippedPrompts.sentence(outcome.skipReasons, of: suite.promptCount)) }
    if !outcome.findings.isEmpty { throw ExitCode(1) }
    if outcome.checked == 0 { throw SkippedPrompts(suite: suiteOptions.suite, reasons: outcome.skipReasons) }
  }

  private func describe(_ finding: LosslessnessCheck.Finding, _ model: LoadedModel) -> String {
    func name(_ token: Int?) -> String {
      guard let token else { return "the end" }
      return "\(token) \(model.tokenizer.decode([Int32(token)]).debugDescription)"
    }
    let margin = finding.difference.topTwoMargin.map { $0 == 0 ? ", a tie" : ", top-2 margin \($0)" } ?? ""
    return
      "question \(finding.question), turn \(finding.turn + 1), \(finding.decoder): position "
      + "\(finding.difference.position + 1): vanilla \(name(finding.difference.expected)), found "
      + "\(name(finding.difference.found))\(margin)"
  }
}

/// A check of vanilla alone, which is what the others are compared with.
struct NothingToVerify: Error, CustomStringConvertible {
  let description =
    "there is nothing to compare, since vanilla is what all others are compared with; name another method with "
    + "--decoders, or none for the suite's"
}
