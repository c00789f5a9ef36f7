import ArgumentParser
import Foundation
import SpecTraining

/// How much of what the target says is kept between epochs.
struct TargetCacheOptions: ParsableArguments {
  @Option(
    name: .customLong("cache"),
    parsing: .unconditional,
    help: ArgumentHelp(
      """
      The most space on the disk for what the target says about the data, kept until the training is finished: the target \
      computes it once instead of in every epoch. If it is more, and with 0, nothing is kept.
      """,
      valueName: ByteCount.valueName
    )
  )
  var size = ByteCount.fourGigabytes

  @Option(
    name: .customLong("likeliest"),
    parsing: .unconditional,
    help: ArgumentHelp(
      """
      How many of the target's likeliest tokens are learned one by one from what is kept, all others together as one; all: \
      its whole distribution.
      """,
      valueName: TeacherTokens.valueName
    )
  )
  var likeliest = TeacherTokens.likeliest(64)

  /// What is kept.
  var settings: TargetCacheSettings {
    let count: Int? = if case .likeliest(let count) = likeliest { count } else { nil }
    return TargetCacheSettings(bytes: size.bytes, likeliest: count)
  }
}

/// A number of bytes as people write it: `4GB`, `500MB`, in powers of ten; `0` without a unit.
struct ByteCount: OptionValue, CustomStringConvertible {
  static let valueName = "size"

  static let fourGigabytes = ByteCount(bytes: 4_000_000_000, description: "4GB")

  let bytes: Int
  /// What was written.
  let description: String

  private init(bytes: Int, description: String) { (self.bytes, self.description) = (bytes, description) }

  private static let units = [("MB", 1e6), ("GB", 1e9), ("TB", 1e12)]

  init(reading text: String) throws(OptionProblem) {
    let trimmed = text.trimmingCharacters(in: .whitespaces)
    let unit = Self.units.first { trimmed.uppercased().hasSuffix($0.0) }
    let digits = trimmed.dropLast(unit == nil ? 0 : 2).trimmingCharacters(in: .whitespaces)
    guard let number = Double(digits), number == 0 || unit != nil, (0...1e6).contains(number) else {
      throw OptionProblem(text: "is '\(text)'; write a size, like 4GB or 500MB, or 0")
    }
    (bytes, description) = (Int(number * (unit?.1 ?? 0)), trimmed)
  }
}

/// How many of a target's likeliest tokens a drafter learns.
enum TeacherTokens: OptionValue, CustomStringConvertible {
  /// The whole vocabulary.
  case all
  /// So many.
  case likeliest(Int)

  static let valueName = "n|all"

  init(reading text: String) throws(OptionProblem) {
    if text == "all" {
      self = .all
    } else if let count = Int(text), (1...65536).contains(count) {
      self = .likeliest(count)
    } else {
      throw OptionProblem(text: "is '\(text)'; choose a number from 1 to 65536, or all")
    }
  }

  var description: String {
    switch self {
    case .all: "all"
    case .likeliest(let count): "\(count)"
    }
  }
}
