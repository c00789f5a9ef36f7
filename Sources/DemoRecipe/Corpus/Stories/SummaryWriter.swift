/// Writes exchanges in which a story is to be summarized.
enum SummaryWriter {
  private static let requests: [Template] = [
    "Summarize this story:\n", "Please give a short summary of the following story.\n",
    "Read the story and tell me in a few sentences what happens.\n", "Tell this story in short:\n",
    "What is this story about?\n",
    "My {reader=sister|brother|uncle|aunt} has no time to read this. Can you make it shorter?\n",
  ]
  private static let introductions: [Template] = [
    "", "In short: ", "The story is about {title}. ", "Here is a summary. ",
  ]

  private static let shorteningRequests: [Template] = [
    "Shorten this story, but keep its own words:\n", "Which sentences of this story matter most?\n",
    "Read me only the most important sentences of this story.\n",
  ]
  private static let shorteningIntroductions: [Template] = [
    "In its own words: ", "", "These sentences matter most: ",
  ]

  /// One turn: a story, and of its sentences the first, the beginning of what happens and how it ends.
  static func shorteningTurns(_ composer: inout Composer) -> [DemoTurn] {
    let request = composer.oneOf(shorteningRequests)
    let story = Story.told(by: &composer)
    let answer = composer.oneOf(shorteningIntroductions) + story.keySentences.joined(separator: " ")
    return [DemoTurn(question: request + story.text, answer: answer)]
  }

  /// One turn: a story and its summary.
  static func turns(_ composer: inout Composer) -> [DemoTurn] {
    let request = composer.oneOf(requests)
    let story = Story.told(by: &composer)
    composer["title"] = composer.phrase(story.plot.title)
    let answer = composer.oneOf(introductions) + story.summary(by: &composer)
    return [DemoTurn(question: request + story.text, answer: answer)]
  }
}
