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

/// Refuses empty paths among those of one option.
func refuseEmptyPaths(_ name: String, _ paths: [String]) throws {
  for path in paths { try refuseEmptyPaths([name: path]) }
}

/// What numbers may be that several commands take.
enum OptionRange {
  static let threads = 1...1024
  static let repeats = 1...10_000
  /// Positions of a model.
  static let contextLength = 8...1_000_000
}

/// A number of an option, or a sentence with its range.
///
/// - Parameters:
///   - value: the number; nil for an option that was not given.
///   - range: what it may be.
///   - option: the option that it was given to.
///   - end: what the range's end is, where it needs more words than its number.
/// - Throws: `ValidationError` outside the range.
func check<Number: Comparable>(
  _ value: Number?,
  in range: ClosedRange<Number>,
  of option: String,
  end: String? = nil
) throws {
  guard let value, !range.contains(value) else { return }
  throw ValidationError(
    "\(option) is \(short(value)); choose a number from \(short(range.lowerBound)) to \(end ?? short(range.upperBound))"
  )
}

/// A whole number without a fraction, whatever its type.
private func short(_ number: some Comparable) -> String {
  let text = "\(number)"
  return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
}
