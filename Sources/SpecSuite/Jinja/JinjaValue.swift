/// A value in a Jinja template. None of them changes but namespaces: the templates run in what jinja2 calls an immutable
/// sandbox.
enum JinjaValue: Equatable, Sendable {
  /// What no name stands for; it has the name for messages.
  case undefined(String)
  case null
  case boolean(Bool)
  case integer(Int)
  case real(Double)
  case text(JinjaText)
  case list(JinjaList)
  case object(JinjaObject)
  /// Variables of its own, which inner blocks may set; by its number.
  case namespace(Int)
  /// The variable `loop`.
  case loop(JinjaLoop)
  case macro(JinjaMacro)
  /// A function, which can only be called.
  case function(String)

  static func text(_ text: String) -> JinjaValue { .text(JinjaText(text)) }

  /// Whether a condition takes it for true.
  var isTrue: Bool {
    switch self {
    case .undefined, .null: false
    case .boolean(let value): value
    case .integer(let value): value != 0
    case .real(let value): value != 0
    case .text(let text): !text.isEmpty
    case .list(let list): !list.values.isEmpty
    case .object(let object): !object.keys.isEmpty
    case .namespace, .loop, .macro, .function: true
    }
  }

  var isUndefined: Bool { if case .undefined = self { true } else { false } }

  /// Booleans count as numbers, as in Python.
  var number: Double? {
    switch self {
    case .boolean(let value): value ? 1 : 0
    case .integer(let value): Double(value)
    case .real(let value): value
    default: nil
    }
  }

  /// The whole number that it is; Python takes booleans for such.
  var whole: Int? {
    switch self {
    case .boolean(let value): value ? 1 : 0
    case .integer(let value): value
    default: nil
    }
  }

  /// About how much work it is to go over all of it, in steps.
  var weight: Int {
    switch self {
    case .text(let text): 1 + text.count / 16
    case .list(let list): list.weight
    case .object(let object): object.weight
    default: 1
    }
  }

  /// How deep lists and objects lie in each other.
  var depth: Int {
    switch self {
    case .list(let list): list.depth
    case .object(let object): object.depth
    default: 0
    }
  }

  /// What it is called in messages.
  var kind: String {
    switch self {
    case .undefined(let name): name.isEmpty ? "what is not defined" : "'\(name.prefix(40))', which is not defined"
    case .null: "none"
    case .boolean: "a boolean"
    case .integer, .real: "a number"
    case .text: "a text"
    case .list: "a list"
    case .object: "an object"
    case .namespace: "a namespace"
    case .loop: "a loop"
    case .macro, .function: "a function"
    }
  }

  /// Equal as in Python: numbers by value, texts by scalars.
  static func == (left: JinjaValue, right: JinjaValue) -> Bool {
    switch (left, right) {
    case (.undefined, .undefined), (.null, .null): return true
    case (.text(let a), .text(let b)): return a == b
    case (.list(let a), .list(let b)):
      return a.isTuple == b.isTuple && a.values == b.values
    case (.object(let a), .object(let b)):
      return a.keys.count == b.keys.count && a.keys.allSatisfy { a[$0] == b[$0] }
    case (.namespace(let a), .namespace(let b)): return a == b
    default:
      if let a = left.whole, let b = right.whole { return a == b }
      guard let a = left.number, let b = right.number else { return false }
      return a == b
    }
  }
}

/// A list or a tuple.
struct JinjaList: Sendable {
  let values: [JinjaValue]
  let isTuple: Bool
  fileprivate let weight: Int
  fileprivate let depth: Int

  /// - Throws: ``JinjaProblem`` for more than a template needs.
  init(_ values: [JinjaValue], isTuple: Bool = false) throws(JinjaProblem) {
    self.values = values
    self.isTuple = isTuple
    (weight, depth) = try JinjaLimits.measure(values)
  }
}

/// An object whose keys keep their order.
struct JinjaObject: Sendable {
  private(set) var keys: [JinjaText] = []
  private var members: [JinjaText: JinjaValue] = [:]
  fileprivate var weight = 1
  fileprivate var depth = 1

  init() {}

  /// - Throws: ``JinjaProblem`` for more than a template needs.
  init(_ pairs: [(JinjaText, JinjaValue)]) throws(JinjaProblem) {
    for (key, value) in pairs where members.updateValue(value, forKey: key) == nil { keys.append(key) }
    let (inner, depth) = try JinjaLimits.measure(keys.map { members[$0] ?? .null })
    weight = keys.reduce(inner) { $0 + 1 + $1.count / 16 }
    self.depth = depth
  }

  subscript(key: JinjaText) -> JinjaValue? { members[key] }

  subscript(key: String) -> JinjaValue? { members[JinjaText(key)] }

  var pairs: [(key: JinjaText, value: JinjaValue)] { keys.map { ($0, members[$0] ?? .null) } }
}

/// What `loop` knows in one turn of a loop.
struct JinjaLoop: Sendable {
  let index: Int
  let values: [JinjaValue]
}

/// A macro, with how many of the scopes are its own surroundings.
struct JinjaMacro: Sendable {
  let name: String
  let parameters: [(name: String, value: JinjaExpression?)]
  let body: [JinjaNode]
  let scopes: Int
}

/// How much a template may make. It is an untrusted file: what takes long or grows without end is refused, before it is
/// done.
enum JinjaLimits {
  /// A template longer than that is none, in bytes.
  static let longestTemplate = 1 << 20
  /// Most elements of a list.
  static let longestList = 1 << 16
  /// How deep lists and objects may lie in each other: they are compared, written and freed by as deep a recursion.
  static let deepestValue = 32
  /// How deep blocks and expressions may lie in each other.
  static let deepestSyntax = 48

  /// The weight and depth of a container of some values.
  fileprivate static func measure(_ values: [JinjaValue]) throws(JinjaProblem) -> (weight: Int, depth: Int) {
    guard values.count <= longestList else { throw JinjaProblem("a list grows too long") }
    var (weight, depth) = (1, 0)
    for value in values {
      weight = min(weight + value.weight, 1 << 40)
      depth = max(depth, value.depth)
    }
    guard depth < deepestValue else { throw JinjaProblem("a list lies too deep in others") }
    return (weight, depth + 1)
  }
}

/// Why a template cannot be used: a clause whose subject is the template.
struct JinjaProblem: Error, Equatable {
  let text: String

  init(_ text: String) { self.text = text }
}
