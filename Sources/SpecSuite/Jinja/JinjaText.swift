import SpecFiles

/// A text in a template, each scalar of which knows whether the template wrote it or somebody else. What is cut, joined,
/// trimmed or replaced keeps what it knows, so that the words of a user are found in the rendering however the template
/// has moved them.
struct JinjaText: Hashable, Comparable, Sendable {
  /// Above every scalar's value.
  private static let quotedBit: UInt32 = 1 << 31

  /// Scalars, those of others with the highest bit set.
  private(set) var units: [UInt32]

  init(_ text: String = "", quoted: Bool = false) {
    units = text.unicodeScalars.map { quoted ? $0.value | Self.quotedBit : $0.value }
  }

  init(_ units: some Sequence<UInt32>) { self.units = Array(units) }

  var count: Int { units.count }
  var isEmpty: Bool { units.isEmpty }

  static func value(_ unit: UInt32) -> UInt32 { unit & ~quotedBit }

  static func scalar(_ unit: UInt32) -> Unicode.Scalar { Unicode.Scalar(value(unit)) ?? "\u{FFFD}" }

  /// Another scalar that comes from the same side as a unit.
  static func unit(_ scalar: Unicode.Scalar, like unit: UInt32) -> UInt32 { scalar.value | (unit & quotedBit) }

  /// The scalars alone, by their values.
  var values: [UInt32] { units.map(Self.value) }

  /// The text alone.
  var string: String {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: units.lazy.map(Self.scalar))
    return String(view)
  }

  /// The text with what of it others wrote.
  var prompt: PromptText {
    var prompt = PromptText()
    var start = 0
    while start < units.count {
      let isQuoted = units[start] & Self.quotedBit != 0
      let end = units[start...].firstIndex { ($0 & Self.quotedBit != 0) != isQuoted } ?? units.count
      let part = JinjaText(units[start..<end]).string
      if isQuoted { prompt.quote(part) } else { prompt.write(part) }
      start = end
    }
    return prompt
  }

  mutating func append(_ other: JinjaText) { units += other.units }

  static func + (left: JinjaText, right: JinjaText) -> JinjaText { JinjaText(left.units + right.units) }

  /// Texts are equal if their scalars are, whoever wrote them and whatever Unicode takes for equivalent.
  static func == (left: JinjaText, right: JinjaText) -> Bool {
    left.units == right.units
      || (left.count == right.count && zip(left.units, right.units).allSatisfy { value($0) == value($1) })
  }

  static func < (left: JinjaText, right: JinjaText) -> Bool { left.values.lexicographicallyPrecedes(right.values) }

  func hash(into hasher: inout Hasher) { for unit in units { hasher.combine(Self.value(unit)) } }

  // MARK: Parts

  subscript(range: Range<Int>) -> JinjaText { JinjaText(units[range]) }

  func starts(with prefix: JinjaText) -> Bool {
    count >= prefix.count && zip(units, prefix.units).allSatisfy { Self.value($0) == Self.value($1) }
  }

  func ends(with suffix: JinjaText) -> Bool { count >= suffix.count && self[count - suffix.count..<count] == suffix }

  /// Where a part that is not empty stands, from a place on; nil if it does not.
  func place(of part: JinjaText, from start: Int = 0) -> Int? {
    guard let first = part.units.first.map(Self.value), part.count <= count else { return nil }
    var place = start
    while place <= count - part.count {
      if Self.value(units[place]) == first, matches(part, at: place) { return place }
      place += 1
    }
    return nil
  }

  /// Where a part that is not empty stands last before an end; nil if it does not.
  func lastPlace(of part: JinjaText, before end: Int) -> Int? {
    var place = end - part.count
    while place >= 0 {
      if matches(part, at: place) { return place }
      place -= 1
    }
    return nil
  }

  private func matches(_ part: JinjaText, at place: Int) -> Bool {
    for index in 0..<part.count where Self.value(units[place + index]) != Self.value(part.units[index]) { return false }
    return true
  }

  /// All places of a part that is not empty, none of which overlap.
  func places(of part: JinjaText, most: Int = .max) -> [Int] {
    var places: [Int] = []
    var start = 0
    while places.count < most, let place = place(of: part, from: start) {
      places.append(place)
      start = place + part.count
    }
    return places
  }

  // MARK: White space

  /// What Python's `str.isspace` takes for white space.
  static func isSpace(_ unit: UInt32) -> Bool {
    let value = value(unit)
    return (0x1C...0x1F).contains(value) || scalar(unit).properties.isWhitespace
  }

  /// Without what a test takes off at the ends.
  func stripped(left: Bool = true, right: Bool = true, where drops: (UInt32) -> Bool = JinjaText.isSpace) -> JinjaText {
    var (start, end) = (0, count)
    while left, start < end, drops(units[start]) { start += 1 }
    while right, end > start, drops(units[end - 1]) { end -= 1 }
    return self[start..<end]
  }
}

/// Letters in another case, as Python's methods of the same names.
extension JinjaText {
  func mapped(_ change: (Unicode.Scalar) -> String) -> JinjaText {
    JinjaText(units.flatMap { unit in change(Self.scalar(unit)).unicodeScalars.map { Self.unit($0, like: unit) } })
  }

  var uppercased: JinjaText { mapped(\.properties.uppercaseMapping) }

  var lowercased: JinjaText {
    JinjaText(
      units.indices.flatMap { index in
        let unit = units[index]
        let isFinal = Self.value(unit) == 0x3A3 && isFinalSigma(index)
        let lower = isFinal ? "\u{3C2}" : Self.scalar(unit).properties.lowercaseMapping
        return lower.unicodeScalars.map { Self.unit($0, like: unit) }
      }
    )
  }

  /// Whether a sigma ends a word: a cased letter before it and none after it, whatever may be ignored between them.
  private func isFinalSigma(_ index: Int) -> Bool {
    func isCased(_ part: some Sequence<UInt32>) -> Bool {
      part.lazy.map(Self.scalar).first { !$0.properties.isCaseIgnorable }?.properties.isCased ?? false
    }
    return isCased(units[..<index].reversed()) && !isCased(units[(index + 1)...])
  }

  /// Each letter that follows on none is large, the others small.
  var titled: JinjaText {
    var followsLetter = false
    return mapped { scalar in
      defer { followsLetter = scalar.properties.isCased }
      return followsLetter ? scalar.properties.lowercaseMapping : scalar.properties.titlecaseMapping
    }
  }

  /// The first letter large, the others small.
  var capitalized: JinjaText {
    guard !isEmpty else { return self }
    return self[0..<1].mapped(\.properties.titlecaseMapping) + self[1..<count].lowercased
  }
}
