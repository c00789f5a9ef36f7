/// Writes exchanges in which a story is to be summarized.
enum SummaryWriter {
  /// One turn: a story, and of its sentences the first, the beginning of what happens and how it ends.
  static func shorteningTurns(_ composer: inout Composer) -> [DemoTurn] {
    let texts = composer.texts.stories.shortening
    let request = composer.oneOf(texts.requests)
    let story = Story.told(by: &composer)
    let answer = composer.oneOf(texts.introductions) + story.keySentences.joined(separator: " ")
    return [DemoTurn(question: request + story.text, answer: answer)]
  }

  /// One turn: a story and its summary.
  static func turns(_ composer: inout Composer) -> [DemoTurn] {
    let texts = composer.texts.stories.summary
    let request = composer.oneOf(texts.requests)
    let story = Story.told(by: &composer)
    composer["title"] = composer.phrase(story.plot.title)
    let answer = composer.oneOf(texts.introductions) + story.summary(by: &composer)
    return [DemoTurn(question: request + story.text, answer: answer)]
  }
}
