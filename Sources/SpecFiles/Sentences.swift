private let quotationLimit = 60

/// Text of an untrusted file made fit for a sentence: in quotes, on one line, harmless to a terminal and cut after 60
/// scalars.
public func quoted(_ text: String) -> String {
  "\"\(printable(text, limit: quotationLimit))\""
}

/// UTF-8 of an untrusted file made fit for a sentence, as for a text.
public func quoted(_ bytes: some Sequence<UInt8>) -> String {
  // A scalar has four bytes at most, and one beyond the limit tells that there are more.
  quoted(String(decoding: Array(bytes.prefix(4 * (quotationLimit + 1))), as: UTF8.self))
}

/// A path made fit for a sentence: on one line, harmless to a terminal, and not cut.
public func printablePath(_ path: String) -> String { printable(path, limit: .max) }

/// The first scalars of a text, with everything escaped that could upset a line or a terminal.
package func printable(_ text: String, limit: Int) -> String {
  let scalars = text.unicodeScalars
  let visible = scalars.prefix(limit).reduce(into: "") { result, scalar in
    switch scalar.properties.generalCategory {
    // Among the formats are those that turn the direction of writing.
    case .control, .format, .lineSeparator, .paragraphSeparator: result += scalar.escaped(asASCII: true)
    default: result.unicodeScalars.append(scalar)
    }
  }
  return visible + (scalars.dropFirst(limit).isEmpty ? "" : "…")
}

/// A number with its noun: `1 cycle`, `2 cycles`.
///
/// - Parameters:
///   - count: the number.
///   - singular: the noun for one.
///   - plural: the noun for any other number, where it is not made with an s.
/// - Returns: the text.
package func quantity(_ count: Int, _ singular: String, plural: String? = nil) -> String {
  "\(count) \(count == 1 ? singular : plural ?? singular + "s")"
}

/// The known name that a misspelled one most likely stands for; nil where none is near.
///
/// - Parameters:
///   - name: what was written.
///   - known: the names that there are.
/// - Returns: the name with the fewest letters that are wrong, missing, superfluous or swapped, at most a third of them.
public func nearestName(to name: String, among known: [String]) -> String? {
  let letters = Array(name.lowercased().unicodeScalars.prefix(64))
  let distances = known.map {
    (name: $0, distance: distance(letters, Array($0.lowercased().unicodeScalars.prefix(64))))
  }
  guard let best = distances.min(by: { $0.distance < $1.distance }), best.distance <= max(1, letters.count / 3) else {
    return nil
  }
  return best.name == name || letters.isEmpty ? nil : best.name
}

/// A hint for a message that a name is not known: `, perhaps kangaroo is meant`, or nothing where no name is near.
public func nearestNameHint(for name: String, among known: [String]) -> String {
  nearestName(to: name, among: known).map { ", perhaps \($0) is meant" } ?? ""
}

/// How many letters have to be changed, added, removed or swapped with the next.
private func distance(_ one: [Unicode.Scalar], _ other: [Unicode.Scalar]) -> Int {
  var (before, row) = ([Int](), Array(0...other.count))
  for i in one.indices {
    var next = [i + 1]
    for j in other.indices {
      var least = min(row[j + 1] + 1, next[j] + 1, row[j] + (one[i] == other[j] ? 0 : 1))
      if i > 0, j > 0, one[i] == other[j - 1], one[i - 1] == other[j] { least = min(least, before[j - 1] + 1) }
      next.append(least)
    }
    (before, row) = (row, next)
  }
  return row[other.count]
}

/// An error that may tell of several things, each in a line of its own. All other errors are told in one line.
public protocol LinedError: Error {
  /// The lines. What a name or a file's text may break in them is no line of its own.
  var lines: [String] { get }
}
