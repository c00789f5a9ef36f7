/// Writes questions to be answered from passages that come with them. The passages speak of things made up for one
/// document, so the answer can only be found by reading.
enum PassageWriter {
  private static let introductions: [Template] = [
    "Answer the question from these passages.\n", "Use the passages to answer.\n",
    "Here are some passages from the library of {lib:town}.\n",
  ]
  private static let sources: [Template] = [
    "According to \"{title}\": ", "The answer is in \"{title}\": ", "In \"{title}\" we read: ",
  ]

  private static let additions: [Template] = [
    "The same passage adds: ", "It also says: ", "", "In the same place we read: ",
  ]

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
    let introduction = composer.oneOf(introductions)
    var kinds = Array(composer.random.shuffled(PassageKind.all).prefix(composer.random.number(in: 3...4)))
    // Two of a kind, so that the reader must look at the name and not only at the words of the question.
    if composer.random.chance(60) { kinds[1] = kinds[0] }
    let passages = composer.random.shuffled(kinds).map { passage(&composer, of: $0) }
    let asked = composer.random.shuffled(Array(passages.indices))
    let listing = passages.enumerated().map { "Passage \($0 + 1): \($1.title)\n\($1.text)\n" }.joined()
    var turns = [
      DemoTurn(
        question: introduction + listing + "Question: " + passages[asked[0]].question,
        answer: answer(&composer, passages[asked[0]])
      )
    ]
    if composer.random.chance(25) {
      turns.append(
        DemoTurn(
          question: composer.oneOf(["And: ", "One more question: "]) + passages[asked[1]].question,
          answer: answer(&composer, passages[asked[1]])
        )
      )
    }
    return turns
  }

  private static func passage(_ composer: inout Composer, of kind: PassageKind) -> Passage {
    for name in PassageKind.names { composer.unbind(name) }
    let title = capitalizedSentences(composer.phrase(kind.title))
    let sentences = kind.facts.map { composer.oneOf($0.sentences) }
    let chosen = composer.random.below(kind.facts.count)
    return Passage(
      title: title,
      text: sentences.joined(separator: " "),
      question: composer.oneOf(kind.facts[chosen].questions),
      fact: sentences[chosen],
      other: sentences[(chosen + 1) % sentences.count]
    )
  }

  private static func answer(_ composer: inout Composer, _ passage: Passage) -> String {
    composer["title"] = passage.title
    let source = composer.oneOf(sources)
    let more = composer.oneOf(additions)
    return source + passage.fact + (more.isEmpty ? "" : " " + more + passage.other)
  }
}
