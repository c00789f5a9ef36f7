/// The words that templates draw from, in lists with a name each.
package struct Lexicon: Decodable, Sendable {
  private let lists: [String: [String]]

  /// Every different element of the lists, in alphabetical order.
  let elements: [String]

  /// Every different word of the lists, in lower case.
  package let words: Set<String>

  /// The lists that the code draws from, whatever the templates do.
  private static let needed = [
    "woman", "man", "surname", "trade", "town", "river", "region", "building", "inn", "hill", "animal", "riverfish",
    "tree", "pet", "colour", "month", "food", "craft", "instrument", "hobby", "festival",
  ]

  package init(from decoder: any Decoder) throws {
    let lists = try [String: Filled<String>](from: decoder).mapValues(\.all)
    if let missing = Self.needed.first(where: { lists[$0] == nil }) {
      throw DecodingError.refused("there is no list \"\(missing)\"", at: decoder)
    }
    self.lists = lists
    elements = Set(lists.values.joined()).sorted()
    words = Set(
      lists.values.joined().flatMap { $0.lowercased().split { !$0.isLetter && $0 != "'" }.map(String.init) }
    )
  }

  /// The elements of a list; empty where no list has this name.
  package func list(_ name: String) -> [String] { lists[name] ?? [] }

  /// Whether something can be drawn by this name; a person is a woman or a man.
  func has(_ name: String) -> Bool { name == "person" || lists[name] != nil }
}
