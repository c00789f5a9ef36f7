/// Reads expressions, with the precedence of jinja2.
struct JinjaExpressionParser {
  private let tokens: [JinjaToken]
  private var index = 0
  private var depth = 0

  init(_ tokens: [JinjaToken]) { self.tokens = tokens }

  /// The expression that some tokens are as a whole.
  static func parse(_ tokens: [JinjaToken]) throws(JinjaProblem) -> JinjaExpression {
    var parser = JinjaExpressionParser(tokens)
    let expression = try parser.tuple()
    try parser.end()
    return expression
  }

  var isAtEnd: Bool { index == tokens.count }

  func end() throws(JinjaProblem) {
    if !isAtEnd { throw JinjaProblem("an expression goes on where it should end") }
  }

  private var next: JinjaToken? { index < tokens.count ? tokens[index] : nil }

  mutating func take(_ token: JinjaToken) -> Bool {
    guard next == token else { return false }
    index += 1
    return true
  }

  private mutating func take(_ symbols: [String]) -> String? {
    guard case .symbol(let symbol)? = next, symbols.contains(symbol) else { return nil }
    index += 1
    return symbol
  }

  mutating func need(_ symbol: String) throws(JinjaProblem) {
    if !take(.symbol(symbol)) { throw JinjaProblem("a '\(symbol)' is missing in an expression") }
  }

  mutating func name() throws(JinjaProblem) -> String {
    guard case .name(let name)? = next else { throw JinjaProblem("a name is missing in an expression") }
    index += 1
    return name
  }

  /// One name or several.
  mutating func names() throws(JinjaProblem) -> JinjaTarget {
    let isBracketed = take(.symbol("("))
    var names = [try name()]
    var isTuple = false
    while take(.symbol(",")) {
      isTuple = true
      guard case .name(let name)? = next, name != "in" else { break }
      index += 1
      names.append(name)
    }
    if isBracketed { try need(")") }
    return isTuple ? .names(names) : .name(names[0])
  }

  /// What a `set` assigns to.
  mutating func target() throws(JinjaProblem) -> JinjaTarget {
    let target = try names()
    guard case .name(let owner) = target, take(.symbol(".")) else { return target }
    return .member(of: owner, try name())
  }

  /// Counts how deep the parser is in itself.
  private mutating func nested<Value>(
    _ body: (inout JinjaExpressionParser) throws(JinjaProblem) -> Value
  ) throws(JinjaProblem) -> Value {
    depth += 1
    defer { depth -= 1 }
    guard depth < JinjaLimits.deepestSyntax else { throw JinjaProblem("an expression is too deep") }
    return try body(&self)
  }

  /// An expression, or several with commas between them, which are a tuple.
  mutating func tuple(withChoice: Bool = true) throws(JinjaProblem) -> JinjaExpression {
    func part(_ parser: inout JinjaExpressionParser) throws(JinjaProblem) -> JinjaExpression {
      try withChoice ? parser.expression() : parser.or()
    }
    let first = try part(&self)
    guard next == .symbol(",") else { return first }
    var elements = [first]
    while take(.symbol(",")) {
      if isAtEnd || next == .symbol(")") { break }
      elements.append(try part(&self))
    }
    return .list(elements, isTuple: true)
  }

  mutating func expression() throws(JinjaProblem) -> JinjaExpression {
    try nested { (parser) throws(JinjaProblem) in
      let value = try parser.or()
      guard parser.take(.name("if")) else { return value }
      let condition = try parser.or()
      let otherwise = parser.take(.name("else")) ? try parser.expression() : .value(.undefined(""))
      return .choice(condition: condition, then: value, otherwise: otherwise)
    }
  }

  private mutating func or() throws(JinjaProblem) -> JinjaExpression {
    var parts = [try and()]
    while take(.name("or")) { parts.append(try and()) }
    return parts.count == 1 ? parts[0] : .any(parts)
  }

  private mutating func and() throws(JinjaProblem) -> JinjaExpression {
    var parts = [try not()]
    while take(.name("and")) { parts.append(try not()) }
    return parts.count == 1 ? parts[0] : .all(parts)
  }

  private mutating func not() throws(JinjaProblem) -> JinjaExpression {
    guard take(.name("not")) else { return try comparison() }
    return try nested { (parser) throws(JinjaProblem) in .not(try parser.not()) }
  }

  private mutating func comparison() throws(JinjaProblem) -> JinjaExpression {
    let first = try sum()
    var others: [JinjaOperand] = []
    while true {
      if let symbol = take(["==", "!=", "<=", ">=", "<", ">"]) {
        others.append(JinjaOperand(symbol: symbol, expression: try sum()))
      } else if take(.name("in")) {
        others.append(JinjaOperand(symbol: "in", expression: try sum()))
      } else if next == .name("not"), index + 1 < tokens.count, tokens[index + 1] == .name("in") {
        index += 2
        others.append(JinjaOperand(symbol: "not in", expression: try sum()))
      } else {
        return others.isEmpty ? first : .comparison(first, others)
      }
    }
  }

  /// Operands of one precedence, from left to right.
  private mutating func chain(
    _ symbols: [String],
    _ operand: (inout JinjaExpressionParser) throws(JinjaProblem) -> JinjaExpression
  ) throws(JinjaProblem) -> JinjaExpression {
    let first = try operand(&self)
    var others: [JinjaOperand] = []
    while let symbol = take(symbols) {
      others.append(JinjaOperand(symbol: symbol, expression: try operand(&self)))
    }
    return others.isEmpty ? first : .chain(first, others)
  }

  private mutating func sum() throws(JinjaProblem) -> JinjaExpression {
    try chain(["+", "-"]) { (parser) throws(JinjaProblem) in try parser.joined() }
  }

  private mutating func joined() throws(JinjaProblem) -> JinjaExpression {
    try chain(["~"]) { (parser) throws(JinjaProblem) in try parser.product() }
  }

  private mutating func product() throws(JinjaProblem) -> JinjaExpression {
    try chain(["*", "/", "//", "%"]) { (parser) throws(JinjaProblem) in try parser.power() }
  }

  private mutating func power() throws(JinjaProblem) -> JinjaExpression {
    try chain(["**"]) { (parser) throws(JinjaProblem) in try parser.sign(withFilters: true) }
  }

  private mutating func sign(withFilters: Bool) throws(JinjaProblem) -> JinjaExpression {
    let value: JinjaExpression
    var links: [JinjaLink] = []
    if let sign = take(["-", "+"]) {
      let inner = try nested { (parser) throws(JinjaProblem) in try parser.sign(withFilters: false) }
      value = .sign(isNegative: sign == "-", inner)
    } else {
      value = try primary()
    }
    try parts(into: &links)
    if withFilters { try filters(into: &links) }
    return links.isEmpty ? value : .postfix(value, links)
  }

  /// Attributes, indices and calls.
  private mutating func parts(into links: inout [JinjaLink]) throws(JinjaProblem) {
    while let symbol = take([".", "[", "("]) {
      switch symbol {
      case ".":
        if case .integer(let place)? = next {
          index += 1
          links.append(.item(.value(.integer(place))))
        } else {
          links.append(.attribute(try name()))
        }
      case "[": links.append(try subscripted())
      default: links.append(.call(try arguments()))
      }
    }
  }

  /// Filters, tests, and calls of what they give.
  private mutating func filters(into links: inout [JinjaLink]) throws(JinjaProblem) {
    while true {
      if take(.symbol("|")) {
        let name = try dottedName()
        links.append(.filter(name, take(.symbol("(")) ? try arguments() : JinjaArguments()))
      } else if take(.name("is")) {
        links.append(try test())
      } else if take(.symbol("(")) {
        links.append(.call(try arguments()))
      } else {
        return
      }
    }
  }

  /// The filters of a block.
  mutating func filters() throws(JinjaProblem) -> [JinjaLink] {
    var links: [JinjaLink] = []
    try filters(into: &links)
    return links
  }

  private mutating func dottedName() throws(JinjaProblem) -> String {
    var name = try name()
    while take(.symbol(".")) { name += "." + (try self.name()) }
    return name
  }

  private mutating func test() throws(JinjaProblem) -> JinjaLink {
    let isNegated = take(.name("not"))
    let name = try dottedName()
    var arguments = JinjaArguments()
    if take(.symbol("(")) {
      arguments = try self.arguments()
    } else if beginsArgument {
      var links: [JinjaLink] = []
      let value = try primary()
      try parts(into: &links)
      arguments.list = [links.isEmpty ? value : .postfix(value, links)]
    }
    return .test(name, arguments, isNegated: isNegated)
  }

  /// Whether a test is followed by an argument without brackets.
  private var beginsArgument: Bool {
    switch next {
    case .text?, .integer?, .real?, .symbol("[")?, .symbol("{")?: true
    case .name(let name)?: !["else", "or", "and", "is", "if", "not", "in"].contains(name)
    default: false
    }
  }

  private mutating func subscripted() throws(JinjaProblem) -> JinjaLink {
    var parts: [JinjaExpression?] = [nil]
    while !take(.symbol("]")) {
      if take(.symbol(":")) {
        parts.append(nil)
      } else if parts[parts.count - 1] == nil {
        parts[parts.count - 1] = try expression()
      } else {
        throw JinjaProblem("an index is not read")
      }
    }
    if parts.count == 1, let part = parts[0] { return .item(part) }
    guard (2...3).contains(parts.count) else { throw JinjaProblem("an index is not read") }
    return .slice(from: parts[0], to: parts[1], step: parts.count == 3 ? parts[2] : nil)
  }

  private mutating func arguments() throws(JinjaProblem) -> JinjaArguments {
    var arguments = JinjaArguments()
    while !take(.symbol(")")) {
      if case .name(let name)? = next, index + 1 < tokens.count, tokens[index + 1] == .symbol("=") {
        index += 2
        arguments.named.append((name, try expression()))
      } else {
        arguments.list.append(try expression())
      }
      if !take(.symbol(",")), next != .symbol(")") { throw JinjaProblem("a call is not read") }
    }
    return arguments
  }

  private mutating func primary() throws(JinjaProblem) -> JinjaExpression {
    guard let token = next else { throw JinjaProblem("an expression ends too early") }
    index += 1
    switch token {
    case .text(let text):
      var whole = text
      while case .text(let more)? = next {
        whole += more
        index += 1
      }
      return .value(.text(whole))
    case .integer(let number): return .value(.integer(number))
    case .real(let number): return .value(.real(number))
    case .name(let name): return Self.named(name)
    case .symbol("("):
      if take(.symbol(")")) { return .list([], isTuple: true) }
      let inner = try nested { (parser) throws(JinjaProblem) in try parser.tuple() }
      try need(")")
      return inner
    case .symbol("["):
      var elements: [JinjaExpression] = []
      while !take(.symbol("]")) {
        elements.append(try expression())
        if !take(.symbol(",")), next != .symbol("]") { throw JinjaProblem("a list is not read") }
      }
      return .list(elements, isTuple: false)
    case .symbol("{"): return try object()
    case .symbol(let symbol): throw JinjaProblem("a '\(symbol)' begins an expression")
    }
  }

  private static func named(_ name: String) -> JinjaExpression {
    switch name {
    case "true", "True": .value(.boolean(true))
    case "false", "False": .value(.boolean(false))
    case "none", "None": .value(.null)
    default: .variable(name)
    }
  }

  private mutating func object() throws(JinjaProblem) -> JinjaExpression {
    var pairs: [(key: JinjaExpression, value: JinjaExpression)] = []
    while !take(.symbol("}")) {
      let key = try expression()
      try need(":")
      pairs.append((key, try expression()))
      if !take(.symbol(",")), next != .symbol("}") { throw JinjaProblem("an object is not read") }
    }
    return .object(pairs)
  }
}
