import ArgumentParser
import Foundation
import SpecKernels
import SpecModel

/// A value of an option that its own type reads, once. What is wrong with a text is told by the type as well.
///
/// The argument parser asks for `init?(argument:)`, which gives no reason. Where it fails, `CommandOptions` finds the type by the
/// name of its values in the help, and asks for the reason.
protocol OptionValue: ExpressibleByArgument {
  /// What the help calls such a value. It belongs to this type alone.
  static var valueName: String { get }

  /// - Throws: `OptionProblem` for a text that is no such value.
  init(reading text: String) throws(OptionProblem)
}

extension OptionValue {
  init?(argument: String) {
    do { try self.init(reading: argument) } catch { return nil }
  }
}

/// What is wrong with the text of an option, as it follows the option's name: `is '3'; write a percentage, like 3%`.
struct OptionProblem: Error {
  let text: String
}

/// A share as people write it: `3%`.
struct Percentage: OptionValue {
  static let valueName = "percent"

  /// From 0 to 1.
  let share: Double
  /// What was written.
  let text: String

  init(reading text: String) throws(OptionProblem) {
    let trimmed = text.trimmingCharacters(in: .whitespaces)
    let digits = trimmed.hasSuffix("%") ? String(trimmed.dropLast()).trimmingCharacters(in: .whitespaces) : trimmed
    guard let number = Double(digits), number.isFinite else {
      throw OptionProblem(text: "is '\(text)'; write a percentage, like 3%")
    }
    guard trimmed.hasSuffix("%") else {
      throw OptionProblem(text: "is '\(text)', without a percent sign; write a percentage, like 3%")
    }
    guard (0...100).contains(number) else {
      throw OptionProblem(text: "is '\(text)'; choose a percentage from 0% to 100%, like 3%")
    }
    (share, self.text) = (number / 100, text)
  }
}

/// A time as people write it: `90s`, `10m`, `2h`.
struct TimeBudget: OptionValue {
  static let valueName = "time"

  let duration: Duration

  /// Seconds: a year.
  private static let longest = 366.0 * 86400

  init(reading text: String) throws(OptionProblem) {
    let units: [Character: Double] = ["s": 1, "m": 60, "h": 3600]
    guard let factor = text.last.flatMap({ units[$0] }), let number = Double(text.dropLast()), number > 0,
      number * factor <= Self.longest
    else {
      throw OptionProblem(text: "is '\(text)'; write a number with s, m or h, like 90s or 10m, of at most a year")
    }
    duration = .seconds(number * factor)
  }
}

/// What a list of an option may hold.
protocol ListedValue: Hashable, Sendable {
  /// What the help calls such a list.
  static var listName: String { get }
  /// A list as it should be.
  static var exampleList: String { get }
  /// What may stand in it, as an advice.
  static var advice: String { get }

  /// The value of a part; nil for a text that is none.
  init?(listed text: String)
}

/// A list with commas.
struct CommaSeparated<Value: ListedValue>: OptionValue {
  static var valueName: String { Value.listName }

  /// At least one.
  let values: [Value]

  init(reading text: String) throws(OptionProblem) {
    let parts = text.split(separator: ",", omittingEmptySubsequences: false).map {
      $0.trimmingCharacters(in: .whitespaces)
    }
    guard !parts.contains("") else {
      throw OptionProblem(text: "is '\(text)', where a part is empty; write a list like \(Value.exampleList)")
    }
    var values: [Value] = []
    for part in parts {
      guard let value = Value(listed: part) else { throw OptionProblem(text: "holds '\(part)'; \(Value.advice)") }
      values.append(value)
    }
    self.values = values
  }

  /// A list of what was read before; nil for an empty one.
  init?(_ values: [Value]) {
    guard !values.isEmpty else { return nil }
    self.values = values
  }

  /// The values, each once.
  var distinct: [Value] { values.reduce(into: []) { if !$0.contains($1) { $0.append($1) } } }
}

extension WeightType: ListedValue {
  static let listName = "types"
  static let exampleList = "bf16,int8"
  static let advice = "choose from f32, bf16, f16 and int8"

  init?(listed text: String) { self.init(rawValue: text) }
}

/// How many threads compute.
struct ThreadCount: ListedValue {
  static let listName = "counts"
  static let exampleList = "1,2"
  static let advice = "choose numbers from \(OptionRange.threads.lowerBound) to \(OptionRange.threads.upperBound)"

  let count: Int

  init?(listed text: String) {
    guard let count = Int(text), OptionRange.threads.contains(count) else { return nil }
    self.count = count
  }

  /// A list of numbers that was read before; nil for an empty one.
  static func list(_ counts: [Int]) -> CommaSeparated<RequestCount>? {
    CommaSeparated(counts.compactMap { RequestCount(listed: "\($0)") })
  }
}

/// How many requests are in flight.
struct RequestCount: ListedValue {
  static let listName = "levels"
  static let exampleList = "1,4,16"
  static let advice = "choose numbers of requests from \(range.lowerBound) to \(range.upperBound)"
  private static let range = 1...1024

  let count: Int

  init?(listed text: String) {
    guard let count = Int(text), Self.range.contains(count) else { return nil }
    self.count = count
  }

  /// A list of numbers that was read before; nil for an empty one.
  static func list(_ counts: [Int]) -> CommaSeparated<RequestCount>? {
    CommaSeparated(counts.compactMap { RequestCount(listed: "\($0)") })
  }
}

/// A token that ends a text.
struct EndToken: ListedValue {
  static let listName = "ids"
  static let exampleList = "2,16"
  static let advice = "give token ids separated by commas, like 2,16"

  let token: Token

  init?(listed text: String) {
    guard let token = Token(text), token >= 0 else { return nil }
    self.token = token
  }
}
