/// An expression. What is written in a row, such as a chain of sums or filters, is a list here: its evaluation takes no
/// deeper recursion than its brackets.
indirect enum JinjaExpression: Sendable {
  case value(JinjaValue)
  case variable(String)
  case list([JinjaExpression], isTuple: Bool)
  case object([(key: JinjaExpression, value: JinjaExpression)])
  /// Operators between numbers and texts, from left to right.
  case chain(JinjaExpression, [JinjaOperand])
  /// All of its comparisons hold.
  case comparison(JinjaExpression, [JinjaOperand])
  case all([JinjaExpression])
  case any([JinjaExpression])
  case not(JinjaExpression)
  case sign(isNegative: Bool, JinjaExpression)
  case choice(condition: JinjaExpression, then: JinjaExpression, otherwise: JinjaExpression)
  case postfix(JinjaExpression, [JinjaLink])
}

/// An operator with what stands behind it.
struct JinjaOperand: Sendable {
  let symbol: String
  let expression: JinjaExpression
}

/// What follows on a value.
enum JinjaLink: Sendable {
  case attribute(String)
  case item(JinjaExpression)
  case slice(from: JinjaExpression?, to: JinjaExpression?, step: JinjaExpression?)
  case call(JinjaArguments)
  case filter(String, JinjaArguments)
  case test(String, JinjaArguments, isNegated: Bool)
}

/// The arguments of a call.
struct JinjaArguments: Sendable {
  var list: [JinjaExpression] = []
  var named: [(name: String, value: JinjaExpression)] = []
}

/// What a block assigns to.
enum JinjaTarget: Sendable {
  case name(String)
  case names([String])
  case member(of: String, String)
}

/// A part of a template.
indirect enum JinjaNode: Sendable {
  case text(JinjaText)
  case output(JinjaExpression)
  case set(JinjaTarget, JinjaExpression)
  /// What its body writes is assigned, after some filters, or written where there is no target.
  case capture(JinjaTarget?, filters: [JinjaLink], [JinjaNode])
  case condition([(condition: JinjaExpression, body: [JinjaNode])], otherwise: [JinjaNode])
  case loop(JinjaTarget, over: JinjaExpression, filter: JinjaExpression?, body: [JinjaNode], otherwise: [JinjaNode])
  case with([(JinjaTarget, JinjaExpression)], [JinjaNode])
  case macro(name: String, parameters: [(name: String, value: JinjaExpression?)], [JinjaNode])
  case leave(isBreak: Bool)
}
