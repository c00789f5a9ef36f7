import SpecFiles

/// Finds the figures that differ between a stored report and one made again.
enum FigureComparison {
  /// The most differences that are told one by one.
  private static let most = 5

  /// What differs in two JSON documents, by the place of each value.
  static func differences(stored: String, made: String, file: String) -> [String] {
    guard stored != made else { return [] }
    var found: [String] = []
    compare(.parsing(stored), .parsing(made), place: "") { found.append("\(file): \($0)") }
    if found.isEmpty { found = [firstLine(stored: stored, made: made, file: file)] }
    let more = found.count - most
    return found.prefix(most) + (more > 0 ? ["\(file): \(quantity(more, "other value")) differ"] : [])
  }

  /// The first line that differs between two texts.
  static func firstLine(stored: String, made: String, file: String) -> String {
    let (one, other) = (
      stored.split(separator: "\n", omittingEmptySubsequences: false),
      made.split(separator: "\n", omittingEmptySubsequences: false)
    )
    let line = zip(one, other).prefix { $0 == $1 }.count
    func text(_ lines: [Substring]) -> String {
      line < lines.count ? quoted(around(lines[line], other: lines == one ? other : one, line)) : "nothing"
    }
    return "\(file), line \(line + 1): it says \(text(one)), and the rows give \(text(other))"
  }

  /// The part of a line from shortly before where it differs.
  private static func around(_ text: Substring, other lines: [Substring], _ line: Int) -> String {
    guard line < lines.count else { return String(text) }
    let same = zip(text, lines[line]).prefix { $0 == $1 }.count
    return String(text.dropFirst(max(0, same - 20)))
  }

  private static func compare(_ stored: JSONValue, _ made: JSONValue, place: String, _ found: (String) -> Void) {
    switch (stored, made) {
    case (.object, .object):
      let (one, other) = (stored.membersByKey, made.membersByKey)
      for key in Set(one.keys).union(other.keys).sorted() {
        compare(one[key] ?? .null, other[key] ?? .null, place: place.isEmpty ? key : "\(place).\(key)", found)
      }
    case (.array(let one), .array(let other)) where one.count == other.count:
      for (index, pair) in zip(one, other).enumerated() { compare(pair.0, pair.1, place: "\(place)[\(index)]", found) }
    default:
      if stored != made { found("\(place) is \(stored.summary), and the rows give \(made.summary)") }
    }
  }
}
