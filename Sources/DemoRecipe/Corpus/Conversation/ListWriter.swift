/// Writes conversations in which a list is read back and then asked about: every answer stands in the text before it.
enum ListWriter {
  /// What the lines of a list have in common.
  private struct Kind {
    let requests: [Template]
    let introductions: [Template]
    /// One line, of a `{who}` and a `{what}`.
    let line: Template
    /// The list that `{what}` is drawn from.
    let list: String
    /// What asks for `{who}`, and what asks for `{what}`.
    let questions: [Template]
  }

  private static let kinds = [
    Kind(
      requests: ["Please note who brings what to the {event:event}: ", "These are the gifts for the {event:event}: "],
      introductions: ["You said: ", "I have noted: "],
      line: "{who} brings {what}",
      list: "gift",
      questions: ["Who brings {what}?", "What does {who} bring?"]
    ),
    Kind(
      requests: ["Remember where they live now: ", "Write down who lives where: "],
      introductions: ["I have noted: ", "You said: "],
      line: "{who} lives in {what}",
      list: "town",
      questions: ["Who lives in {what}?", "Where does {who} live?"]
    ),
    Kind(
      requests: ["Help me to remember who eats what at our inn: ", "This is what the guests want: "],
      introductions: ["You said: ", "Here is the list: "],
      line: "{who} wants {what}",
      list: "food",
      questions: ["Who wants {what}?", "What does {who} want?"]
    ),
    Kind(
      requests: ["These people sell something at the fair: ", "Note who makes what: "],
      introductions: ["Here is the list: ", "I have noted: "],
      line: "{who} makes {what}",
      list: "craft",
      questions: ["Who makes {what}?", "What does {who} make?"]
    ),
  ]
  private static let endings: [Template] = [" Read it back to me.", " Please say it back.", " Can you repeat that?"]

  /// A turn that reads a list back, and one or two that ask about it.
  static func turns(_ composer: inout Composer) -> [DemoTurn] {
    let kind = kinds[composer.random.below(kinds.count)]
    let entries = (0..<composer.random.number(in: 3...6)).map { _ in
      (who: composer.draw("person"), what: composer.draw(kind.list))
    }
    let lines = entries.map { line(&composer, kind.line, $0) }.joined(separator: ", ") + "."
    let request = composer.oneOf(kind.requests) + lines + composer.oneOf(endings)
    var turns = [DemoTurn(question: request, answer: composer.oneOf(kind.introductions) + lines)]
    for entry in composer.random.shuffled(entries).prefix(composer.random.number(in: 1...2)) {
      let answer = line(&composer, kind.line, entry) + "."
      let asked = kind.questions[composer.random.below(kind.questions.count)]
      turns.append(DemoTurn(question: capitalizedSentences(line(&composer, asked, entry)), answer: answer))
    }
    return turns
  }

  private static func line(_ composer: inout Composer, _ template: Template, _ entry: (who: String, what: String))
    -> String
  {
    composer["who"] = entry.who
    composer["what"] = entry.what
    return composer.phrase(template)
  }
}
