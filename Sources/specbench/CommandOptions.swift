import ArgumentParser
import Foundation
import SpecFiles
import SpecKernels

/// The options of a command, as its help lists them: where the parser fails it may blame what stands after an option that
/// there is not, or something else that is missing.
struct CommandOptions {
  /// The command's words, like `specbench train draft`.
  private let command: String
  /// The options' names with what their values are called; an empty text for options without a value.
  private let known: [String: String]
  /// Whether the command takes runs by their numbers.
  private let takesRuns: Bool
  /// What was written after the command.
  private let arguments: [String]

  /// Options of other programs, and what they are called here.
  private static let otherNames = [
    "output": "report", "out": "output", "passes": "repeats", "questions": "limit", "num-samples": "limit",
    "models": "model", "checkpoint": "model", "methods": "decoders", "dataset": "suite", "device": "threads",
  ]

  /// The types that read values themselves, by what the help calls their values.
  private static let valueTypes = Dictionary(
    uniqueKeysWithValues: ([
      Percentage.self, TimeBudget.self, CommaSeparated<WeightType>.self, CommaSeparated<ThreadCount>.self,
      CommaSeparated<EndToken>.self, CommaSeparated<RequestCount>.self, ShardChoice.self, Age.self,
      ByteCount.self, TeacherTokens.self,
    ] as [any OptionValue.Type]).map { ("<\($0.valueName)>", $0) }
  )

  /// What people call an option that would take the number of a run.
  private static let runNames: Set = ["run", "runs", "run-id", "run-number", "runid", "id", "number", "r"]

  /// - Parameters:
  ///   - root: the program's outermost command.
  ///   - arguments: everything that was written after its name.
  init(_ root: any ParsableCommand.Type, _ arguments: [String]) {
    var (type, words, rest) = (root, [root.configuration.commandName ?? ""], arguments[...])
    while let name = rest.first,
      let next = type.configuration.subcommands.first(where: { $0.configuration.commandName == name })
    {
      type = next
      words.append(name)
      rest.removeFirst()
    }
    let help = type.helpMessage(includeHidden: true, columns: 10_000)
    let lines = help.split(separator: "\n")
    command = words.joined(separator: " ")
    self.arguments = Array(rest)
    takesRuns = lines.contains { $0.hasPrefix("  <run>") || $0.hasPrefix("  <old>") }
    known = lines.filter { $0.hasPrefix("  -") }.reduce(into: [:]) { known, line in
      for part in line.split(separator: " ") {
        if part.hasPrefix("-") {
          for name in part.split(whereSeparator: { $0 == "/" || $0 == "," }) { known[String(name)] = "" }
        } else if part.hasPrefix("<") {
          for name in known.keys where line.split(whereSeparator: { " ,".contains($0) }).contains(Substring(name)) {
            known[name] = String(part)
          }
          break
        } else {
          break
        }
      }
    }
  }

  /// Refuses the first option that the command has not, and a text that is no value of its option.
  ///
  /// - Throws: `ValidationError` that names it.
  func check() throws {
    var rest = arguments[...]
    while let word = rest.popFirst(), word != "--" {
      guard word.hasPrefix("-"), word != "-" else { continue }
      let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      guard let value = known[parts[0]] else { throw unknown(parts[0]) }
      guard !value.isEmpty, let given = parts.count > 1 ? parts[1] : rest.popFirst() else { continue }
      if value == "<n>", Int(given) == nil, !given.isEmpty {
        let isNumber = given.drop { $0 == "-" }.allSatisfy(\.isNumber)
        throw ValidationError(
          "\(parts[0]) is \(quoted(given)); give a whole number" + (isNumber ? " of at most \(Int.max)" : "")
        )
      }
      if let type = Self.valueTypes[value] {
        do throws(OptionProblem) { _ = try type.init(reading: given) } catch {
          throw ValidationError("\(parts[0]) \(error.text)")
        }
      }
    }
  }

  private func unknown(_ name: String) -> ValidationError {
    if Double(name) != nil {
      return ValidationError(
        takesRuns
          ? "there is no run \(name); runs are counted from 1, and 'specbench runs' lists them"
          : "\(name) stands where no number is expected; see '\(command) --help'"
      )
    }
    if Self.runNames.contains(name.drop { $0 == "-" }.lowercased()), let advice = runAdvice(name) {
      return ValidationError("there is no option \(quoted(name)): \(advice)")
    }
    return ValidationError("there is no option \(quoted(name))\(hint(for: name)); see '\(command) --help'")
  }

  /// How this command, or another one, is told of a run; nil where it takes none.
  private func runAdvice(_ name: String) -> String? {
    let value = arguments.enumerated().lazy.compactMap { place, word -> String? in
      if word.hasPrefix(name + "=") { return String(word.dropFirst(name.count + 1)) }
      return word == name && place + 1 < arguments.count ? arguments[place + 1] : nil
    }.first
    let run = value.flatMap { Int64($0) }.map { String($0) } ?? "1"
    switch command {
    case "specbench runs": return "all runs are listed; 'specbench report \(run)' shows one of them"
    case "specbench compare": return "a run is named by its number alone, as in '\(command) 1 2'"
    default: return takesRuns ? "a run is named by its number alone, as in '\(command) \(run)'" : nil
    }
  }

  /// The option that was meant: one with a similar name, one of another program, or one with the same words in its name.
  private func hint(for name: String) -> String {
    let names = known.keys.filter { $0.hasPrefix("--") }.map { String($0.dropFirst(2)) }.sorted()
    let word = name.drop { $0 == "-" }.lowercased().replacing("_", with: "-")
    let words = Set(word.split(separator: "-").filter { $0 != "no" })
    let shared = names.map { name in (name: name, count: words.intersection(name.split(separator: "-")).count) }
    let related = shared.max { $0.count < $1.count }.flatMap { $0.count > 0 ? $0.name : nil }
    let other = Self.otherNames[word].flatMap { names.contains($0) ? $0 : nil }
    let same = names.contains(word) ? word : nil
    guard let meant = same ?? nearestName(to: word, among: names) ?? other ?? related else { return "" }
    return ", perhaps --\(meant) is meant"
  }
}
