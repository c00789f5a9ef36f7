import Foundation

/// The operators, as Python has them.
enum JinjaOperators {
  static func sign(_ value: JinjaValue, isNegative: Bool) throws(JinjaProblem) -> JinjaValue {
    if let whole = value.whole, whole > Int.min { return .integer(isNegative ? -whole : whole) }
    guard let number = value.number else { throw JinjaProblem("a sign stands before \(value.kind)") }
    return .real(isNegative ? -number : number)
  }

  static func binary(
    _ symbol: String,
    _ left: JinjaValue,
    _ right: JinjaValue,
    _ budget: inout JinjaBudget
  ) throws(JinjaProblem) -> JinjaValue {
    switch (symbol, left, right) {
    case ("+", .text(let a), .text(let b)):
      try budget.making(a.count + b.count)
      return .text(a + b)
    case ("+", .list(let a), .list(let b)) where a.isTuple == b.isTuple:
      return .list(try JinjaList(a.values + b.values, isTuple: a.isTuple))
    case ("*", .text(let text), _) where right.whole != nil: return try repeated(text, right.whole ?? 0, &budget)
    case ("*", _, .text(let text)) where left.whole != nil: return try repeated(text, left.whole ?? 0, &budget)
    case ("*", .list(let list), _) where right.whole != nil: return try repeated(list, right.whole ?? 0)
    case ("*", _, .list(let list)) where left.whole != nil: return try repeated(list, left.whole ?? 0)
    default:
      if symbol != "/", let a = left.whole, let b = right.whole { return try whole(symbol, a, b) }
      if let a = left.number, let b = right.number { return try real(symbol, a, b) }
      throw JinjaProblem("'\(symbol)' stands between \(left.kind) and \(right.kind)")
    }
  }

  private static func repeated(
    _ text: JinjaText,
    _ count: Int,
    _ budget: inout JinjaBudget
  ) throws(JinjaProblem) -> JinjaValue {
    let (length, overflow) = text.count.multipliedReportingOverflow(by: max(count, 0))
    try budget.making(overflow ? .max : length)
    return .text(JinjaText((0..<(length == 0 ? 0 : count)).flatMap { _ in text.units }))
  }

  private static func repeated(_ list: JinjaList, _ count: Int) throws(JinjaProblem) -> JinjaValue {
    let (length, overflow) = list.values.count.multipliedReportingOverflow(by: max(count, 0))
    guard !overflow, length <= JinjaLimits.longestList else { throw JinjaProblem("a list grows too long") }
    let values = (0..<(length == 0 ? 0 : count)).flatMap { _ in list.values }
    return .list(try JinjaList(values, isTuple: list.isTuple))
  }

  private static func whole(_ symbol: String, _ a: Int, _ b: Int) throws(JinjaProblem) -> JinjaValue {
    let result: (partialValue: Int, overflow: Bool)
    switch symbol {
    case "+": result = a.addingReportingOverflow(b)
    case "-": result = a.subtractingReportingOverflow(b)
    case "*": result = a.multipliedReportingOverflow(by: b)
    // Quotients go down to the next whole number, and remainders have the divisor's sign.
    case "//":
      let (quotient, overflow) = a.dividedReportingOverflow(by: b)
      result = (quotient - (!overflow && a % b != 0 && (a < 0) != (b < 0) ? 1 : 0), overflow)
    case "%":
      let (remainder, overflow) = a.remainderReportingOverflow(dividingBy: b)
      result = (!overflow && remainder != 0 && (remainder < 0) != (b < 0) ? remainder + b : remainder, overflow)
    case "**" where b >= 0 && b <= 64:
      result = (0..<b).reduce((1, false)) { power, _ in
        let (next, overflow) = power.0.multipliedReportingOverflow(by: a)
        return (next, overflow || power.1)
      }
    default: result = (0, true)
    }
    guard !result.overflow else { throw JinjaProblem("'\(symbol)' has no result") }
    return .integer(result.partialValue)
  }

  private static func real(_ symbol: String, _ a: Double, _ b: Double) throws(JinjaProblem) -> JinjaValue {
    let result: Double
    switch symbol {
    case "+": result = a + b
    case "-": result = a - b
    case "*": result = a * b
    case "/": result = a / b
    case "//": result = (a / b).rounded(.down)
    case "%": result = remainder(a, b)
    default: result = pow(a, b)
    }
    guard result.isFinite else { throw JinjaProblem("'\(symbol)' has no result") }
    return .real(result)
  }

  /// With the divisor's sign, even where it is zero.
  private static func remainder(_ a: Double, _ b: Double) -> Double {
    let rest = fmod(a, b)
    return rest == 0 ? copysign(0, b) : (rest < 0) != (b < 0) ? rest + b : rest
  }

  static func compare(_ symbol: String, _ left: JinjaValue, _ right: JinjaValue) throws(JinjaProblem) -> Bool {
    switch symbol {
    case "==": return left == right
    case "!=": return !(left == right)
    case "in": return try contains(right, left)
    case "not in": return try !contains(right, left)
    default: break
    }
    let order: (isLess: Bool, isEqual: Bool)
    if let a = left.number, let b = right.number {
      order = (a < b, a == b)
    } else if case .text(let a) = left, case .text(let b) = right {
      order = (a < b, a == b)
    } else {
      throw JinjaProblem("'\(symbol)' stands between \(left.kind) and \(right.kind)")
    }
    switch symbol {
    case "<": return order.isLess
    case "<=": return order.isLess || order.isEqual
    case ">": return !order.isLess && !order.isEqual
    default: return !order.isLess
    }
  }

  private static func contains(_ whole: JinjaValue, _ part: JinjaValue) throws(JinjaProblem) -> Bool {
    switch (whole, part) {
    case (.list(let list), _): return list.values.contains(part)
    case (.text(let text), .text(let part)): return part.isEmpty || text.place(of: part) != nil
    case (.object(let object), .text(let key)): return object[key] != nil
    case (.object, _), (.undefined, _): return false
    default: throw JinjaProblem("it looks for \(part.kind) in \(whole.kind)")
    }
  }
}
