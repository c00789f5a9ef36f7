/// The arguments of a call, evaluated.
struct JinjaGiven {
  var list: [JinjaValue] = []
  var named: [String: JinjaValue] = [:]

  /// An argument by its place or its name.
  func value(_ place: Int, _ name: String) -> JinjaValue? {
    place < list.count ? list[place] : named[name]
  }

  /// All of them.
  var all: [JinjaValue] { list + named.values }
}

/// Evaluates expressions.
extension JinjaRun {
  mutating func value(of expression: JinjaExpression) throws(JinjaProblem) -> JinjaValue {
    try budget.pay(1)
    switch expression {
    case .value(let value): return value
    case .variable(let name): return variable(name)
    default: return try nested { (run) throws(JinjaProblem) in try run.compound(expression) }
    }
  }

  private mutating func compound(_ expression: JinjaExpression) throws(JinjaProblem) -> JinjaValue {
    switch expression {
    case .value(let value): return value
    case .variable(let name): return variable(name)
    case .list(let expressions, let isTuple):
      return .list(try JinjaList(values(of: expressions), isTuple: isTuple))
    case .object(let pairs): return try object(pairs)
    case .chain(let first, let others): return try chain(first, others)
    case .comparison(let first, let others): return .boolean(try comparison(first, others))
    case .all(let parts): return try decided(parts, by: false)
    case .any(let parts): return try decided(parts, by: true)
    case .not(let inner): return .boolean(try !value(of: inner).isTrue)
    case .sign(let isNegative, let inner): return try JinjaOperators.sign(value(of: inner), isNegative: isNegative)
    case .choice(let condition, let then, let otherwise):
      return try value(of: condition).isTrue ? value(of: then) : value(of: otherwise)
    case .postfix(let owner, let links): return try follow(links, from: value(of: owner))
    }
  }

  private mutating func values(of expressions: [JinjaExpression]) throws(JinjaProblem) -> [JinjaValue] {
    var values: [JinjaValue] = []
    for expression in expressions { values.append(try value(of: expression)) }
    return values
  }

  private mutating func object(
    _ pairs: [(key: JinjaExpression, value: JinjaExpression)]
  ) throws(JinjaProblem) -> JinjaValue {
    var members: [(JinjaText, JinjaValue)] = []
    for pair in pairs {
      guard case .text(let key) = try value(of: pair.key) else { throw JinjaProblem("a key of an object is no text") }
      members.append((key, try value(of: pair.value)))
    }
    return .object(try JinjaObject(members))
  }

  /// The first part whose truth decides, or the last one.
  private mutating func decided(_ parts: [JinjaExpression], by truth: Bool) throws(JinjaProblem) -> JinjaValue {
    var result = JinjaValue.boolean(!truth)
    for part in parts {
      result = try value(of: part)
      if result.isTrue == truth { return result }
    }
    return result
  }

  private mutating func chain(_ first: JinjaExpression, _ others: [JinjaOperand]) throws(JinjaProblem) -> JinjaValue {
    var result = try value(of: first)
    for operand in others {
      let right = try value(of: operand.expression)
      if operand.symbol == "~" {
        let (left, right) = (try written(result), try written(right))
        try budget.making(left.count + right.count)
        result = .text(left + right)
      } else {
        try budget.passing([result, right])
        result = try JinjaOperators.binary(operand.symbol, result, right, &budget)
      }
    }
    return result
  }

  /// Whether each value stands to the next one as the operator between them says.
  private mutating func comparison(_ first: JinjaExpression, _ others: [JinjaOperand]) throws(JinjaProblem) -> Bool {
    var left = try value(of: first)
    for operand in others {
      let right = try value(of: operand.expression)
      if !(try compare(operand.symbol, left, right)) { return false }
      left = right
    }
    return true
  }

  mutating func compare(_ symbol: String, _ left: JinjaValue, _ right: JinjaValue) throws(JinjaProblem) -> Bool {
    let isSearch = symbol == "in" || symbol == "not in"
    if isSearch { try budget.combining([left, right]) } else { try budget.passing([left, right]) }
    return try JinjaOperators.compare(symbol, left, right)
  }

  private mutating func given(_ arguments: JinjaArguments) throws(JinjaProblem) -> JinjaGiven {
    var given = JinjaGiven(list: try values(of: arguments.list))
    for (name, expression) in arguments.named { given.named[name] = try value(of: expression) }
    return given
  }

  private mutating func follow(_ links: [JinjaLink], from owner: JinjaValue) throws(JinjaProblem) -> JinjaValue {
    var result = owner
    var index = 0
    while index < links.count {
      try budget.pay(1)
      let link = links[index]
      index += 1
      switch link {
      case .attribute(let name):
        if index < links.count, case .call(let arguments) = links[index], isMethod(name, of: result) {
          index += 1
          result = try method(name, of: result, given(arguments))
        } else {
          result = try attribute(name, of: result)
        }
      case .item(let expression):
        let key = try value(of: expression)
        if index < links.count, case .call(let arguments) = links[index], case .text(let name) = key,
          try item(key, of: result).isUndefined, isMethod(name.string, of: result)
        {
          index += 1
          result = try method(name.string, of: result, given(arguments))
        } else {
          result = try item(key, of: result)
        }
      case .slice(let from, let to, let step): result = try slice(result, from, to, step)
      case .call(let arguments): result = try call(result, given(arguments))
      case .filter(let name, let arguments): result = try filter(name, result, given(arguments))
      case .test(let name, let arguments, let isNegated):
        result = .boolean(try test(name, result, given(arguments)) != isNegated)
      }
    }
    return result
  }

  /// An attribute as Jinja's `.name` looks for it.
  func attribute(_ name: String, of owner: JinjaValue) throws(JinjaProblem) -> JinjaValue {
    switch owner {
    case .undefined: throw JinjaProblem("it looks for '\(name.prefix(40))' in \(owner.kind)")
    case .object(let object): return object[name] ?? .undefined(name)
    case .namespace(let number): return namespaces[number][name] ?? .undefined(name)
    case .loop(let loop): return loop.attribute(name)
    default: return isMethod(name, of: owner) ? .function(name) : .undefined(name)
    }
  }

  private func item(_ key: JinjaValue, of owner: JinjaValue) throws(JinjaProblem) -> JinjaValue {
    switch (owner, key) {
    case (.list(let list), _) where key.whole != nil: return list.values.element(key.whole ?? 0) ?? .undefined("")
    case (.text(let text), _) where key.whole != nil:
      return text.units.element(key.whole ?? 0).map { .text(JinjaText([$0])) } ?? .undefined("")
    case (.object(let object), .text(let name)): return object[name] ?? .undefined(name.string)
    case (.undefined, _), (_, .text):
      guard case .text(let name) = key else { throw JinjaProblem("it looks for an element of \(owner.kind)") }
      return try attribute(name.string, of: owner)
    default: return .undefined("")
    }
  }

  private mutating func slice(
    _ owner: JinjaValue,
    _ from: JinjaExpression?,
    _ to: JinjaExpression?,
    _ step: JinjaExpression?
  ) throws(JinjaProblem) -> JinjaValue {
    try budget.passing([owner])
    var bounds: [Int?] = []
    for expression in [from, to, step] {
      let bound = try expression.map { (expression) throws(JinjaProblem) in try value(of: expression) }
      if let bound, bound.whole == nil, case .null = bound {
      } else if let bound, bound.whole == nil {
        throw JinjaProblem("an index is \(bound.kind)")
      }
      bounds.append(bound?.whole)
    }
    guard bounds[2] != 0 else { throw JinjaProblem("a slice has a step of zero") }
    switch owner {
    case .list(let list):
      return .list(try JinjaList(list.values.sliced(bounds[0], bounds[1], bounds[2] ?? 1), isTuple: list.isTuple))
    case .text(let text): return .text(JinjaText(text.units.sliced(bounds[0], bounds[1], bounds[2] ?? 1)))
    case .undefined: throw JinjaProblem("it cuts \(owner.kind)")
    default: return .undefined("")
    }
  }
}

extension JinjaLoop {
  fileprivate func attribute(_ name: String) -> JinjaValue {
    switch name {
    case "index": .integer(index + 1)
    case "index0": .integer(index)
    case "first": .boolean(index == 0)
    case "last": .boolean(index == values.count - 1)
    case "length": .integer(values.count)
    case "revindex": .integer(values.count - index)
    case "revindex0": .integer(values.count - index - 1)
    case "previtem": index > 0 ? values[index - 1] : .undefined("loop.previtem")
    case "nextitem": index + 1 < values.count ? values[index + 1] : .undefined("loop.nextitem")
    // Only recursive loops would go deeper.
    case "depth": .integer(1)
    case "depth0": .integer(0)
    default: .undefined("loop." + name)
    }
  }
}

extension Array {
  /// An element by its place, from the end where that is negative; nil if there is none.
  fileprivate func element(_ place: Int) -> Element? {
    let index = place < 0 ? place + count : place
    return indices.contains(index) ? self[index] : nil
  }

  /// A slice as Python takes it.
  fileprivate func sliced(_ from: Int?, _ to: Int?, _ step: Int) -> [Element] {
    func bound(_ place: Int?, _ otherwise: Int) -> Int {
      guard let place else { return otherwise }
      let (lowest, highest) = step > 0 ? (0, count) : (-1, count - 1)
      return Swift.min(Swift.max(place < 0 ? Swift.max(place, -count - 1) + count : place, lowest), highest)
    }
    let start = bound(from, step > 0 ? 0 : count - 1)
    let end = bound(to, step > 0 ? count : -1)
    // A step beyond all elements is one that takes the first alone.
    let stride = Swift.max(Swift.min(step, count + 1), -count - 1)
    return Swift.stride(from: start, to: end, by: stride).map { self[$0] }
  }
}
