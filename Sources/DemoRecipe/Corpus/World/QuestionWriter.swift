/// Writes questions about the invented world with their answers.
enum QuestionWriter {
  private static let introductions: [Template] = [
    "", "Can you tell me something? ", "I have a question. ", "My teacher asks: ", "Please answer in short: ",
    "I am planning a journey. ", "My {friend:friend} wants to know: ", "We are having a quiz. ", "I am curious. ",
    "For a letter to {:person} I need to know: ", "{:person} and I are talking. ",
  ]
  private static let thanks: [Template] = [
    "Thank you! And another thing: ", "I see. ", "Good to know. ", "And one more question: ", "Thanks. ",
  ]

  /// One turn, or two about the same subject.
  static func turns(_ composer: inout Composer) -> [DemoTurn] {
    let (subject, questions, additions) = topic(&composer)
    for (name, value) in subject.values { composer[name] = value }
    let chosen = composer.random.shuffled(questions)
    let introduction = composer.oneOf(introductions)
    var turns = [turn(&composer, introduction: introduction, chosen[0], additions)]
    if composer.random.chance(35), chosen.count > 1 {
      turns.append(turn(&composer, introduction: composer.oneOf(thanks), chosen[1], additions))
    }
    return turns
  }

  private static func turn(
    _ composer: inout Composer,
    introduction: String,
    _ question: WorldQuestion,
    _ additions: [Template]
  ) -> DemoTurn {
    let asked = introduction + composer.oneOf(question.asked)
    let answer = composer.oneOf(question.answered)
    return DemoTurn(question: asked, answer: answer + addition(&composer, to: answer, additions))
  }

  /// One to three sentences more, of those that say nothing said before.
  private static func addition(_ composer: inout Composer, to answer: String, _ additions: [Template]) -> String {
    let sentences = additions.map { composer.text($0) }.filter { !repeats($0, answer) }
    guard !sentences.isEmpty else { return "" }
    let first = composer.random.skewedIndex(max(sentences.count - 1, 1))
    let count = 2 + (composer.random.chance(40) ? 1 : 0)
    return " " + sentences[first...].prefix(count).joined(separator: " ")
  }

  /// Whether two of the sentence's last three words are in the answer, which then says the same.
  private static func repeats(_ sentence: String, _ answer: String) -> Bool {
    let words = Set(answer.split { !$0.isLetter && !$0.isNumber })
    let last = sentence.split { !$0.isLetter && !$0.isNumber }.suffix(2)
    return last.allSatisfy(words.contains)
  }

  private typealias Topic = (subject: DemoWorld.Subject, questions: [WorldQuestion], additions: [Template])

  private static func topic(_ composer: inout Composer) -> Topic {
    let world = DemoWorld.standard
    func one(_ subjects: [DemoWorld.Subject]) -> DemoWorld.Subject { subjects[composer.random.below(subjects.count)] }
    switch composer.random.below(10) {
    case 0..<4: return (one(world.towns), WorldQuestion.towns, WorldQuestion.townAdditions)
    case 4..<7: return (one(world.people), WorldQuestion.people, WorldQuestion.peopleAdditions)
    case 7: return (one(world.rivers), WorldQuestion.rivers, WorldQuestion.riverAdditions)
    case 8: return (one(world.trades), WorldQuestion.trades, WorldQuestion.tradeAdditions)
    default: return (one(world.animals), WorldQuestion.animals, WorldQuestion.animalAdditions)
    }
  }
}
