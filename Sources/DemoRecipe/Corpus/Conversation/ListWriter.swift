/// What conversations about a list are made of.
struct ListTexts: Decodable, Sendable {
  /// What the lines of a list have in common.
  struct Kind: Decodable, Sendable {
    let requests: Filled<Template>
    let introductions: Filled<Template>
    /// One line, of a `{who}` and a `{what}`.
    let line: Template
    /// The list that `{what}` is drawn from.
    let list: ListName
    /// What asks for `{who}`, and what asks for `{what}`.
    let questions: Filled<Template>
  }

  let kinds: Filled<Kind>
  let endings: Filled<Template>
}

/// Writes conversations in which a list is read back and then asked about: every answer stands in the text before it.
enum ListWriter {
  private typealias Entry = (who: String, what: String)

  /// A turn that reads a list back, and one or two that ask about it.
  static func turns(_ composer: inout Composer) -> [DemoTurn] {
    let texts = composer.texts.conversations.lists
    let kind = composer.random.one(of: texts.kinds)
    let entries = (0..<composer.random.number(in: 3...6)).map { _ in
      (who: composer.draw("person"), what: composer.draw(kind.list.name))
    }
    let lines = entries.map { line(&composer, kind.line, $0) }.joined(separator: ", ") + "."
    let request = composer.oneOf(kind.requests) + lines + composer.oneOf(texts.endings)
    var turns = [DemoTurn(question: request, answer: composer.oneOf(kind.introductions) + lines)]
    for entry in composer.random.shuffled(entries).prefix(composer.random.number(in: 1...2)) {
      let answer = line(&composer, kind.line, entry) + "."
      let asked = composer.random.one(of: kind.questions)
      turns.append(DemoTurn(question: capitalizedSentences(line(&composer, asked, entry)), answer: answer))
    }
    return turns
  }

  private static func line(_ composer: inout Composer, _ template: Template, _ entry: Entry) -> String {
    composer["who"] = entry.who
    composer["what"] = entry.what
    return composer.phrase(template)
  }
}
