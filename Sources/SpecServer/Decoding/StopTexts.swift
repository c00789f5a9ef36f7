/// Ends a text where one of some stop texts begins, and holds back what may be the beginning of one.
struct StopTexts: Sendable {
  private let stops: [[UInt8]]
  private var held: [UInt8] = []
  /// The stop text that was found.
  private(set) var found: String?

  /// - Parameter stops: texts, none of them empty.
  init(_ stops: [String]) { self.stops = stops.map { Array($0.utf8) } }

  /// Adds text and tells what of all is certain not to belong to a stop text.
  ///
  /// - Parameter text: what comes next; whole characters.
  /// - Returns: the text that may be shown now; once a stop text is found, what came before it, and then nothing more.
  mutating func append(_ text: String) -> String {
    guard found == nil else { return "" }
    if stops.isEmpty { return text }
    held += text.utf8
    if let (place, stop) = firstStop {
      found = String(decoding: stop, as: UTF8.self)
      return release(place)
    }
    return release(held.count - longestBeginning)
  }

  /// The text that was held back and belongs to no stop text.
  mutating func finish() -> String { found == nil ? release(held.count) : "" }

  private mutating func release(_ count: Int) -> String {
    defer { held.removeFirst(count) }
    return String(decoding: held.prefix(count), as: UTF8.self)
  }

  /// Where the first stop text begins, the longest where several do.
  private var firstStop: (place: Int, stop: [UInt8])? {
    for place in held.indices {
      let matches = stops.filter { held[place...].starts(with: $0) }
      if let stop = matches.max(by: { $0.count < $1.count }) { return (place, stop) }
    }
    return nil
  }

  /// How many bytes at the end are the beginning of a stop text.
  private var longestBeginning: Int {
    let longest = min(held.count, (stops.map(\.count).max() ?? 1) - 1)
    return (0...longest).last { length in stops.contains { $0.starts(with: held.suffix(length)) } } ?? 0
  }
}
