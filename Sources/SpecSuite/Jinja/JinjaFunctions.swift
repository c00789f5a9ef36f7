import Foundation

/// The operators, filters, tests and methods that chat templates use.
enum JinjaFunctions {
  static func binary(_ symbol: String, _ left: JinjaValue, _ right: JinjaValue) throws(JinjaProblem) -> JinjaValue {
    switch (symbol, left, right) {
    case ("==", _, _): return .boolean(try equal(left, right))
    case ("!=", _, _): return .boolean(try !equal(left, right))
    case ("~", _, _): return .text(try left.written() + right.written())
    case ("+", .text(let a), .text(let b)): return .text(a + b)
    case ("+", .list(let a), .list(let b)): return .list(a + b)
    case ("in", _, .list(let values)):
      for value in values where try equal(left, value) { return .boolean(true) }
      return .boolean(false)
    case ("in", .text(let part), .text(let whole)):
      return .boolean(part.isEmpty || scalars(whole).firstRange(of: scalars(part)) != nil)
    case ("in", .text(let key), .object(let members)): return .boolean(members[key] != nil)
    case ("in", _, .undefined), ("in", _, .null): return .boolean(false)
    case (_, .integer(let a), .integer(let b)): return try arithmetic(symbol, a, b)
    default: throw JinjaProblem("'\(symbol)' stands between values that it is not made for")
    }
  }

  private static func equal(_ a: JinjaValue, _ b: JinjaValue) throws(JinjaProblem) -> Bool {
    if a.holdsContainers && b.holdsContainers { throw JinjaProblem("it compares lists of lists or of objects") }
    return a == b
  }

  private static func arithmetic(_ symbol: String, _ a: Int, _ b: Int) throws(JinjaProblem) -> JinjaValue {
    switch symbol {
    case "<": return .boolean(a < b)
    case "<=": return .boolean(a <= b)
    case ">": return .boolean(a > b)
    case ">=": return .boolean(a >= b)
    default: break
    }
    let known: [String: (Int) -> (Int) -> (partialValue: Int, overflow: Bool)] = [
      "+": Int.addingReportingOverflow, "-": Int.subtractingReportingOverflow, "*": Int.multipliedReportingOverflow,
      "%": Int.remainderReportingOverflow, "//": Int.dividedReportingOverflow,
    ]
    guard let (result, overflow) = known[symbol]?(a)(b), !overflow, !"%//".contains(symbol) || (a >= 0 && b > 0) else {
      throw JinjaProblem("'\(symbol)' has no result")
    }
    return .integer(result)
  }

  static func filter(_ name: String, _ value: JinjaValue, _ arguments: [JinjaValue]) throws(JinjaProblem) -> JinjaValue
  {
    switch (name, value) {
    case ("trim", .text), ("upper", .text), ("lower", .text), ("replace", .text):
      return try method(name == "trim" ? "strip" : name, of: value, arguments)
    case ("length", .text(let text)), ("count", .text(let text)): return .integer(text.unicodeScalars.count)
    case ("length", .list(let values)), ("count", .list(let values)): return .integer(values.count)
    case ("length", .object(let members)), ("count", .object(let members)): return .integer(members.count)
    case ("first", .list(let values)): return values.first ?? .undefined
    case ("last", .list(let values)): return values.last ?? .undefined
    case ("list", .list), ("string", .text), ("safe", _): return value
    case ("string", .integer(let number)): return .text(String(number))
    case ("reverse", .list(let values)): return .list(values.reversed())
    case ("default", .undefined), ("d", .undefined): return arguments.first ?? .text("")
    case ("default", _), ("d", _): return value.isTrue || arguments.count < 2 ? value : arguments[0]
    case ("join", .list(let values)):
      let separator = try arguments.first?.written() ?? ""
      var texts: [String] = []
      for value in values { texts.append(try value.written()) }
      return .text(texts.joined(separator: separator))
    case ("selectattr", .list(let values)), ("rejectattr", .list(let values)):
      return .list(try selected(values, arguments, isKept: name == "selectattr"))
    default: throw JinjaProblem("the filter '\(name.prefix(40))' is not read here")
    }
  }

  private static func selected(
    _ values: [JinjaValue],
    _ arguments: [JinjaValue],
    isKept: Bool
  ) throws(JinjaProblem) -> [JinjaValue] {
    guard case .text(let key)? = arguments.first else { throw JinjaProblem("a selection has no attribute") }
    var selected: [JinjaValue] = []
    for value in values {
      guard case .object(let members) = value else { throw JinjaProblem("a selection is not among objects") }
      let member = members[key] ?? .undefined
      var passes = member.isTrue
      if arguments.count > 1, case .text(let name) = arguments[1] {
        passes = try test(name, member, Array(arguments.dropFirst(2)))
      }
      if passes == isKept { selected.append(value) }
    }
    return selected
  }

  static func test(_ name: String, _ value: JinjaValue, _ arguments: [JinjaValue]) throws(JinjaProblem) -> Bool {
    switch (name, value) {
    case ("defined", _): return value != .undefined
    case ("undefined", _): return value == .undefined
    case ("none", _): return value == .null
    case ("true", _): return value == .boolean(true)
    case ("false", _): return value == .boolean(false)
    case ("equalto", _), ("eq", _), ("==", _): return try equal(value, arguments.first ?? .undefined)
    case ("ne", _): return try !equal(value, arguments.first ?? .undefined)
    case ("in", _): return try binary("in", value, arguments.first ?? .undefined).isTrue
    case ("string", .text), ("mapping", .object), ("iterable", .list), ("iterable", .text), ("iterable", .object),
      ("sequence", .list), ("sequence", .text), ("number", .integer), ("boolean", .boolean), ("integer", .integer):
      return true
    case ("odd", .integer(let number)): return !number.isMultiple(of: 2)
    case ("even", .integer(let number)): return number.isMultiple(of: 2)
    case ("string", _), ("mapping", _), ("iterable", _), ("sequence", _), ("number", _), ("boolean", _), ("integer", _):
      return false
    default: throw JinjaProblem("the test '\(name.prefix(40))' is not read here")
    }
  }

  static func method(_ name: String, of value: JinjaValue, _ arguments: [JinjaValue]) throws(JinjaProblem) -> JinjaValue
  {
    var texts: [String] = []
    for case .text(let text) in arguments { texts.append(text) }
    switch (name, value) {
    case ("get", .object(let members)):
      return texts.first.flatMap { members[$0] } ?? (arguments.count > 1 ? arguments[1] : .null)
    case ("strip", .text(let text)): return .text(stripped(text, texts.first, left: true, right: true))
    case ("lstrip", .text(let text)): return .text(stripped(text, texts.first, left: true, right: false))
    case ("rstrip", .text(let text)): return .text(stripped(text, texts.first, left: false, right: true))
    case ("upper", .text(let text)): return .text(text.uppercased())
    case ("lower", .text(let text)): return .text(text.lowercased())
    case ("startswith", .text(let text)):
      return .boolean(texts.contains { scalars(text).starts(with: scalars($0)) })
    case ("endswith", .text(let text)):
      return .boolean(texts.contains { scalars(text).reversed().starts(with: scalars($0).reversed()) })
    case ("split", .text(let text)) where texts.first?.isEmpty == false:
      return .list(pieces(of: text, between: texts[0]).map { .text($0) })
    case ("replace", .text(let text)) where texts.count == 2 && !texts[0].isEmpty:
      return .text(pieces(of: text, between: texts[0]).joined(separator: texts[1]))
    default: throw JinjaProblem("the method '\(name.prefix(40))' is not read here")
    }
  }

  private static func scalars(_ text: String) -> [Unicode.Scalar] { Array(text.unicodeScalars) }

  private static func pieces(of text: String, between separator: String) -> [String] {
    var rest = scalars(text)[...]
    var pieces: [String] = []
    while let place = rest.firstRange(of: scalars(separator)) {
      pieces.append(string(rest[..<place.lowerBound]))
      rest = rest[place.upperBound...]
    }
    return pieces + [string(rest)]
  }

  private static func stripped(_ text: String, _ set: String?, left: Bool, right: Bool) -> String {
    func isOutside(_ scalar: Unicode.Scalar) -> Bool {
      set.map { $0.unicodeScalars.contains(scalar) } ?? scalar.properties.isWhitespace
    }
    var rest = scalars(text)[...]
    if left { rest = rest.drop(while: isOutside) }
    if right { while let last = rest.last, isOutside(last) { rest.removeLast() } }
    return string(rest)
  }

  private static func string(_ scalars: some Sequence<Unicode.Scalar>) -> String {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: scalars)
    return String(view)
  }
}
