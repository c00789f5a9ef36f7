/// The words that templates draw from, in lists with a name each.
package enum Lexicon {
  private static let lists: [String: [String]] = [
    peopleLists, placeLists, natureLists, houseLists, phraseLists,
  ].reduce(into: [:]) { all, lists in all.merge(lists.mapValues(split)) { first, _ in first } }

  /// The elements of a list; empty where no list has this name.
  package static func list(_ name: String) -> [String] { lists[name] ?? [] }

  /// Every different element of the lists, in alphabetical order.
  package static let elements: [String] = Set(lists.values.joined()).sorted()

  /// Every different word of the lists, in lower case.
  package static let words: Set<String> = Set(
    lists.values.joined().flatMap { $0.lowercased().split { !$0.isLetter && $0 != "'" }.map(String.init) }
  )

  /// Lists are written as text with commas between the elements, which may be phrases.
  private static func split(_ text: String) -> [String] {
    text.split(separator: ",").map { $0.split(whereSeparator: \.isWhitespace).joined(separator: " ") }
  }
}
