import ArgumentParser
import Foundation
import SpecCore
import SpecDecoding
import SpecRunner

/// How many repeats are enough.
struct PrecisionOptions: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Add repeats until every decoder's overall speedup on this suite is known to this share, like 2%.",
      valueName: Percentage.valueName
    )
  )
  var precision: Percentage?

  @Option(
    name: .customLong("time-budget"),
    parsing: .unconditional,
    help: ArgumentHelp(
      "With --precision: begin no repeat with which all of them, those before a --resume included, would take longer, like 90s or 10m.",
      valueName: TimeBudget.valueName
    )
  )
  var timeBudget: TimeBudget?

  func validate() throws {
    // What is wrong with a value itself comes before what is missing beside it.
    if let precision, precision.share == 0 {
      throw ValidationError("--precision is \(precision.text); choose a share above 0, like 2%")
    }
    if timeBudget != nil, precision == nil {
      throw ValidationError("--time-budget goes with --precision; give both, or neither")
    }
  }

  var goal: PrecisionGoal? {
    precision.map { PrecisionGoal(precision: $0.share, timeBudget: timeBudget?.duration) }
  }

  /// Refuses what could never become precise, before anything is loaded.
  ///
  /// - Parameters:
  ///   - specs: the decoders.
  ///   - maximumNewTokens: most tokens of an output.
  /// - Throws: `ValidationError`.
  func check(_ specs: [DecoderSpec], maximumNewTokens: Int) throws {
    guard precision != nil else { return }
    guard maximumNewTokens > 1 else {
      throw ValidationError(
        "--precision needs decode times, and with --max-new-tokens 1 there are none, since the first token comes with the "
          + "prefill; allow more tokens"
      )
    }
    guard specs.contains(where: { $0.method != Baseline.method }) else {
      throw ValidationError("--precision needs a decoder beside vanilla whose speedup can become precise; name one")
    }
  }
}
