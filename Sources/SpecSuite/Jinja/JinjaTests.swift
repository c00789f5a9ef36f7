/// The tests of jinja2, which stand after `is`.
extension JinjaRun {
  mutating func test(_ name: String, _ value: JinjaValue, _ given: JinjaGiven) throws(JinjaProblem) -> Bool {
    if let symbol = Self.comparisons[name] ?? (Self.comparisons.values.contains(name) ? name : nil) {
      return try compare(symbol, value, given.list.first ?? .undefined(""))
    }
    switch name {
    case "defined": return !value.isUndefined
    case "undefined": return value.isUndefined
    case "none": if case .null = value { return true }
    case "boolean": if case .boolean = value { return true }
    case "true", "false": if case .boolean(let truth) = value { return truth == (name == "true") }
    case "integer": if case .integer = value { return true }
    case "float": if case .real = value { return true }
    case "number": return value.number != nil
    case "string": if case .text = value { return true }
    case "mapping": if case .object = value { return true }
    case "iterable", "sequence":
      switch value {
      case .text, .list, .object, .undefined: return true
      default: return false
      }
    case "callable":
      switch value {
      case .function, .macro: return true
      default: return false
      }
    case "sameas": return Self.isSame(value, given.list.first ?? .undefined(""))
    case "lower", "upper":
      let text = try written(value)
      try budget.making(text.count)
      let cased = text.units.lazy.map(JinjaText.scalar).filter(\.properties.isCased)
      return !cased.isEmpty
        && cased.allSatisfy { name == "lower" ? $0.properties.isLowercase : $0.properties.isUppercase }
    case "odd", "even", "divisibleby": return try divides(name, value, given)
    default: throw JinjaProblem("the test '\(name.prefix(40))' is not read here")
    }
    return false
  }

  private static let comparisons = [
    "in": "in", "equalto": "==", "eq": "==", "ne": "!=", "lt": "<", "lessthan": "<", "le": "<=", "gt": ">",
    "greaterthan": ">", "ge": ">=",
  ]

  private func divides(_ name: String, _ value: JinjaValue, _ given: JinjaGiven) throws(JinjaProblem) -> Bool {
    guard let number = value.whole, let divisor = name == "divisibleby" ? given.list.first?.whole : 2, divisor != 0
    else {
      throw JinjaProblem("the test '\(name)' is asked of \(value.kind)")
    }
    return number.isMultiple(of: divisor) == (name != "odd")
  }

  /// Whether two are one object for Python, which has only one of these.
  private static func isSame(_ a: JinjaValue, _ b: JinjaValue) -> Bool {
    switch (a, b) {
    case (.null, .null): true
    case (.boolean(let a), .boolean(let b)): a == b
    case (.namespace(let a), .namespace(let b)): a == b
    default: false
    }
  }
}
