import ArgumentParser
import Foundation

/// Refuses paths that are empty, as an unset variable of a shell leaves them: each file would be blamed for the folder.
///
/// - Parameter paths: the options' names with what was given; nil for an option that was not.
/// - Throws: `ValidationError` for the first that is empty.
func refuseEmptyPaths(_ paths: KeyValuePairs<String, String?>) throws {
  for (name, path) in paths where path?.allSatisfy(\.isWhitespace) == true {
    throw ValidationError("\(name) is empty; give a path, or check the variable that should have held it")
  }
}

/// The parts of a list with commas.
///
/// - Parameters:
///   - text: the list.
///   - option: the option that it was given to.
///   - example: a list as it should be.
/// - Returns: the parts without white space around them, at least one.
/// - Throws: `ValidationError` where one is empty.
func listParts(_ text: String, of option: String, like example: String) throws -> [String] {
  let parts = text.split(separator: ",", omittingEmptySubsequences: false).map {
    $0.trimmingCharacters(in: .whitespaces)
  }
  guard !parts.contains("") else {
    throw ValidationError("\(option) is '\(text)', where a part is empty; write a list like \(example)")
  }
  return parts
}

/// A number of an option, or a sentence with its range.
///
/// - Parameters:
///   - value: the number.
///   - range: what it may be.
///   - option: the option that it was given to.
/// - Throws: `ValidationError` outside the range.
func check(_ value: Int, in range: ClosedRange<Int>, of option: String) throws {
  guard range.contains(value) else {
    throw ValidationError(
      "\(option) is \(value); choose a number from \(range.lowerBound) to \(range.upperBound)"
    )
  }
}
