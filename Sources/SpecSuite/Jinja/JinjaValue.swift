/// A value in a Jinja template.
enum JinjaValue: Equatable {
  case undefined
  case null
  case boolean(Bool)
  case integer(Int)
  case text(String)
  case list([JinjaValue])
  case object([String: JinjaValue])
  /// A name that has variables of its own, which inner blocks may set.
  case namespace(String)
  /// A function or a method, which can only be called.
  case function(String)

  /// Whether a condition takes it for true.
  var isTrue: Bool {
    switch self {
    case .undefined, .null: false
    case .boolean(let value): value
    case .integer(let value): value != 0
    case .text(let text): !text.isEmpty
    case .list(let values): !values.isEmpty
    case .object(let members): !members.isEmpty
    case .namespace, .function: true
    }
  }

  /// Whether it is a list or an object.
  private var isContainer: Bool {
    switch self {
    case .list, .object: true
    default: false
    }
  }

  /// Whether it is a list or an object that holds others.
  var holdsContainers: Bool {
    switch self {
    case .list(let values): values.contains(where: \.isContainer)
    case .object(let members): members.values.contains(where: \.isContainer)
    default: false
    }
  }

  /// What is written for it.
  ///
  /// - Throws: ``JinjaProblem`` for what nobody means to write.
  func written() throws(JinjaProblem) -> String {
    switch self {
    case .undefined: return ""
    case .null: return "None"
    case .boolean(let value): return value ? "True" : "False"
    case .integer(let value): return String(value)
    case .text(let text): return text
    default: throw JinjaProblem("it writes a list or an object")
    }
  }

  /// Texts are equal if their scalars are, whatever Unicode takes for equivalent.
  static func == (a: JinjaValue, b: JinjaValue) -> Bool {
    switch (a, b) {
    case (.undefined, .undefined), (.null, .null): true
    case (.boolean(let a), .boolean(let b)): a == b
    case (.integer(let a), .integer(let b)): a == b
    case (.text(let a), .text(let b)): a.unicodeScalars.elementsEqual(b.unicodeScalars)
    case (.list(let a), .list(let b)): a == b
    case (.object(let a), .object(let b)): a == b
    default: false
    }
  }
}

/// Why a template cannot be used: a clause whose subject is the template.
struct JinjaProblem: Error, Equatable {
  let text: String

  init(_ text: String) { self.text = text }
}

/// An expression.
indirect enum JinjaExpression {
  case value(JinjaValue)
  case variable(String)
  case list([JinjaExpression])
  case member(JinjaExpression, JinjaExpression)
  case slice(JinjaExpression, from: JinjaExpression?, to: JinjaExpression?, step: JinjaExpression?)
  case call(JinjaExpression, [JinjaExpression], named: [String: JinjaExpression])
  case filter(String, JinjaExpression, [JinjaExpression], named: [String: JinjaExpression])
  case test(String, JinjaExpression, [JinjaExpression])
  case not(JinjaExpression)
  case negative(JinjaExpression)
  case binary(String, JinjaExpression, JinjaExpression)
  case choice(condition: JinjaExpression, then: JinjaExpression, otherwise: JinjaExpression)
}

/// A part of a template.
indirect enum JinjaNode {
  case text(String)
  case output(JinjaExpression)
  case set(String, member: String?, JinjaExpression)
  case setBlock(String, [JinjaNode])
  case condition([(condition: JinjaExpression, body: [JinjaNode])], otherwise: [JinjaNode])
  case loop(
    variables: [String],
    over: JinjaExpression,
    filter: JinjaExpression?,
    body: [JinjaNode],
    otherwise: [JinjaNode]
  )
  case leave(isBreak: Bool)
}
