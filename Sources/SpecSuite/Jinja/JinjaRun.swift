/// Writes a template with some variables: its blocks. Everything is bounded, since a template is an untrusted file.
struct JinjaRun {
  /// How deep expressions, blocks and macros may be in each other.
  private static let deepest = 100

  var scopes: [[String: JinjaValue]]
  var namespaces: [[String: JinjaValue]] = []
  var output = JinjaText()
  var budget: JinjaBudget
  let date: TemplateDate
  private var depth = 0
  /// Set by `break` and `continue` until their loop has seen it.
  private var leaving: Leave?

  private enum Leave { case loop, turn }

  /// The text of a template.
  ///
  /// - Parameters:
  ///   - nodes: the template.
  ///   - variables: what it may use.
  ///   - size: scalars of the conversation in the variables.
  ///   - date: what it takes for today.
  /// - Returns: the text.
  /// - Throws: ``JinjaProblem`` for what cannot be written, or what the template itself refuses.
  static func text(
    of nodes: [JinjaNode],
    _ variables: [String: JinjaValue],
    size: Int,
    date: TemplateDate
  ) throws(JinjaProblem) -> JinjaText {
    var run = JinjaRun(scopes: [variables], budget: JinjaBudget(input: size), date: date)
    try run.write(nodes)
    return run.output
  }

  private init(scopes: [[String: JinjaValue]], budget: JinjaBudget, date: TemplateDate) {
    self.scopes = scopes
    self.budget = budget
    self.date = date
  }

  /// Goes one level deeper.
  mutating func nested<Value>(
    _ body: (inout JinjaRun) throws(JinjaProblem) -> Value
  ) throws(JinjaProblem) -> Value {
    depth += 1
    defer { depth -= 1 }
    guard depth < Self.deepest else { throw JinjaProblem("it goes too deep") }
    return try body(&self)
  }

  /// What some nodes write.
  mutating func captured(_ nodes: [JinjaNode]) throws(JinjaProblem) -> JinjaText {
    let outside = output
    output = JinjaText()
    try write(nodes)
    defer { output = outside }
    return output
  }

  /// Writes in a scope of its own.
  private mutating func scoped<Value>(
    _ variables: [String: JinjaValue] = [:],
    _ body: (inout JinjaRun) throws(JinjaProblem) -> Value
  ) throws(JinjaProblem) -> Value {
    scopes.append(variables)
    defer { scopes.removeLast() }
    return try body(&self)
  }

  private mutating func append(_ text: JinjaText) throws(JinjaProblem) {
    try budget.pay(1 + text.count / 16)
    guard output.count + text.count <= budget.longestText else { throw JinjaProblem("it writes too much") }
    output.append(text)
  }

  private mutating func write(_ nodes: [JinjaNode]) throws(JinjaProblem) {
    try nested { (run) throws(JinjaProblem) in
      for node in nodes where run.leaving == nil {
        try run.budget.pay(1)
        try run.write(node)
      }
    }
  }

  private mutating func write(_ node: JinjaNode) throws(JinjaProblem) {
    switch node {
    case .text(let text): try append(text)
    case .output(let expression):
      let value = try value(of: expression)
      try append(written(value))
    case .set(let target, let expression): try assign(value(of: expression), to: target)
    case .capture(let target, let filters, let body): try capture(target, filters, body)
    case .condition(let cases, let otherwise): try write(cases, otherwise)
    case .loop(let target, let list, let filter, let body, let otherwise):
      try loop(target, list, filter, body, otherwise)
    case .with(let assignments, let body):
      var values: [(JinjaTarget, JinjaValue)] = []
      for (target, expression) in assignments { values.append((target, try value(of: expression))) }
      try scoped { (run) throws(JinjaProblem) in
        for (target, value) in values { try run.assign(value, to: target) }
        try run.write(body)
      }
    case .macro(let name, let parameters, let body):
      let macro = JinjaMacro(name: name, parameters: parameters, body: body, scopes: scopes.count)
      scopes[scopes.count - 1][name] = .macro(macro)
    case .leave(let isBreak): leaving = isBreak ? .loop : .turn
    }
  }

  private mutating func capture(
    _ target: JinjaTarget?,
    _ filters: [JinjaLink],
    _ body: [JinjaNode]
  ) throws(JinjaProblem) {
    let text = try scoped { (run) throws(JinjaProblem) in try run.captured(body) }
    let value = try value(of: .postfix(.value(.text(text)), filters))
    if let target { try assign(value, to: target) } else { try append(written(value)) }
  }

  private mutating func write(
    _ cases: [(condition: JinjaExpression, body: [JinjaNode])],
    _ otherwise: [JinjaNode]
  ) throws(JinjaProblem) {
    for (condition, body) in cases where try value(of: condition).isTrue { return try write(body) }
    try write(otherwise)
  }

  private mutating func assign(_ value: JinjaValue, to target: JinjaTarget) throws(JinjaProblem) {
    switch target {
    case .name(let name): scopes[scopes.count - 1][name] = value
    case .names(let names):
      let values = try elements(of: value)
      guard values.count == names.count else {
        throw JinjaProblem("it takes \(values.count) values apart into \(names.count) names")
      }
      for (name, value) in zip(names, values) { scopes[scopes.count - 1][name] = value }
    case .member(let owner, let member):
      guard case .namespace(let number) = variable(owner) else {
        throw JinjaProblem("a 'set' changes what is no namespace")
      }
      namespaces[number][member] = value
    }
  }

  private mutating func loop(
    _ target: JinjaTarget,
    _ list: JinjaExpression,
    _ filter: JinjaExpression?,
    _ body: [JinjaNode],
    _ otherwise: [JinjaNode]
  ) throws(JinjaProblem) {
    var values = try elements(of: value(of: list))
    try budget.pay(values.count)
    if let filter {
      var kept: [JinjaValue] = []
      for element in values {
        let isKept = try scoped { (run) throws(JinjaProblem) in
          try run.assign(element, to: target)
          return try run.value(of: filter).isTrue
        }
        if isKept { kept.append(element) }
      }
      values = kept
    }
    if values.isEmpty { return try write(otherwise) }
    for index in values.indices {
      let place = JinjaLoop(index: index, values: values)
      // What a turn sets is gone in the next one.
      try scoped(["loop": .loop(place)]) { (run) throws(JinjaProblem) in
        try run.assign(values[index], to: target)
        try run.write(body)
      }
      let left = leaving
      leaving = nil
      if left == .loop { return }
    }
  }

  /// What a loop over a value goes through.
  mutating func elements(of value: JinjaValue) throws(JinjaProblem) -> [JinjaValue] {
    switch value {
    case .list(let list): return list.values
    case .object(let object): return object.keys.map { .text($0) }
    case .text(let text):
      try budget.pay(text.count)
      guard text.count <= JinjaLimits.longestList else { throw JinjaProblem("a list grows too long") }
      return text.units.map { .text(JinjaText([$0])) }
    case .undefined: return []
    default: throw JinjaProblem("it goes over the elements of \(value.kind)")
    }
  }

  /// What a name stands for.
  func variable(_ name: String) -> JinjaValue {
    for scope in scopes.reversed() { if let value = scope[name] { return value } }
    return JinjaCalls.functions.contains(name) ? .function(name) : .undefined(name)
  }

  /// What a macro writes.
  mutating func call(_ macro: JinjaMacro, _ arguments: JinjaGiven) throws(JinjaProblem) -> JinjaValue {
    guard arguments.list.count <= macro.parameters.count else {
      throw JinjaProblem("the macro '\(macro.name.prefix(40))' takes fewer arguments than it is given")
    }
    let outside = scopes
    scopes = Array(scopes.prefix(macro.scopes)) + [[:]]
    defer { scopes = outside }
    for (index, parameter) in macro.parameters.enumerated() {
      let given = index < arguments.list.count ? arguments.list[index] : arguments.named[parameter.name]
      let value: JinjaValue
      if let given {
        value = given
      } else if let expression = parameter.value {
        value = try self.value(of: expression)
      } else {
        value = .undefined(parameter.name)
      }
      scopes[scopes.count - 1][parameter.name] = value
    }
    return .text(try captured(macro.body))
  }
}
