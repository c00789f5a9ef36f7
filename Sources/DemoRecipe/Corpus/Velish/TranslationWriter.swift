/// Writes exchanges in which sentences are put into Velish or out of it.
enum TranslationWriter {
  /// One turn on a few phrases, or on one to three sentences, sometimes with one more sentence after it.
  static func turns(_ composer: inout Composer) -> [DemoTurn] {
    let isInto = composer.random.chance(60)
    if composer.random.chance(30) { return [phrases(&composer, isInto: isInto)] }
    var turns = [turn(&composer, isInto: isInto, count: 1 + composer.random.skewedIndex(3))]
    if composer.random.chance(20) { turns.append(followUp(&composer, isInto: isInto, count: 1)) }
    return turns
  }

  private static func phrases(_ composer: inout Composer, isInto: Bool) -> DemoTurn {
    let requests = composer.texts.velish.requests
    let count = composer.random.number(in: 3...7)
    let phrases = (0..<count).map { _ in ClauseWriter.nounPhrase(&composer) }
    let english = phrases.map(\.english).joined(separator: ", ")
    let velish = phrases.map { $0.velish(.subject, composer.texts.dictionary) }.joined(separator: ", ")
    return DemoTurn(
      question: composer.oneOf(isInto ? requests.phrasesIntoVelish : requests.phrasesOutOfVelish)
        + (isInto ? english : velish) + ".",
      answer: capitalizedSentences(isInto ? velish : english) + "."
    )
  }

  private static func turn(_ composer: inout Composer, isInto: Bool, count: Int) -> DemoTurn {
    let requests = composer.texts.velish.requests
    let (english, velish) = text(&composer, count: count)
    return DemoTurn(
      question: composer.oneOf(isInto ? requests.intoVelish : requests.outOfVelish) + (isInto ? english : velish),
      answer: composer.oneOf(isInto ? requests.intoVelishAnswers : requests.intoEnglishAnswers)
        + (isInto ? velish : english)
    )
  }

  /// Sentences in both languages.
  private static func text(_ composer: inout Composer, count: Int) -> (english: String, velish: String) {
    let sentences = (0..<count).map { _ in ClauseWriter.sentence(&composer) }
    return (
      capitalizedSentences(sentences.map(\.english).joined(separator: " ")),
      capitalizedSentences(sentences.map(\.velish).joined(separator: " "))
    )
  }

  private static func followUp(_ composer: inout Composer, isInto: Bool, count: Int) -> DemoTurn {
    let (english, velish) = text(&composer, count: count)
    return DemoTurn(question: "And this? " + (isInto ? english : velish), answer: isInto ? velish : english)
  }
}
