/// What word problems are made of.
struct ArithmeticTexts: Decodable, Sendable {
  /// How a problem of one kind is asked, and how its solution ends.
  struct Kind: Decodable, Sendable {
    let questions: Filled<Template>
    let conclusions: Filled<Template>
  }

  let openings: Filled<Template>
  let shopping: Kind
  let total: Kind
  let remainder: Kind
  let change: Kind
  let days: Kind
  let sharing: Kind
}

/// Writes word problems with their solution worked step by step.
package enum ArithmeticWriter {
  /// One turn: a problem and its solution.
  package static func turns(_ composer: inout Composer) -> [DemoTurn] {
    let (question, steps, conclusion) = problem(&composer)
    let opening = composer.oneOf(composer.texts.arithmetic.openings)
    return [DemoTurn(question: question, answer: opening + (steps + [conclusion]).joined(separator: " "))]
  }

  private typealias Problem = (question: String, steps: [String], conclusion: String)

  private static func problem(_ composer: inout Composer) -> Problem {
    switch composer.random.below(6) {
    case 0: shopping(&composer)
    case 1: total(&composer)
    case 2: remainder(&composer)
    case 3: change(&composer)
    case 4: days(&composer)
    default: sharing(&composer)
    }
  }

  /// The sum of two numbers below a thousand, digit by digit from the right.
  package static func additionSteps(_ a: Int, _ b: Int) -> [String] {
    var steps = ["We add \(a) and \(b)."]
    var carry = 0
    for (place, scale) in placeValues(max(a, b)) {
      let (x, y) = (a / scale % 10, b / scale % 10)
      let sum = x + y + carry
      let carried = carry > 0 ? " + \(carry)" : ""
      let write = sum > 9 ? ", write \(sum % 10) and carry 1" : ""
      steps.append("\(place): \(x) + \(y)\(carried) = \(sum)\(write).")
      carry = sum / 10
    }
    return steps + ["So \(a) + \(b) = \(a + b)."]
  }

  /// The difference of two numbers below a thousand, digit by digit from the right; the first is not the smaller.
  package static func subtractionSteps(_ a: Int, _ b: Int) -> [String] {
    var steps = ["We take \(b) from \(a)."]
    var borrow = 0
    for (place, scale) in placeValues(a) {
      let (x, y) = (a / scale % 10 - borrow, b / scale % 10)
      borrow = x < y ? 1 : 0
      let note = borrow == 1 ? "\(x) is less than \(y), borrow 1, " : ""
      steps.append("\(place): \(note)\(x + 10 * borrow) - \(y) = \(x + 10 * borrow - y).")
    }
    return steps + ["So \(a) - \(b) = \(a - b)."]
  }

  /// The product of a number of two digits and one of one digit, by tens and ones.
  package static func multiplicationSteps(_ a: Int, _ b: Int) -> [String] {
    guard a > 9 else { return ["\(a) x \(b) = \(a * b)."] }
    let (tens, ones) = (a / 10 * 10, a % 10)
    guard ones > 0 else { return ["\(a) x \(b) = \(a * b)."] }
    return [
      "\(tens) x \(b) = \(tens * b) and \(ones) x \(b) = \(ones * b).",
      "\(tens * b) + \(ones * b) = \(a * b), so \(a) x \(b) = \(a * b).",
    ]
  }

  private static func placeValues(_ largest: Int) -> [(String, Int)] {
    [("Ones", 1), ("Tens", 10), ("Hundreds", 100)].filter { $0.1 == 1 || $0.1 <= largest }
  }

  private static func shopping(_ composer: inout Composer) -> Problem {
    let (n1, n2) = (composer.random.number(in: 2...9), composer.random.number(in: 2...9))
    let (p1, p2) = (composer.random.number(in: 2...12), composer.random.number(in: 2...12))
    composer.bind(["n1": n1, "n2": n2, "p1": p1, "p2": p2])
    let texts = composer.texts.arithmetic.shopping
    let question = composer.oneOf(texts.questions)
    let steps =
      [composer.text("The {s x} cost") + " \(n1) x \(p1) = \(n1 * p1) coins."]
      + [composer.text("The {s y} cost") + " \(n2) x \(p2) = \(n2 * p2) coins."] + additionSteps(n1 * p1, n2 * p2)
    composer["sum"] = String(n1 * p1 + n2 * p2)
    return (question, steps, composer.oneOf(texts.conclusions))
  }

  private static func total(_ composer: inout Composer) -> Problem {
    let (a, b) = (composer.random.number(in: 105...499), composer.random.number(in: 105...499))
    composer.bind(["a": a, "b": b, "sum": a + b])
    let texts = composer.texts.arithmetic.total
    let question = composer.oneOf(texts.questions)
    return (question, additionSteps(a, b), composer.oneOf(texts.conclusions))
  }

  private static func remainder(_ composer: inout Composer) -> Problem {
    let b = composer.random.number(in: 25...480)
    let a = b + composer.random.number(in: 15...480)
    composer.bind(["a": a, "b": b, "rest": a - b])
    let texts = composer.texts.arithmetic.remainder
    let question = composer.oneOf(texts.questions)
    return (question, subtractionSteps(a, b), composer.oneOf(texts.conclusions))
  }

  private static func change(_ composer: inout Composer) -> Problem {
    let (n, p) = (composer.random.number(in: 3...9), composer.random.number(in: 4...19))
    let purse = n * p + composer.random.number(in: 5...120)
    composer.bind(["n": n, "p": p, "purse": purse, "rest": purse - n * p])
    let texts = composer.texts.arithmetic.change
    let question = composer.oneOf(texts.questions)
    let steps =
      [composer.text("First the price of the {s x}:")] + multiplicationSteps(p, n) + subtractionSteps(purse, n * p)
    return (question, steps, composer.oneOf(texts.conclusions))
  }

  private static func days(_ composer: inout Composer) -> Problem {
    let (perDay, days) = (composer.random.number(in: 11...49), composer.random.number(in: 3...9))
    let extra = composer.random.number(in: 12...99)
    composer.bind(["perDay": perDay, "days": days, "extra": extra, "sum": perDay * days + extra])
    let texts = composer.texts.arithmetic.days
    let question = composer.oneOf(texts.questions)
    let steps =
      [composer.text("In {days} days that is:")] + multiplicationSteps(perDay, days)
      + additionSteps(perDay * days, extra)
    return (question, steps, composer.oneOf(texts.conclusions))
  }

  private static func sharing(_ composer: inout Composer) -> Problem {
    let (people, each) = (composer.random.number(in: 2...9), composer.random.number(in: 3...12))
    let rest = composer.random.below(people)
    let all = people * each + rest
    composer["people"] = Inflection.word(for: people)
    composer.bind(["all": all, "each": each, "rest": rest])
    let texts = composer.texts.arithmetic.sharing
    let question = composer.oneOf(texts.questions)
    let steps = [
      "There are \(all) to share among \(people).", "\(people) x \(each) = \(people * each).",
      rest == 0 ? "That is exactly \(all)." : "\(people) x \(each + 1) = \(people * (each + 1)), which is too much.",
      "\(all) - \(people * each) = \(rest).",
    ]
    let left = rest == 0 ? "and none are left" : rest == 1 ? "and 1 is left" : "and \(rest) are left"
    return (question, steps, composer.oneOf(texts.conclusions) + " \(left).")
  }
}
