/// How much work a template may ask for. A template is an untrusted file: what takes long or grows without end is
/// refused, before it is done.
struct JinjaBudget {
  /// A template longer than that is none, in bytes.
  static let longestTemplate = 1 << 20
  private static let mostSteps = 200_000
  /// How many bytes of a text are worth a step.
  private static let grain = 16
  private var steps = 0

  /// Takes one step.
  mutating func step() throws(JinjaProblem) { try pay(1) }

  /// Pays for going over some values once, as joining them does.
  mutating func passing(_ values: [JinjaValue]) throws(JinjaProblem) {
    for value in values { try pay(1 + Self.size(value) / Self.grain) }
  }

  /// Pays for going over each of some values for each part of the others, as looking for one in another does.
  mutating func combining(_ values: [JinjaValue]) throws(JinjaProblem) {
    var price = 1
    for value in values {
      let (product, overflow) = price.multipliedReportingOverflow(by: 1 + Self.size(value) / Self.grain)
      price = overflow ? Self.mostSteps : product
    }
    try pay(price)
  }

  private mutating func pay(_ price: Int) throws(JinjaProblem) {
    guard price < Self.mostSteps - steps else { throw JinjaProblem("it takes too long") }
    steps += price
  }

  /// About the bytes of a value; what lies in the elements of a list counts, but not what lies in theirs.
  private static func size(_ value: JinjaValue) -> Int {
    guard case .list(let values) = value else { return shallowSize(value) }
    return values.reduce(0) { $0 + grain + shallowSize($1) }
  }

  private static func shallowSize(_ value: JinjaValue) -> Int {
    switch value {
    case .text(let text): text.utf8.count
    case .list(let values): values.count * grain
    case .object(let members): members.count * grain
    default: 0
    }
  }
}
