/// How much work a rendering may take, and how long a text may grow. Both follow from what is to be written: a long
/// conversation may take longer.
struct JinjaBudget {
  private static let leastSteps = 300_000
  private var steps: Int
  /// Most scalars of one text.
  let longestText: Int

  /// - Parameter input: scalars of the conversation.
  init(input: Int) {
    steps = Self.leastSteps + min(input, 1 << 26)
    longestText = (1 << 19) + 4 * min(input, 1 << 26)
  }

  /// Takes some steps.
  mutating func pay(_ price: Int) throws(JinjaProblem) {
    guard price < steps else { throw JinjaProblem("it takes too long") }
    steps -= price
  }

  /// Pays for going over each of some values once.
  mutating func passing(_ values: [JinjaValue]) throws(JinjaProblem) {
    for value in values { try pay(value.weight) }
  }

  /// Pays for going over each of some values for each part of the others, as looking for one in another does.
  mutating func combining(_ values: [JinjaValue]) throws(JinjaProblem) {
    var price = 1
    for value in values {
      let (product, overflow) = price.multipliedReportingOverflow(by: value.weight)
      price = overflow ? .max : product
    }
    try pay(price)
  }

  /// Pays for a text that is about to be made.
  mutating func making(_ length: Int) throws(JinjaProblem) {
    guard length <= longestText else { throw JinjaProblem("it writes too much") }
    try pay(1 + length / 16)
  }
}
