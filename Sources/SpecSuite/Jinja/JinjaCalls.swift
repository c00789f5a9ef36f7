/// The functions that every template can call.
enum JinjaCalls {
  static let functions: Set<String> = ["raise_exception", "strftime_now", "namespace", "range", "dict"]
}

extension JinjaRun {
  mutating func call(_ function: JinjaValue, _ given: JinjaGiven) throws(JinjaProblem) -> JinjaValue {
    if case .macro(let macro) = function { return try call(macro, given) }
    guard case .function(let name) = function else { throw JinjaProblem("it calls \(function.kind)") }
    try budget.passing(given.all)
    switch name {
    case "raise_exception":
      let reason = try given.list.first.map { (value) throws(JinjaProblem) in try written(value) }?.string ?? ""
      throw JinjaProblem(
        "it refuses the conversation: \(reason.isEmpty ? "it gives no reason" : String(reason.prefix(300)))"
      )
    case "strftime_now":
      guard case .text(let format)? = given.list.first else { throw JinjaProblem("a date has no format") }
      return .text(try date.text(format.string))
    case "namespace":
      namespaces.append(try members(given).reduce(into: [:]) { $0[$1.key.string] = $1.value })
      return .namespace(namespaces.count - 1)
    case "dict": return .object(try JinjaObject(members(given)))
    case "range": return .list(try range(given.list))
    default: throw JinjaProblem("'\(name.prefix(40))' is not called in this way")
    }
  }

  private func members(_ given: JinjaGiven) throws(JinjaProblem) -> [(key: JinjaText, value: JinjaValue)] {
    var members: [(key: JinjaText, value: JinjaValue)] = []
    switch given.list.first {
    case .object(let object)?: members = object.pairs
    case nil: break
    case let other?: throw JinjaProblem("it makes an object from \(other.kind)")
    }
    return members + given.named.sorted { $0.key < $1.key }.map { (JinjaText($0.key), $0.value) }
  }

  private mutating func range(_ arguments: [JinjaValue]) throws(JinjaProblem) -> JinjaList {
    let numbers = arguments.compactMap(\.whole)
    guard numbers.count == arguments.count, (1...3).contains(numbers.count), numbers.last != 0 || numbers.count < 3
    else {
      throw JinjaProblem("a 'range' is not given one to three numbers")
    }
    let start = numbers.count == 1 ? 0 : numbers[0]
    let end = numbers.count == 1 ? numbers[0] : numbers[1]
    var values: [JinjaValue] = []
    for number in stride(from: start, to: end, by: numbers.count == 3 ? numbers[2] : 1) {
      try budget.pay(1)
      guard values.count < JinjaLimits.longestList else { throw JinjaProblem("a list grows too long") }
      values.append(.integer(number))
    }
    return try JinjaList(values)
  }
}
