/// Reads the part of Jinja that chat templates are written in.
struct JinjaParser {
  private static let deepest = 64
  private let parts: [JinjaLexer.Part]
  private var index = 0
  private var depth = 0
  /// The tag that ended the innermost block.
  private var ending: [JinjaToken] = []

  /// The nodes of a template.
  ///
  /// - Parameter template: its source.
  /// - Returns: the nodes.
  /// - Throws: ``JinjaProblem`` for what is not read.
  static func parse(_ template: String) throws(JinjaProblem) -> [JinjaNode] {
    var parser = JinjaParser(parts: try JinjaLexer(template).parts)
    let nodes = try parser.nodes(until: [])
    return nodes
  }

  private init(parts: [JinjaLexer.Part]) { self.parts = parts }

  private mutating func nodes(until ends: Set<String>) throws(JinjaProblem) -> [JinjaNode] {
    depth += 1
    defer { depth -= 1 }
    guard depth < Self.deepest else { throw JinjaProblem("its blocks lie too deep in each other") }
    var nodes: [JinjaNode] = []
    while index < parts.count {
      defer { index += 1 }
      switch parts[index] {
      case .text(let text): nodes.append(.text(text))
      case .output(let tokens): nodes.append(.output(try JinjaExpressionParser.parse(tokens)))
      case .block(let tokens):
        guard case .name(let name)? = tokens.first else { throw JinjaProblem("a block has no name") }
        if ends.contains(name) {
          ending = tokens
          return nodes
        }
        index += 1
        let node = try block(name, Array(tokens.dropFirst()))
        index -= 1
        nodes += node
      }
    }
    guard ends.isEmpty else { throw JinjaProblem("a block has no end") }
    return nodes
  }

  private mutating func block(_ name: String, _ tokens: [JinjaToken]) throws(JinjaProblem) -> [JinjaNode] {
    switch name {
    case "if": return [try condition(tokens)]
    case "for": return [try loop(tokens)]
    case "set": return [try set(tokens)]
    case "break", "continue": return [.leave(isBreak: name == "break")]
    // It marks what a model is trained on, and is written as it is.
    case "generation": return try nodes(until: ["endgeneration"])
    default: throw JinjaProblem("the block '\(printable(name))' is not read")
    }
  }

  private mutating func condition(_ tokens: [JinjaToken]) throws(JinjaProblem) -> JinjaNode {
    var cases = [(condition: try JinjaExpressionParser.parse(tokens), body: [JinjaNode]())]
    while true {
      cases[cases.count - 1].body = try nodes(until: ["elif", "else", "endif"])
      switch ending.first {
      case .name("elif"):
        cases.append((try JinjaExpressionParser.parse(Array(ending.dropFirst())), []))
      case .name("else"): return .condition(cases, otherwise: try nodes(until: ["endif"]))
      default: return .condition(cases, otherwise: [])
      }
    }
  }

  private mutating func loop(_ tokens: [JinjaToken]) throws(JinjaProblem) -> JinjaNode {
    guard let place = tokens.firstIndex(of: .name("in")) else { throw JinjaProblem("a loop has no 'in'") }
    var variables: [String] = []
    for token in tokens[..<place] where token != .symbol(",") {
      guard case .name(let name) = token else { throw JinjaProblem("a loop has no variable") }
      variables.append(name)
    }
    var parser = JinjaExpressionParser(Array(tokens[(place + 1)...]))
    let list = try parser.or()
    var filter: JinjaExpression?
    if parser.take(.name("if")) { filter = try parser.expression() }
    try parser.end()
    let body = try nodes(until: ["else", "endfor"])
    let otherwise = ending.first == .name("else") ? try nodes(until: ["endfor"]) : []
    return .loop(variables: variables, over: list, filter: filter, body: body, otherwise: otherwise)
  }

  private mutating func set(_ tokens: [JinjaToken]) throws(JinjaProblem) -> JinjaNode {
    guard case .name(let name)? = tokens.first else { throw JinjaProblem("a 'set' has no variable") }
    if tokens.count == 1 { return .setBlock(name, try nodes(until: ["endset"])) }
    if tokens[1] == .symbol("=") {
      return .set(name, member: nil, try JinjaExpressionParser.parse(Array(tokens[2...])))
    }
    guard tokens.count > 4, tokens[1] == .symbol("."), case .name(let member) = tokens[2], tokens[3] == .symbol("=")
    else { throw JinjaProblem("a 'set' is not read") }
    return .set(name, member: member, try JinjaExpressionParser.parse(Array(tokens[4...])))
  }

  private func printable(_ name: String) -> String { String(name.prefix(40)) }
}

/// Reads one expression.
struct JinjaExpressionParser {
  private static let mostLinks = 400
  private let tokens: [JinjaToken]
  private var index = 0
  private var depth = 0
  private var links = 0

  init(_ tokens: [JinjaToken]) { self.tokens = tokens }

  /// The expression that some tokens are as a whole.
  static func parse(_ tokens: [JinjaToken]) throws(JinjaProblem) -> JinjaExpression {
    var parser = JinjaExpressionParser(tokens)
    let expression = try parser.expression()
    try parser.end()
    return expression
  }

  func end() throws(JinjaProblem) {
    if index < tokens.count { throw JinjaProblem("an expression goes on where it should end") }
  }

  mutating func take(_ token: JinjaToken) -> Bool {
    guard index < tokens.count, tokens[index] == token else { return false }
    index += 1
    return true
  }

  private mutating func need(_ symbol: String) throws(JinjaProblem) {
    if !take(.symbol(symbol)) { throw JinjaProblem("a '\(symbol)' is missing in an expression") }
  }

  private mutating func name() throws(JinjaProblem) -> String {
    guard index < tokens.count, case .name(let name) = tokens[index] else {
      throw JinjaProblem("a name is missing in an expression")
    }
    index += 1
    return name
  }

  /// Counts what makes an expression longer. A long one is as deep as it is long: it is evaluated, and freed, by as deep
  /// a recursion.
  private mutating func linked(_ expression: JinjaExpression) throws(JinjaProblem) -> JinjaExpression {
    links += 1
    guard links < Self.mostLinks else { throw JinjaProblem("an expression is too long") }
    return expression
  }

  mutating func expression() throws(JinjaProblem) -> JinjaExpression {
    depth += 1
    defer { depth -= 1 }
    guard depth < 64 else { throw JinjaProblem("an expression is too deep") }
    let value = try or()
    guard take(.name("if")) else { return value }
    let condition = try or()
    let otherwise = take(.name("else")) ? try expression() : .value(.undefined)
    return .choice(condition: condition, then: value, otherwise: otherwise)
  }

  mutating func or() throws(JinjaProblem) -> JinjaExpression {
    var left = try and()
    while take(.name("or")) { left = try linked(.binary("or", left, try and())) }
    return left
  }

  private mutating func and() throws(JinjaProblem) -> JinjaExpression {
    var left = try not()
    while take(.name("and")) { left = try linked(.binary("and", left, try not())) }
    return left
  }

  private mutating func not() throws(JinjaProblem) -> JinjaExpression {
    depth += 1
    defer { depth -= 1 }
    guard depth < 64 else { throw JinjaProblem("an expression is too deep") }
    return take(.name("not")) ? .not(try not()) : try comparison()
  }

  private mutating func comparison() throws(JinjaProblem) -> JinjaExpression {
    var left = try sum()
    while true {
      if let symbol = ["==", "!=", "<=", ">=", "<", ">"].first(where: { next == .symbol($0) }) {
        index += 1
        left = try linked(.binary(symbol, left, try sum()))
      } else if take(.name("in")) {
        left = try linked(.binary("in", left, try sum()))
      } else if next == .name("not"), index + 1 < tokens.count, tokens[index + 1] == .name("in") {
        index += 2
        left = try linked(.not(.binary("in", left, try sum())))
      } else {
        return left
      }
    }
  }

  private var next: JinjaToken? { index < tokens.count ? tokens[index] : nil }

  private mutating func sum() throws(JinjaProblem) -> JinjaExpression {
    var left = try product()
    while let symbol = ["+", "-", "~"].first(where: { next == .symbol($0) }) {
      index += 1
      left = try linked(.binary(symbol, left, try product()))
    }
    return left
  }

  private mutating func product() throws(JinjaProblem) -> JinjaExpression {
    var left = try sign()
    while let symbol = ["*", "//", "%"].first(where: { next == .symbol($0) }) {
      index += 1
      left = try linked(.binary(symbol, left, try sign()))
    }
    return left
  }

  private mutating func sign() throws(JinjaProblem) -> JinjaExpression {
    if take(.symbol("-")) { return .negative(try postfix()) }
    return try postfix()
  }

  private mutating func postfix() throws(JinjaProblem) -> JinjaExpression {
    var value = try primary()
    while true {
      if take(.symbol(".")) {
        value = try linked(.member(value, .value(.text(try name()))))
      } else if take(.symbol("[")) {
        value = try linked(subscripted(value))
      } else if take(.symbol("(")) {
        let (arguments, named) = try self.arguments()
        value = try linked(.call(value, arguments, named: named))
      } else if take(.symbol("|")) {
        let name = try name()
        let (arguments, named) = take(.symbol("(")) ? try self.arguments() : ([], [:])
        value = try linked(.filter(name, value, arguments, named: named))
      } else if take(.name("is")) {
        let isNegated = take(.name("not"))
        let name = try name()
        var arguments: [JinjaExpression] = []
        if take(.symbol("(")) { arguments = try self.arguments().list }
        let test = JinjaExpression.test(name, value, arguments)
        value = try linked(isNegated ? .not(test) : test)
      } else {
        return value
      }
    }
  }

  private mutating func subscripted(_ value: JinjaExpression) throws(JinjaProblem) -> JinjaExpression {
    var parts: [JinjaExpression?] = [nil]
    while !take(.symbol("]")) {
      if take(.symbol(":")) {
        parts.append(nil)
      } else {
        parts[parts.count - 1] = try expression()
      }
    }
    if parts.count == 1, let part = parts[0] { return .member(value, part) }
    guard (2...3).contains(parts.count) else { throw JinjaProblem("an index is not read") }
    return .slice(value, from: parts[0], to: parts[1], step: parts.count == 3 ? parts[2] : nil)
  }

  private mutating func arguments() throws(JinjaProblem) -> (list: [JinjaExpression], named: [String: JinjaExpression])
  {
    var (list, named) = ([JinjaExpression](), [String: JinjaExpression]())
    while !take(.symbol(")")) {
      if case .name(let name)? = next, index + 1 < tokens.count, tokens[index + 1] == .symbol("=") {
        index += 2
        named[name] = try expression()
      } else {
        list.append(try expression())
      }
      if !take(.symbol(",")), next != .symbol(")") { throw JinjaProblem("a call is not read") }
    }
    return (list, named)
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
    case .name(let name):
      switch name {
      case "true", "True": return .value(.boolean(true))
      case "false", "False": return .value(.boolean(false))
      case "none", "None": return .value(.null)
      default: return .variable(name)
      }
    case .symbol("("):
      let inner = try expression()
      try need(")")
      return inner
    case .symbol("["):
      var elements: [JinjaExpression] = []
      while !take(.symbol("]")) {
        elements.append(try expression())
        if !take(.symbol(",")), next != .symbol("]") { throw JinjaProblem("a list is not read") }
      }
      return .list(elements)
    case .symbol(let symbol): throw JinjaProblem("a '\(symbol)' begins an expression")
    }
  }
}
