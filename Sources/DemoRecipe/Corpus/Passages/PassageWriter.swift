/// What passages and the questions about them are made of.
struct PassageTexts: Decodable, Sendable {
  let introductions: Filled<Template>
  let sources: Filled<Template>
  let additions: Filled<Template>
  /// What a second question begins with.
  let furtherQuestions: Filled<Template>
  /// The names that a passage binds and that a later passage must draw anew.
  let names: [String]
  let kinds: Filled<PassageKind>
}

/// A kind of passage: its title and the facts it states, each with questions that ask for it.
struct PassageKind: Decodable, Sendable {
  /// One sentence of a passage and the questions that it answers.
  struct Fact: Decodable, Sendable {
    let sentences: Filled<Template>
    let questions: Filled<Template>
  }

  let title: Template
  let facts: Filled<Fact>
}

/// Writes questions to be answered from passages that come with them. The passages speak of things made up for one
/// document, so the answer can only be found by reading.
enum PassageWriter {
  /// A passage as it stands in the prompt, and the fact to ask for.
  private struct Passage {
    let title: String
    let text: String
    let question: String
    let fact: String
    /// The passage's next sentence, or the first where the fact is the last.
    let other: String
  }

  /// One turn: passages, a question and the answer with its source; sometimes a second question.
  static func turns(_ composer: inout Composer) -> [DemoTurn] {
    let texts = composer.texts.passages
    let introduction = composer.oneOf(texts.introductions)
    var kinds = Array(composer.random.shuffled(texts.kinds.all).prefix(composer.random.number(in: 3...4)))
    // Two of a kind, so that the reader must look at the name and not only at the words of the question.
    if composer.random.chance(60), kinds.count > 1 { kinds[1] = kinds[0] }
    let passages = composer.random.shuffled(kinds).map { passage(&composer, of: $0) }
    let asked = composer.random.shuffled(Array(passages.indices))
    let listing = passages.enumerated().map { "Passage \($0 + 1): \($1.title)\n\($1.text)\n" }.joined()
    var turns = [
      DemoTurn(
        question: introduction + listing + "Question: " + passages[asked[0]].question,
        answer: answer(&composer, passages[asked[0]])
      )
    ]
    if composer.random.chance(25), asked.count > 1 {
      turns.append(
        DemoTurn(
          question: composer.oneOf(texts.furtherQuestions) + passages[asked[1]].question,
          answer: answer(&composer, passages[asked[1]])
        )
      )
    }
    return turns
  }

  private static func passage(_ composer: inout Composer, of kind: PassageKind) -> Passage {
    for name in composer.texts.passages.names { composer.unbind(name) }
    let title = capitalizedSentences(composer.phrase(kind.title))
    let sentences = kind.facts.all.map { composer.oneOf($0.sentences) }
    let chosen = composer.random.below(kind.facts.all.count)
    return Passage(
      title: title,
      text: sentences.joined(separator: " "),
      question: composer.oneOf(kind.facts.all[chosen].questions),
      fact: sentences[chosen],
      other: sentences[(chosen + 1) % sentences.count]
    )
  }

  private static func answer(_ composer: inout Composer, _ passage: Passage) -> String {
    composer["title"] = passage.title
    let source = composer.oneOf(composer.texts.passages.sources)
    let more = composer.oneOf(composer.texts.passages.additions)
    return source + passage.fact + (more.isEmpty ? "" : " " + more + passage.other)
  }
}
