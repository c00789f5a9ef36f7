/// What is wrong with a pattern.
package struct PatternError: Error, Equatable {
  /// What was met, as in "the pattern has …".
  package let problem: String
}

/// Reads a pattern in the syntax of Oniguruma, as far as published tokenizers use it.
struct PatternParser {
  /// Patterns in use have some hundred scalars.
  private static let longest = 20_000
  private static let deepest = 100

  private let scalars: [UInt32]
  private var position = 0
  private var depth = 0
  private var isCaseless = false
  /// `.` matches line ends too (`(?m)`).
  private var dotMatchesAll = false

  static func parse(_ text: String) throws(PatternError) -> PatternNode {
    var parser = PatternParser(text)
    guard parser.scalars.count <= longest else { throw PatternError(problem: "\(parser.scalars.count) characters") }
    let node = try parser.choice()
    if parser.position < parser.scalars.count { throw PatternError(problem: "a closing parenthesis too many") }
    return node
  }

  private init(_ text: String) { scalars = text.unicodeScalars.map(\.value) }

  private var next: UInt32? { position < scalars.count ? scalars[position] : nil }

  private mutating func take(_ text: String) -> Bool {
    let wanted = text.unicodeScalars.map(\.value)
    guard scalars[position...].starts(with: wanted) else { return false }
    position += wanted.count
    return true
  }

  private mutating func choice() throws(PatternError) -> PatternNode {
    depth += 1
    defer { depth -= 1 }
    guard depth <= Self.deepest else { throw PatternError(problem: "groups nested more than \(Self.deepest) deep") }
    // Options set within a group end with it.
    let (caseless, dots) = (isCaseless, dotMatchesAll)
    defer { (isCaseless, dotMatchesAll) = (caseless, dots) }
    var branches = [try sequence()]
    while take("|") { branches.append(try sequence()) }
    return branches.count == 1 ? branches[0] : .choice(branches)
  }

  private mutating func sequence() throws(PatternError) -> PatternNode {
    var nodes: [PatternNode] = []
    while let scalar = next, scalar != "|", scalar != ")" {
      guard var node = try atom() else { continue }
      while let repetition = try quantified(node) { node = repetition }
      nodes.append(node)
    }
    return nodes.count == 1 ? nodes[0] : .sequence(nodes)
  }

  /// One part without its quantifiers; nil for what matches nothing by itself, as options and comments do.
  private mutating func atom() throws(PatternError) -> PatternNode? {
    guard let scalar = next else { return nil }
    position += 1
    switch scalar {
    case "(": return try group()
    case "[":
      var reader = SetReader(scalars, position: position, isCaseless: isCaseless)
      let set = try reader.set()
      position = reader.position
      return .scalar(set)
    case ".": return .scalar(dotMatchesAll ? .ranges([0...0x10_FFFF]) : .complement(.scalar(0x0A)))
    case "^": return .anchor(.lineStart)
    case "$": return .anchor(.lineEnd)
    case "\\": return try escape()
    case "*", "+", "?": throw PatternError(problem: "a quantifier with nothing before it")
    default: return .scalar(literal(scalar))
    }
  }

  private func literal(_ scalar: UInt32) -> ScalarSet {
    isCaseless && CaseFolding.variants(of: scalar).count > 1 ? .caseless(.scalar(scalar)) : .scalar(scalar)
  }

  private mutating func escape() throws(PatternError) -> PatternNode {
    switch next {
    case "b": return anchor(.wordBoundary)
    case "B": return anchor(.noWordBoundary)
    case "A": return anchor(.textStart)
    case "z": return anchor(.textEnd)
    case "Z": return anchor(.lastLineEnd)
    case "R":
      position += 1
      let single = PatternNode.scalar(.ranges([0x0A...0x0D, 0x85...0x85, 0x2028...0x2029]))
      return .atomic(.choice([.sequence([.scalar(.scalar(0x0D)), .scalar(.scalar(0x0A))]), single]))
    default:
      var reader = SetReader(scalars, position: position, isCaseless: isCaseless)
      let escaped = try reader.escaped()
      position = reader.position
      switch escaped {
      case .scalar(let scalar): return .scalar(literal(scalar))
      case .set(let set): return .scalar(set)
      }
    }
  }

  private mutating func anchor(_ anchor: PatternNode.Anchor) -> PatternNode {
    position += 1
    return .anchor(anchor)
  }
}

/// Groups and quantifiers.
extension PatternParser {
  private mutating func group() throws(PatternError) -> PatternNode? {
    guard take("?") else { return try closed { $0 } }
    if take("#") {
      while let scalar = next, scalar != ")" { position += scalar == "\\" ? 2 : 1 }
      return try close(.empty)
    }
    if take(":") { return try closed { $0 } }
    if take("=") { return try closed { .lookahead($0, isNegated: false) } }
    if take("!") { return try closed { .lookahead($0, isNegated: true) } }
    if take(">") { return try closed { .atomic($0) } }
    if take("<=") { return try closed { .lookbehind($0, isNegated: false) } }
    if take("<!") { return try closed { .lookbehind($0, isNegated: true) } }
    if take("<") {
      while let scalar = next, scalar != ">" { position += scalar == ")" ? scalars.count : 1 }
      guard take(">") else { throw PatternError(problem: "a group whose name does not end") }
      return try closed { $0 }
    }
    return try options()
  }

  private mutating func closed(_ wrap: (PatternNode) -> PatternNode) throws(PatternError) -> PatternNode {
    try close(wrap(try choice()))
  }

  private mutating func close(_ node: PatternNode) throws(PatternError) -> PatternNode {
    guard take(")") else { throw PatternError(problem: "a group that is not closed") }
    return node
  }

  /// `(?i)`, which holds to the end of the group around it, or `(?i:…)`.
  private mutating func options() throws(PatternError) -> PatternNode? {
    var isOn = true
    var (caseless, dots) = (isCaseless, dotMatchesAll)
    while let scalar = next {
      position += 1
      switch scalar {
      case "-": isOn = false
      case "i": caseless = isOn
      case "m": dots = isOn
      case ":":
        let outer = (isCaseless, dotMatchesAll)
        (isCaseless, dotMatchesAll) = (caseless, dots)
        defer { (isCaseless, dotMatchesAll) = outer }
        return try closed { $0 }
      case ")":
        (isCaseless, dotMatchesAll) = (caseless, dots)
        // What follows, alternatives too, belongs to the options.
        return next == nil || next == ")" ? nil : try choice()
      default: throw PatternError(problem: "the group (?\(named(scalar))")
      }
    }
    throw PatternError(problem: "a group that is not closed")
  }

  private mutating func quantified(_ node: PatternNode) throws(PatternError) -> PatternNode? {
    let (minimum, maximum): (Int, Int?)
    switch next {
    case "*": (minimum, maximum) = (0, nil)
    case "+": (minimum, maximum) = (1, nil)
    case "?": (minimum, maximum) = (0, 1)
    case "{":
      guard let interval = readInterval() else { return nil }
      // Behind an interval `+` repeats once more, and `?` behind a single number makes the whole optional.
      if interval.minimum == interval.maximum { return try repeated(node, interval, .greedy) }
      return try repeated(node, interval, take("?") ? .lazy : .greedy)
    default: return nil
    }
    position += 1
    let greed: PatternNode.Greed = take("?") ? .lazy : take("+") ? .possessive : .greedy
    return try repeated(node, (minimum, maximum), greed)
  }

  private func repeated(
    _ node: PatternNode,
    _ interval: (minimum: Int, maximum: Int?),
    _ greed: PatternNode.Greed
  ) throws(PatternError) -> PatternNode {
    if let maximum = interval.maximum, maximum < interval.minimum {
      throw PatternError(problem: "the interval {\(interval.minimum),\(maximum)}")
    }
    return .repeated(node, minimum: interval.minimum, maximum: interval.maximum, greed)
  }

  /// `{n}`, `{n,}`, `{,m}` or `{n,m}`; nil, and nothing is read, if the brace is but a brace.
  private mutating func readInterval() -> (minimum: Int, maximum: Int?)? {
    let start = position
    position += 1
    let minimum = number()
    var maximum = minimum
    if take(",") {
      maximum = number()
      if minimum == nil, maximum == nil { maximum = -1 }
    }
    guard take("}"), maximum != -1, minimum != nil || maximum != nil else {
      position = start
      return nil
    }
    return (minimum ?? 0, maximum)
  }

  private mutating func number() -> Int? {
    var value: Int?
    while let scalar = next, 0x30...0x39 ~= scalar, value ?? 0 < 1_000_000 {
      value = (value ?? 0) * 10 + Int(scalar - 0x30)
      position += 1
    }
    return value
  }
}

/// A scalar as a message names it.
func named(_ scalar: UInt32) -> String {
  Unicode.Scalar(scalar).map { $0.isASCII && scalar > 0x20 ? String(Character($0)) : "U+\(String(scalar, radix: 16))" }
    ?? "U+\(String(scalar, radix: 16))"
}

/// Lets scalar values be compared with literals.
func ~= (pattern: Unicode.Scalar, value: UInt32?) -> Bool { pattern.value == value }
func == (value: UInt32?, scalar: Unicode.Scalar) -> Bool { value == .some(scalar.value) }
func != (value: UInt32?, scalar: Unicode.Scalar) -> Bool { value != .some(scalar.value) }
