/// What questions about the invented world are made of, and the facts that were chosen rather than drawn.
struct WorldTexts: Decodable, Sendable {
  /// A kind of question about a subject: ways to ask it and ways to answer it.
  struct Question: Decodable, Sendable {
    let asked: Filled<Template>
    let answered: Filled<Template>
  }

  /// What can be asked about subjects of one kind, and what an answer may add.
  struct Topic: Decodable, Sendable {
    let questions: Filled<Question>
    let additions: Filled<Template>
  }

  /// The topics by the kind of their subjects.
  struct Topics: Decodable, Sendable {
    let towns: Topic
    let people: Topic
    let rivers: Topic
    let trades: Topic
    let animals: Topic
  }

  let introductions: Filled<Template>
  let thanks: Filled<Template>
  let topics: Topics
  /// What the country's well-known people did.
  let deeds: Filled<String>
  /// What people of each trade make, with what, and what they need.
  let trades: Filled<DemoWorld.Subject>
  /// What animals eat, where they live and what they are like.
  let animals: Filled<DemoWorld.Subject>
}

/// Writes questions about the invented world with their answers.
enum QuestionWriter {
  /// One turn, or two about the same subject.
  static func turns(_ composer: inout Composer) -> [DemoTurn] {
    let (subject, topic) = topic(&composer)
    for (name, value) in subject.values { composer[name] = value }
    let chosen = composer.random.shuffled(topic.questions.all)
    let introduction = composer.oneOf(composer.texts.questions.introductions)
    var turns = [turn(&composer, introduction: introduction, chosen[0], topic.additions)]
    if composer.random.chance(35), chosen.count > 1 {
      turns.append(
        turn(&composer, introduction: composer.oneOf(composer.texts.questions.thanks), chosen[1], topic.additions)
      )
    }
    return turns
  }

  private static func turn(
    _ composer: inout Composer,
    introduction: String,
    _ question: WorldTexts.Question,
    _ additions: Filled<Template>
  ) -> DemoTurn {
    let asked = introduction + composer.oneOf(question.asked)
    let answer = composer.oneOf(question.answered)
    return DemoTurn(question: asked, answer: answer + addition(&composer, to: answer, additions))
  }

  /// One to three sentences more, of those that say nothing said before.
  private static func addition(_ composer: inout Composer, to answer: String, _ additions: Filled<Template>) -> String {
    let sentences = additions.all.map { composer.text($0) }.filter { !repeats($0, answer) }
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

  private static func topic(_ composer: inout Composer) -> (subject: DemoWorld.Subject, topic: WorldTexts.Topic) {
    let (world, topics) = (composer.texts.world, composer.texts.questions.topics)
    func one(_ subjects: [DemoWorld.Subject]) -> DemoWorld.Subject { subjects[composer.random.below(subjects.count)] }
    switch composer.random.below(10) {
    case 0..<4: return (one(world.towns), topics.towns)
    case 4..<7: return (one(world.people), topics.people)
    case 7: return (one(world.rivers), topics.rivers)
    case 8: return (one(world.trades), topics.trades)
    default: return (one(world.animals), topics.animals)
    }
  }
}
