import Foundation

/// The filters of jinja2 that chat templates use, with those that transformers adds.
extension JinjaRun {
  mutating func filter(_ name: String, _ value: JinjaValue, _ given: JinjaGiven) throws(JinjaProblem) -> JinjaValue {
    try budget.combining([value] + given.all)
    switch name {
    case "default", "d":
      let isWanted = value.isUndefined || (given.value(1, "boolean")?.isTrue == true && !value.isTrue)
      return isWanted ? given.value(0, "default_value") ?? .text("") : value
    case "string", "safe": return .text(try written(value))
    case "trim": return try method("strip", of: .text(written(value)), given)
    case "upper", "lower", "capitalize": return try method(name, of: .text(written(value)), JinjaGiven())
    case "title": return .text(try written(value).titledWords)
    case "replace": return try method(name, of: .text(written(value)), given)
    case "indent": return try indented(written(value), given)
    case "tojson":
      let json = try JinjaJSON(given)
      try budget.making(json.longest(value))
      return .text(try json.text(value))
    case "length", "count": return .integer(try length(value))
    case "int", "float", "abs", "round": return try Self.number(name, value, given)
    case "items": return try pairs(value)
    default: return try listFilter(name, value, given)
    }
  }

  private mutating func listFilter(
    _ name: String,
    _ value: JinjaValue,
    _ given: JinjaGiven
  ) throws(JinjaProblem) -> JinjaValue {
    switch name {
    case "list": return .list(try JinjaList(elements(of: value)))
    case "first": return try elements(of: value).first ?? .undefined("")
    case "last": return try elements(of: value).last ?? .undefined("")
    case "reverse":
      if case .text(let text) = value { return .text(JinjaText(text.units.reversed())) }
      return .list(try JinjaList(elements(of: value).reversed()))
    case "join": return try joined(value, given)
    case "map": return try mapped(value, given)
    case "select", "reject": return try selected(value, given, isKept: name == "select", byAttribute: false)
    case "selectattr", "rejectattr": return try selected(value, given, isKept: name == "selectattr", byAttribute: true)
    case "unique":
      return .list(try unique(value, given))
    case "sum":
      var sum = JinjaValue.integer(0)
      for element in try elements(of: value) { sum = try JinjaOperators.binary("+", sum, element, &budget) }
      return sum
    case "sort", "min", "max": return try sorted(name, value, given)
    case "dictsort":
      guard case .object(let object) = value else { throw JinjaProblem("it sorts the members of \(value.kind)") }
      let pairs = object.pairs.sorted { $0.key.lowercased < $1.key.lowercased }
      return .list(try Self.tuples(pairs))
    default: throw JinjaProblem("the filter '\(name.prefix(40))' is not read here")
    }
  }

  /// The first of equal elements; texts are equal in any case unless an argument says otherwise.
  private mutating func unique(_ value: JinjaValue, _ given: JinjaGiven) throws(JinjaProblem) -> JinjaList {
    let isExact = given.value(0, "case_sensitive")?.isTrue ?? false
    var kept: [JinjaValue] = []
    var keys: [JinjaValue] = []
    for element in try elements(of: value) {
      var key =
        try given.value(1, "attribute").map { (path) throws(JinjaProblem) in try self.path(path, of: element) }
        ?? element
      try budget.pay(key.weight * (1 + keys.count))
      if !isExact, case .text(let text) = key { key = .text(text.lowercased) }
      guard !keys.contains(key) else { continue }
      keys.append(key)
      kept.append(element)
    }
    return try JinjaList(kept)
  }

  private func length(_ value: JinjaValue) throws(JinjaProblem) -> Int {
    switch value {
    case .text(let text): return text.count
    case .list(let list): return list.values.count
    case .object(let object): return object.keys.count
    case .undefined: return 0
    default: throw JinjaProblem("it asks for the length of \(value.kind)")
    }
  }

  static func tuples(_ pairs: [(key: JinjaText, value: JinjaValue)]) throws(JinjaProblem) -> JinjaList {
    var tuples: [JinjaValue] = []
    for pair in pairs { tuples.append(.list(try JinjaList([.text(pair.key), pair.value], isTuple: true))) }
    return try JinjaList(tuples)
  }

  private func pairs(_ value: JinjaValue) throws(JinjaProblem) -> JinjaValue {
    switch value {
    case .object(let object): return .list(try Self.tuples(object.pairs))
    case .undefined: return .list(try JinjaList([]))
    default: throw JinjaProblem("it asks for the members of \(value.kind)")
    }
  }

  private mutating func joined(_ value: JinjaValue, _ given: JinjaGiven) throws(JinjaProblem) -> JinjaValue {
    let separator = try given.value(0, "d").map { (value) throws(JinjaProblem) in try written(value) } ?? JinjaText()
    var result = JinjaText()
    for (index, element) in try elements(of: value).enumerated() {
      var part = element
      if let attribute = given.value(1, "attribute") { part = try path(attribute, of: element) }
      let text = try written(part)
      guard result.count + separator.count + text.count <= budget.longestText else {
        throw JinjaProblem("it writes too much")
      }
      if index > 0 { result.append(separator) }
      result.append(text)
    }
    try budget.making(result.count)
    return .text(result)
  }

  /// What attributes of attributes, written with points between them, stand for.
  private func path(_ path: JinjaValue, of owner: JinjaValue) throws(JinjaProblem) -> JinjaValue {
    if let place = path.whole {
      guard case .list(let list) = owner, list.values.indices.contains(place) else { return .undefined("") }
      return list.values[place]
    }
    guard case .text(let text) = path else { throw JinjaProblem("an attribute is \(path.kind)") }
    var result = owner
    for part in text.string.split(separator: ".", omittingEmptySubsequences: false) {
      result = try attribute(String(part), of: result)
    }
    return result
  }

  private mutating func mapped(_ value: JinjaValue, _ given: JinjaGiven) throws(JinjaProblem) -> JinjaValue {
    var results: [JinjaValue] = []
    for element in try elements(of: value) {
      if given.list.isEmpty, let attribute = given.named["attribute"] {
        let found = try path(attribute, of: element)
        results.append(found.isUndefined ? given.named["default"] ?? found : found)
      } else {
        guard case .text(let name)? = given.list.first else { throw JinjaProblem("a 'map' has no filter") }
        let rest = JinjaGiven(list: Array(given.list.dropFirst()), named: given.named)
        results.append(try nested { (run) throws(JinjaProblem) in try run.filter(name.string, element, rest) })
      }
    }
    return .list(try JinjaList(results))
  }

  private mutating func selected(
    _ value: JinjaValue,
    _ given: JinjaGiven,
    isKept: Bool,
    byAttribute: Bool
  ) throws(JinjaProblem) -> JinjaValue {
    var rest = given.list[...]
    let attribute = byAttribute ? rest.popFirst() : nil
    if byAttribute, attribute == nil { throw JinjaProblem("a selection has no attribute") }
    let name = rest.popFirst()
    var kept: [JinjaValue] = []
    for element in try elements(of: value) {
      let part = try attribute.map { (attribute) throws(JinjaProblem) in try path(attribute, of: element) } ?? element
      var passes = part.isTrue
      if let name {
        guard case .text(let name) = name else { throw JinjaProblem("a selection has no test") }
        passes = try test(name.string, part, JinjaGiven(list: Array(rest), named: given.named))
      }
      if passes == isKept { kept.append(element) }
    }
    return .list(try JinjaList(kept))
  }

  private mutating func sorted(
    _ name: String,
    _ value: JinjaValue,
    _ given: JinjaGiven
  ) throws(JinjaProblem) -> JinjaValue {
    let attribute = name == "sort" ? given.value(2, "attribute") : given.value(1, "attribute")
    let isExact =
      (name == "sort" ? given.value(1, "case_sensitive") : given.value(0, "case_sensitive"))?.isTrue ?? false
    var entries: [(key: JinjaValue, value: JinjaValue)] = []
    for element in try elements(of: value) {
      var key = try attribute.map { (attribute) throws(JinjaProblem) in try path(attribute, of: element) } ?? element
      if !isExact, case .text(let text) = key { key = .text(text.lowercased) }
      // What has no order is found before sorting, which cannot stop.
      if let first = entries.first { _ = try JinjaOperators.compare("<", first.key, key) }
      entries.append((key, element))
    }
    try budget.combining([.integer(0), value, .text(JinjaText(repeatElement(0, count: 256)))])
    let isLess = { (a: JinjaValue, b: JinjaValue) in (try? JinjaOperators.compare("<", a, b)) ?? false }
    switch name {
    case "min": return entries.min { isLess($0.key, $1.key) }?.value ?? .undefined("")
    // Of equal ones the first.
    case "max": return entries.reversed().max { isLess($0.key, $1.key) }?.value ?? .undefined("")
    default:
      let isDown = given.value(0, "reverse")?.isTrue ?? false
      entries.sort { isDown ? isLess($1.key, $0.key) : isLess($0.key, $1.key) }
      return .list(try JinjaList(entries.map(\.value)))
    }
  }

  private mutating func indented(_ text: JinjaText, _ given: JinjaGiven) throws(JinjaProblem) -> JinjaValue {
    let width = given.value(0, "width") ?? .integer(4)
    var blanks = JinjaText()
    if case .text(let text) = width {
      blanks = text
    } else if let count = width.whole {
      guard count <= 1000 else { throw JinjaProblem("an indentation is too wide") }
      blanks = JinjaText(String(repeating: " ", count: max(count, 0)))
    }
    let lines = (text + JinjaText("\n")).lines(keepsEnds: false)
    try budget.making(text.count + lines.count * (1 + blanks.count))
    let indentsFirst = given.value(1, "first")?.isTrue ?? false
    let indentsBlank = given.value(2, "blank")?.isTrue ?? false
    var result = JinjaText()
    for (index, line) in lines.enumerated() {
      if index > 0 { result.append(JinjaText("\n")) }
      if index == 0 ? indentsFirst : indentsBlank || !line.isEmpty { result.append(blanks) }
      result.append(line)
    }
    return .text(result)
  }

  private static func number(
    _ name: String,
    _ value: JinjaValue,
    _ given: JinjaGiven
  ) throws(JinjaProblem) -> JinjaValue {
    switch name {
    case "abs":
      if let whole = value.whole, whole > Int.min { return .integer(Swift.abs(whole)) }
      guard let number = value.number else { throw JinjaProblem("it takes the amount of \(value.kind)") }
      return .real(Swift.abs(number))
    case "round":
      guard let number = value.number else { throw JinjaProblem("it rounds \(value.kind)") }
      let places = given.value(0, "precision")?.whole ?? 0
      guard (-15...15).contains(places) else { throw JinjaProblem("it rounds to \(places) places") }
      let power = pow(10, Double(places))
      var rule = FloatingPointRoundingRule.toNearestOrEven
      if case .text(let method)? = given.value(1, "method") {
        rule = ["ceil": .up, "floor": .down][method.string] ?? rule
      }
      return .real((number * power).rounded(rule) / power)
    default:
      var number = value.number
      if case .text(let text) = value {
        let stripped = text.stripped().string
        if name == "int", let whole = Int(stripped) { return .integer(whole) }
        number = Double(stripped)
      }
      if name == "int", let whole = value.whole { return .integer(whole) }
      guard let number, number.isFinite else {
        return given.value(0, "default") ?? (name == "int" ? .integer(0) : .real(0))
      }
      if name == "float" { return .real(number) }
      guard let whole = Int(exactly: number.rounded(.towardZero)) else { throw JinjaProblem("a number is too large") }
      return .integer(whole)
    }
  }
}

extension JinjaText {
  /// The first letter of each word large, the others small; words begin after blanks, hyphens and opening brackets.
  fileprivate var titledWords: JinjaText {
    var beginsWord = true
    return mapped { scalar in
      let separates = JinjaText.isSpace(scalar.value) || "-({[<".unicodeScalars.contains(scalar)
      defer { beginsWord = separates }
      if separates { return String(scalar) }
      return beginsWord ? scalar.properties.uppercaseMapping : scalar.properties.lowercaseMapping
    }
  }
}
