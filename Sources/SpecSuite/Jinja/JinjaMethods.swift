/// The methods of texts, lists and objects, as Python has them.
extension JinjaRun {
  private static let ofText: Set<String> = [
    "strip", "lstrip", "rstrip", "upper", "lower", "title", "capitalize", "split", "rsplit", "splitlines", "startswith",
    "endswith", "replace", "find", "rfind", "index", "count", "join", "isdigit", "isalpha", "isalnum", "isspace",
    "removeprefix", "removesuffix", "partition", "rpartition",
  ]
  private static let ofObject: Set<String> = ["get", "items", "keys", "values"]
  private static let ofList: Set<String> = ["index", "count"]

  /// Whether a value has a method of a name.
  func isMethod(_ name: String, of value: JinjaValue) -> Bool {
    switch value {
    case .text: Self.ofText.contains(name)
    case .object: Self.ofObject.contains(name)
    case .list: Self.ofList.contains(name)
    case .loop: name == "cycle"
    default: false
    }
  }

  mutating func method(_ name: String, of value: JinjaValue, _ given: JinjaGiven) throws(JinjaProblem) -> JinjaValue {
    try budget.combining([value] + given.all)
    switch value {
    case .text(let text): return try method(name, of: text, given)
    case .object(let object):
      switch name {
      case "get":
        guard case .text(let key)? = given.list.first else { return given.value(1, "default") ?? .null }
        return object[key] ?? given.value(1, "default") ?? .null
      case "items": return .list(try Self.tuples(object.pairs))
      case "keys": return .list(try JinjaList(object.keys.map { .text($0) }))
      default: return .list(try JinjaList(object.pairs.map(\.value)))
      }
    case .list(let list):
      let sought = given.list.first ?? .undefined("")
      if name == "count" { return .integer(list.values.count { $0 == sought }) }
      guard let place = list.values.firstIndex(of: sought) else {
        throw JinjaProblem("it looks for what is not in a list")
      }
      return .integer(place)
    case .loop(let loop):
      guard !given.list.isEmpty else { throw JinjaProblem("'loop.cycle' has no values") }
      return given.list[loop.index % given.list.count]
    default: throw JinjaProblem("the method '\(name.prefix(40))' is not read here")
    }
  }

  private mutating func method(_ name: String, of text: JinjaText, _ given: JinjaGiven) throws(JinjaProblem)
    -> JinjaValue
  {
    switch name {
    case "strip", "lstrip", "rstrip": return .text(try stripped(text, name, given))
    case "upper": return .text(text.uppercased)
    case "lower": return .text(text.lowercased)
    case "title": return .text(text.titled)
    case "capitalize": return .text(text.capitalized)
    case "startswith": return .boolean(try Self.alternatives(given, name).contains(where: text.starts(with:)))
    case "endswith": return .boolean(try Self.alternatives(given, name).contains(where: text.ends(with:)))
    case "replace": return .text(try replaced(text, given))
    case "split", "rsplit": return .list(try split(text, given, fromEnd: name == "rsplit"))
    case "splitlines":
      let lines = text.lines(keepsEnds: given.value(0, "keepends")?.isTrue ?? false)
      return .list(try JinjaList(lines.map { .text($0) }))
    case "join": return try filter("join", given.list.first ?? .undefined(""), JinjaGiven(list: [.text(text)]))
    case "isdigit":
      return .boolean(text.all { $0.properties.numericType == .digit || $0.properties.numericType == .decimal })
    case "isalpha": return .boolean(text.all(\.isLetter))
    case "isalnum": return .boolean(text.all { $0.isLetter || $0.properties.numericType != nil })
    case "isspace": return .boolean(text.all { JinjaText.isSpace($0.value) })
    default: return try search(name, text, given)
    }
  }

  private mutating func search(_ name: String, _ text: JinjaText, _ given: JinjaGiven) throws(JinjaProblem)
    -> JinjaValue
  {
    guard case .text(let part)? = given.list.first, !part.isEmpty else {
      throw JinjaProblem("the method '\(name)' is not given a text")
    }
    switch name {
    case "removeprefix": return .text(text.starts(with: part) ? text[part.count..<text.count] : text)
    case "removesuffix": return .text(text.ends(with: part) ? text[0..<text.count - part.count] : text)
    case "count": return .integer(text.places(of: part).count)
    case "find": return .integer(text.place(of: part) ?? -1)
    case "rfind": return .integer(text.lastPlace(of: part, before: text.count) ?? -1)
    case "index":
      guard let place = text.place(of: part) else { throw JinjaProblem("it looks for what is not in a text") }
      return .integer(place)
    default:
      let isLast = name == "rpartition"
      let place = isLast ? text.lastPlace(of: part, before: text.count) : text.place(of: part)
      var parts = isLast ? [JinjaText(), JinjaText(), text] : [text, JinjaText(), JinjaText()]
      if let place { parts = [text[0..<place], part, text[place + part.count..<text.count]] }
      return .list(try JinjaList(parts.map { .text($0) }, isTuple: true))
    }
  }

  private func stripped(_ text: JinjaText, _ name: String, _ given: JinjaGiven) throws(JinjaProblem) -> JinjaText {
    let (left, right) = (name != "rstrip", name != "lstrip")
    switch given.value(0, "chars") {
    case nil, .null?: return text.stripped(left: left, right: right)
    case .text(let set)?:
      let values = Set(set.values)
      return text.stripped(left: left, right: right) { values.contains(JinjaText.value($0)) }
    case let other?: throw JinjaProblem("the method '\(name)' is given \(other.kind)")
    }
  }

  /// One text, or those of a tuple.
  private static func alternatives(_ given: JinjaGiven, _ name: String) throws(JinjaProblem) -> [JinjaText] {
    let first = given.list.first ?? .undefined("")
    var values = [first]
    if case .list(let list) = first, list.isTuple { values = list.values }
    var texts: [JinjaText] = []
    for value in values {
      guard case .text(let text) = value else { throw JinjaProblem("the method '\(name)' is given \(value.kind)") }
      texts.append(text)
    }
    return texts
  }

  private mutating func replaced(_ text: JinjaText, _ given: JinjaGiven) throws(JinjaProblem) -> JinjaText {
    guard case .text(let old)? = given.value(0, "old"), case .text(let new)? = given.value(1, "new"), !old.isEmpty
    else {
      throw JinjaProblem("a 'replace' is not given the texts to replace and to put there")
    }
    let most = given.value(2, "count")?.whole ?? -1
    let places = text.places(of: old, most: most < 0 ? .max : most)
    let (growth, overflow) = places.count.multipliedReportingOverflow(by: new.count)
    try budget.making(overflow ? .max : text.count + growth)
    var units: [UInt32] = []
    var start = 0
    for place in places {
      units += text.units[start..<place] + new.units
      start = place + old.count
    }
    return JinjaText(units + text.units[start...])
  }

  private func split(_ text: JinjaText, _ given: JinjaGiven, fromEnd: Bool) throws(JinjaProblem) -> JinjaList {
    let most = given.value(1, "maxsplit")?.whole ?? -1
    let limit = most < 0 ? Int.max : most
    var pieces: [JinjaText]
    switch given.value(0, "sep") {
    case nil, .null?: pieces = text.words(limit, fromEnd: fromEnd)
    case .text(let separator)? where !separator.isEmpty:
      pieces = text.pieces(between: separator, limit, fromEnd: fromEnd)
    case let other?: throw JinjaProblem("a text is split at \(other.isTrue ? other.kind : "nothing")")
    }
    return try JinjaList(pieces.map { .text($0) })
  }
}

extension JinjaText {
  fileprivate func all(_ test: (Unicode.Scalar) -> Bool) -> Bool {
    !isEmpty && units.allSatisfy { test(Self.scalar($0)) }
  }

  fileprivate func pieces(between separator: JinjaText, _ limit: Int, fromEnd: Bool) -> [JinjaText] {
    if fromEnd {
      var pieces: [JinjaText] = []
      var end = count
      while pieces.count < limit, let place = lastPlace(of: separator, before: end) {
        pieces.append(self[place + separator.count..<end])
        end = place
      }
      return Array((pieces + [self[0..<end]]).reversed())
    }
    var start = 0
    let pieces = places(of: separator, most: limit).map { place in
      defer { start = place + separator.count }
      return self[start..<place]
    }
    return pieces + [self[start..<count]]
  }

  /// What stands between stretches of white space.
  fileprivate func words(_ limit: Int, fromEnd: Bool) -> [JinjaText] {
    if fromEnd {
      let mirrored = JinjaText(units.reversed()).words(limit, fromEnd: false)
      return mirrored.reversed().map { JinjaText($0.units.reversed()) }
    }
    var words: [JinjaText] = []
    var rest = stripped(right: false)
    while !rest.isEmpty {
      guard words.count < limit, let end = rest.units.firstIndex(where: Self.isSpace) else {
        words.append(rest)
        break
      }
      words.append(rest[0..<end])
      rest = rest[end..<rest.count].stripped(right: false)
    }
    return words
  }

  private static let lineEnds: Set<UInt32> = [0xA, 0xB, 0xC, 0xD, 0x1C, 0x1D, 0x1E, 0x85, 0x2028, 0x2029]

  /// The lines, without an empty one after the last end.
  func lines(keepsEnds: Bool) -> [JinjaText] {
    var lines: [JinjaText] = []
    var start = 0
    while start < count {
      let end = units[start...].firstIndex { Self.lineEnds.contains(Self.value($0)) } ?? count
      var next = min(end + 1, count)
      if next < count, Self.value(units[end]) == 0xD, Self.value(units[next]) == 0xA { next += 1 }
      lines.append(self[start..<(keepsEnds ? next : end)])
      start = next
    }
    return lines
  }
}

extension Unicode.Scalar {
  fileprivate var isLetter: Bool {
    [.uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter]
      .contains(properties.generalCategory)
  }
}
