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
      valueName: "percent"
    )
  )
  var precision: String?

  @Option(
    name: .customLong("time-budget"),
    parsing: .unconditional,
    help: ArgumentHelp(
      "With --precision: begin no repeat with which all of them, those before a --resume included, would take longer, like 90s or 10m.",
      valueName: "time"
    )
  )
  var timeBudget: String?

  /// Seconds: a year.
  private static let longestBudget = 366.0 * 86400

  func validate() throws {
    // What is wrong with a value itself comes before what is missing beside it.
    _ = try timeBudget.map(duration)
    _ = try goal()
    if timeBudget != nil, precision == nil {
      throw ValidationError("--time-budget goes with --precision; give both, or neither")
    }
  }

  func goal() throws -> PrecisionGoal? {
    guard let precision else { return nil }
    let share = try Percentage.share(precision, of: "--precision")
    guard share > 0 else { throw ValidationError("--precision is \(precision); choose a share above 0, like 2%") }
    return PrecisionGoal(precision: share, timeBudget: try timeBudget.map(duration))
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

  private func duration(_ text: String) throws -> Duration {
    let units: [Character: Double] = ["s": 1, "m": 60, "h": 3600]
    guard let factor = text.last.flatMap({ units[$0] }), let number = Double(text.dropLast()), number > 0,
      number * factor <= Self.longestBudget
    else {
      throw ValidationError(
        "--time-budget is '\(text)'; write a number with s, m or h, like 90s or 10m, of at most a year"
      )
    }
    return .seconds(number * factor)
  }
}

/// Shares as people write them.
enum Percentage {
  /// Reads `3%` as 0.03.
  ///
  /// - Parameters:
  ///   - text: a number and a percent sign.
  ///   - option: the option that it was given to.
  /// - Returns: the share, from 0 to 1.
  /// - Throws: `ValidationError`.
  static func share(_ text: String, of option: String) throws -> Double {
    let trimmed = text.trimmingCharacters(in: .whitespaces)
    let digits = trimmed.hasSuffix("%") ? String(trimmed.dropLast()).trimmingCharacters(in: .whitespaces) : trimmed
    guard let number = Double(digits), number.isFinite else {
      throw ValidationError("\(option) is '\(text)'; write a percentage, like 3%")
    }
    guard trimmed.hasSuffix("%") else {
      throw ValidationError("\(option) is '\(text)', without a percent sign; write a percentage, like 3%")
    }
    guard (0...100).contains(number) else {
      throw ValidationError("\(option) is '\(text)'; choose a percentage from 0% to 100%, like 3%")
    }
    return number / 100
  }
}
