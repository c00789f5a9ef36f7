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

  /// One turn: a story and its summary.
  static func turns(_ composer: inout Composer) -> [DemoTurn] {
    let request = composer.oneOf(requests)
    let story = Story.told(by: &composer)
    composer["title"] = composer.phrase(story.plot.title)
    let answer = composer.oneOf(introductions) + story.summary(by: &composer)
    return [DemoTurn(question: request + story.text, answer: answer)]
  }
}
