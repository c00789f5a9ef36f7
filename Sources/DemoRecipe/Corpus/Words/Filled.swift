import SpecTraining

/// A list with at least one element, so that one can always be drawn.
package struct Filled<Element: Decodable & Sendable>: Decodable, Sendable {
  package let all: [Element]

  package init(from decoder: any Decoder) throws {
    all = try [Element](from: decoder)
    guard !all.isEmpty else { throw DecodingError.refused("the list is empty", at: decoder) }
  }
}

extension KeyedRandom {
  /// One of the elements, all equally likely.
  mutating func one<Element>(of list: Filled<Element>) -> Element { list.all[below(list.all.count)] }
}

extension DecodingError {
  /// What is at this place cannot be used.
  static func refused(_ problem: String, at decoder: any Decoder) -> DecodingError {
    .dataCorrupted(Context(codingPath: decoder.codingPath, debugDescription: problem))
  }
}
