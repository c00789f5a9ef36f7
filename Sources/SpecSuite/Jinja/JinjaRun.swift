/// Writes a template with some variables. Everything is bounded, since a template is an untrusted file.
struct JinjaRun {
  private static let longestText = 1 << 20

  private var scopes: [[String: JinjaValue]]
  private var namespaces: [String: [String: JinjaValue]] = [:]
  private var output = ""
  private var budget = JinjaBudget()
  /// Set by `break` and `continue` until their loop has seen it.
  private var leaving: Leave?

  private enum Leave { case loop, turn }

  /// The text of a template.
  ///
  /// - Parameters:
  ///   - nodes: the template.
  ///   - variables: what it may use.
  /// - Returns: the text.
  /// - Throws: ``JinjaProblem`` for what cannot be written, or what the template itself refuses.
  static func text(of nodes: [JinjaNode], _ variables: [String: JinjaValue]) throws(JinjaProblem) -> String {
    var run = JinjaRun(scopes: [variables])
    try run.write(nodes)
    return run.output
  }

  private init(scopes: [[String: JinjaValue]]) { self.scopes = scopes }

  private mutating func append(_ text: String) throws(JinjaProblem) {
    try budget.passing([.text(text)])
    output += text
    guard output.utf8.count < Self.longestText else { throw JinjaProblem("it writes too much") }
  }

  private mutating func write(_ nodes: [JinjaNode]) throws(JinjaProblem) {
    for node in nodes where leaving == nil {
      try budget.step()
      switch node {
      case .text(let text): try append(text)
      case .output(let expression): try append(try value(of: expression).written())
      case .set(let name, nil, let expression): scopes[scopes.count - 1][name] = try value(of: expression)
      case .set(let name, let member?, let expression): try setMember(member, of: name, expression)
      case .setBlock(let name, let body):
        let outside = output
        output = ""
        try write(body)
        scopes[scopes.count - 1][name] = .text(output)
        output = outside
      case .condition(let cases, let otherwise): try write(cases, otherwise)
      case .loop(let variables, let list, let filter, let body, let otherwise):
        try loop(variables, list, filter, body, otherwise)
      case .leave(let isBreak): leaving = isBreak ? .loop : .turn
      }
    }
  }

  private mutating func write(
    _ cases: [(condition: JinjaExpression, body: [JinjaNode])],
    _ otherwise: [JinjaNode]
  ) throws(JinjaProblem) {
    for (condition, body) in cases where try value(of: condition).isTrue { return try write(body) }
    try write(otherwise)
  }

  private mutating func setMember(
    _ member: String,
    of name: String,
    _ expression: JinjaExpression
  ) throws(JinjaProblem) {
    guard case .namespace(let key) = variable(name) else { throw JinjaProblem("a 'set' changes what is no namespace") }
    namespaces[key, default: [:]][member] = try value(of: expression)
  }

  private mutating func loop(
    _ variables: [String],
    _ list: JinjaExpression,
    _ filter: JinjaExpression?,
    _ body: [JinjaNode],
    _ otherwise: [JinjaNode]
  ) throws(JinjaProblem) {
    guard variables.count == 1, let variable = variables.first else {
      throw JinjaProblem("a loop over pairs is not read")
    }
    var values = try elements(of: value(of: list))
    scopes.append([:])
    defer { scopes.removeLast() }
    if let filter {
      var kept: [JinjaValue] = []
      for element in values {
        scopes[scopes.count - 1] = [variable: element]
        if try value(of: filter).isTrue { kept.append(element) }
      }
      values = kept
    }
    if values.isEmpty { return try write(otherwise) }
    for (index, element) in values.enumerated() {
      try budget.step()
      // What a turn sets is gone in the next one.
      scopes[scopes.count - 1] = [variable: element, "loop": .object(Self.position(index, of: values))]
      try write(body)
      let left = leaving
      leaving = nil
      if left == .loop { return }
    }
  }

  private static func position(_ index: Int, of values: [JinjaValue]) -> [String: JinjaValue] {
    [
      "index": .integer(index + 1), "index0": .integer(index), "first": .boolean(index == 0),
      "last": .boolean(index == values.count - 1), "length": .integer(values.count),
      "revindex": .integer(values.count - index), "revindex0": .integer(values.count - index - 1),
      "previtem": index > 0 ? values[index - 1] : .undefined,
      "nextitem": index + 1 < values.count ? values[index + 1] : .undefined,
    ]
  }

  private func elements(of value: JinjaValue) throws(JinjaProblem) -> [JinjaValue] {
    switch value {
    case .list(let values): return values
    case .undefined: return []
    default: throw JinjaProblem("a loop goes over something that is no list")
    }
  }

  private func variable(_ name: String) -> JinjaValue {
    for scope in scopes.reversed() { if let value = scope[name] { return value } }
    return ["raise_exception", "namespace", "range"].contains(name) ? .function(name) : .undefined
  }

  private mutating func value(of expression: JinjaExpression) throws(JinjaProblem) -> JinjaValue {
    try budget.step()
    switch expression {
    case .value(let value): return value
    case .variable(let name): return variable(name)
    case .list(let expressions):
      let elements = try values(of: expressions)
      // Lists that lie ever deeper in each other would be compared and freed by as deep a recursion.
      if elements.contains(where: \.holdsContainers) { throw JinjaProblem("a list lies too deep in others") }
      return .list(elements)
    case .member(let owner, let key): return try member(value(of: owner), value(of: key))
    case .slice(let owner, let from, let to, let step): return try slice(owner, from, to, step)
    case .call(let function, let arguments, let named): return try call(function, arguments, named)
    case .filter(let name, let subject, let arguments, _):
      let (subject, arguments) = (try value(of: subject), try values(of: arguments))
      try budget.combining([subject] + arguments)
      return try JinjaFunctions.filter(name, subject, arguments)
    case .test(let name, let subject, let arguments):
      let (subject, arguments) = (try value(of: subject), try values(of: arguments))
      try budget.combining([subject] + arguments)
      return .boolean(try JinjaFunctions.test(name, subject, arguments))
    case .not(let inner): return .boolean(try !value(of: inner).isTrue)
    case .negative(let inner):
      guard case .integer(let number) = try value(of: inner), number > Int.min else {
        throw JinjaProblem("a '-' stands before what is no number")
      }
      return .integer(-number)
    case .choice(let condition, let then, let otherwise):
      return try value(of: condition).isTrue ? value(of: then) : value(of: otherwise)
    case .binary("and", let left, let right):
      let first = try value(of: left)
      return first.isTrue ? try value(of: right) : first
    case .binary("or", let left, let right):
      let first = try value(of: left)
      return first.isTrue ? first : try value(of: right)
    case .binary(let symbol, let left, let right):
      let sides = [try value(of: left), try value(of: right)]
      if symbol == "in" { try budget.combining(sides) } else { try budget.passing(sides) }
      let result = try JinjaFunctions.binary(symbol, sides[0], sides[1])
      if case .text(let text) = result, text.utf8.count >= Self.longestText { throw JinjaProblem("it writes too much") }
      return result
    }
  }

  private mutating func values(of expressions: [JinjaExpression]) throws(JinjaProblem) -> [JinjaValue] {
    var values: [JinjaValue] = []
    for expression in expressions { values.append(try value(of: expression)) }
    return values
  }

  private func member(_ owner: JinjaValue, _ key: JinjaValue) throws(JinjaProblem) -> JinjaValue {
    switch (owner, key) {
    case (.object(let members), .text(let name)): return members[name] ?? .undefined
    case (.namespace(let namespace), .text(let name)): return namespaces[namespace]?[name] ?? .undefined
    case (.list(let values), .integer(let index)):
      let place = index < 0 ? values.count + index : index
      return values.indices.contains(place) ? values[place] : .undefined
    case (.undefined, _): throw JinjaProblem("it looks into what is not defined")
    default: return .undefined
    }
  }

  private mutating func slice(
    _ owner: JinjaExpression,
    _ from: JinjaExpression?,
    _ to: JinjaExpression?,
    _ step: JinjaExpression?
  ) throws(JinjaProblem) -> JinjaValue {
    guard case .list(let values) = try value(of: owner) else { throw JinjaProblem("it cuts what is no list") }
    try budget.passing([.list(values)])
    func bound(_ value: JinjaValue?, _ fallback: Int) throws(JinjaProblem) -> Int {
      guard let value else { return fallback }
      guard case .integer(let number) = value else { throw JinjaProblem("an index is no number") }
      return min(max(number < 0 ? values.count + number : number, 0), values.count)
    }
    if let step {
      guard case .integer(-1) = try value(of: step), from == nil, to == nil else {
        throw JinjaProblem("a step of an index is not read")
      }
      return .list(values.reversed())
    }
    let first = try bound(from.map { (expression) throws(JinjaProblem) in try value(of: expression) }, 0)
    let last = try bound(to.map { (expression) throws(JinjaProblem) in try value(of: expression) }, values.count)
    return .list(first < last ? Array(values[first..<last]) : [])
  }

  private mutating func call(
    _ function: JinjaExpression,
    _ arguments: [JinjaExpression],
    _ named: [String: JinjaExpression]
  ) throws(JinjaProblem) -> JinjaValue {
    let values = try values(of: arguments)
    if case .member(let owner, .value(.text(let method))) = function {
      let owner = try value(of: owner)
      try budget.combining([owner] + values)
      return try JinjaFunctions.method(method, of: owner, values)
    }
    guard case .function(let name) = try value(of: function) else { throw JinjaProblem("it calls what is no function") }
    switch (name, values.first) {
    case ("raise_exception", .text(let reason)?): throw JinjaProblem("it refuses the conversation: \(reason)")
    case ("namespace", nil):
      let key = String(namespaces.count)
      var members: [String: JinjaValue] = [:]
      for (member, expression) in named { members[member] = try value(of: expression) }
      namespaces[key] = members
      return .namespace(key)
    case ("range", .integer(let count)?) where values.count == 1 && count <= 1000:
      let numbers = (0..<max(count, 0)).map { JinjaValue.integer($0) }
      try budget.passing([.list(numbers)])
      return .list(numbers)
    default: throw JinjaProblem("a call of '\(name)' is not read")
    }
  }
}
