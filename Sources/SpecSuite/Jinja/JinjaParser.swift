/// Reads the blocks of a template.
struct JinjaParser {
  private let parts: [JinjaLexer.Part]
  private var index = 0
  private var depth = 0
  /// How many loops surround what is read.
  private var loops = 0
  /// The tag that ended the innermost block.
  private var ending: [JinjaToken] = []

  /// The nodes of a template.
  ///
  /// - Parameter template: its source.
  /// - Returns: the nodes.
  /// - Throws: ``JinjaProblem`` for what is not read.
  static func parse(_ template: String) throws(JinjaProblem) -> [JinjaNode] {
    guard template.utf8.count <= JinjaLimits.longestTemplate else { throw JinjaProblem("it is longer than 1 MiB") }
    var parser = JinjaParser(parts: try JinjaLexer(template).parts)
    return try parser.nodes(until: [])
  }

  private init(parts: [JinjaLexer.Part]) { self.parts = parts }

  private mutating func nodes(until ends: Set<String>) throws(JinjaProblem) -> [JinjaNode] {
    depth += 1
    defer { depth -= 1 }
    guard depth < JinjaLimits.deepestSyntax else { throw JinjaProblem("its blocks lie too deep in each other") }
    var nodes: [JinjaNode] = []
    while index < parts.count {
      let part = parts[index]
      index += 1
      switch part {
      case .text(let text): nodes.append(.text(text))
      case .output(let tokens): nodes.append(.output(try JinjaExpressionParser.parse(tokens)))
      case .block(let tokens):
        guard case .name(let name)? = tokens.first else { throw JinjaProblem("a block has no name") }
        if ends.contains(name) {
          ending = tokens
          return nodes
        }
        nodes += try block(name, Array(tokens.dropFirst()))
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
    case "with": return [try with(tokens)]
    case "filter": return [try filter(tokens)]
    case "macro": return [try macro(tokens)]
    case "break", "continue":
      guard loops > 0 else { throw JinjaProblem("a '\(name)' stands outside of loops") }
      return [.leave(isBreak: name == "break")]
    // It marks what a model is trained on, and is written as it is.
    case "generation": return try nodes(until: ["endgeneration"])
    default: throw JinjaProblem("the block '\(name.prefix(40))' is not read")
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
    var parser = JinjaExpressionParser(tokens)
    let target = try parser.names()
    guard parser.take(.name("in")) else { throw JinjaProblem("a loop has no 'in'") }
    let list = try parser.tuple(withChoice: false)
    var filter: JinjaExpression?
    if parser.take(.name("if")) { filter = try parser.expression() }
    if parser.take(.name("recursive")) { throw JinjaProblem("recursive loops are not read") }
    try parser.end()
    loops += 1
    let body = try nodes(until: ["else", "endfor"])
    loops -= 1
    let otherwise = ending.first == .name("else") ? try nodes(until: ["endfor"]) : []
    return .loop(target, over: list, filter: filter, body: body, otherwise: otherwise)
  }

  private mutating func set(_ tokens: [JinjaToken]) throws(JinjaProblem) -> JinjaNode {
    var parser = JinjaExpressionParser(tokens)
    let target = try parser.target()
    if parser.take(.symbol("=")) {
      let value = try parser.tuple()
      try parser.end()
      return .set(target, value)
    }
    let filters = try parser.filters()
    try parser.end()
    return .capture(target, filters: filters, try nodes(until: ["endset"]))
  }

  private mutating func with(_ tokens: [JinjaToken]) throws(JinjaProblem) -> JinjaNode {
    var parser = JinjaExpressionParser(tokens)
    var assignments: [(JinjaTarget, JinjaExpression)] = []
    while !parser.isAtEnd {
      if !assignments.isEmpty { try parser.need(",") }
      let target = JinjaTarget.name(try parser.name())
      try parser.need("=")
      assignments.append((target, try parser.expression()))
    }
    return .with(assignments, try nodes(until: ["endwith"]))
  }

  private mutating func filter(_ tokens: [JinjaToken]) throws(JinjaProblem) -> JinjaNode {
    var parser = JinjaExpressionParser([.symbol("|")] + tokens)
    let filters = try parser.filters()
    try parser.end()
    return .capture(nil, filters: filters, try nodes(until: ["endfilter"]))
  }

  private mutating func macro(_ tokens: [JinjaToken]) throws(JinjaProblem) -> JinjaNode {
    var parser = JinjaExpressionParser(tokens)
    let name = try parser.name()
    try parser.need("(")
    var parameters: [(name: String, value: JinjaExpression?)] = []
    while !parser.take(.symbol(")")) {
      if !parameters.isEmpty { try parser.need(",") }
      let parameter = try parser.name()
      parameters.append((parameter, parser.take(.symbol("=")) ? try parser.expression() : nil))
    }
    try parser.end()
    // A macro's body is outside of the loops around it.
    let outer = loops
    loops = 0
    defer { loops = outer }
    return .macro(name: name, parameters: parameters, try nodes(until: ["endmacro"]))
  }
}
