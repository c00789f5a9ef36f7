/// What happens in a story, and how a summary tells it in short.
///
/// Each beat is one place of the story with the sentences that may stand there. The phrases that matter are bound by
/// the beats, so the summary repeats the story's own words.
struct StoryPlot: Sendable {
  /// A word for what the story is about, for titles and questions.
  let title: Template
  let beats: [[Template]]
  let summary: [[Template]]

  /// All plots.
  static let all: [StoryPlot] =
    [lostAnimal, brokenTool, rescue, contest, missingKeepsake, letter, find, hunger, quarrel, apprentice] + festivePlots
}

/// A story that has been told, with everything it bound still in the composer.
struct Story {
  let plot: StoryPlot
  let text: String
  /// The opening, the first beat and the last two.
  let keySentences: [String]

  private static let openings: [Template] = [
    "In the town of {town:town} there lived {a trait:trait} {trade:trade} called {hero:person}.",
    "{hero:person} was {a trade:trade} in {town:town}, and everybody knew {hero.him} as {a trait:trait} {hero.man}.",
    "Long ago {a trait:trait} {trade:trade} called {hero:person} lived in {town:town}, close to the {home:place}.",
    """
    {a trait:trait} {trade:trade} called {hero:person} had a small house by the {home:place} of {town:town}.
    """,
  ]
  private static let colours: [Template] = [
    "Every morning {hero.he} drank {:drink} and listened to {:sound}.",
    "{hero.his} house smelled of {:smell}, and {hero.he} never ate anything but {:food}.",
    "{hero.he} liked {:hobby} and {:hobby} more than anything else.",
    "{hero.he} often said that {:saying}.",
    "People liked {hero.him} for {hero.his} [patience|honesty|kindness|good sense|light heart].",
  ]
  private static let closings: [Template] = [
    "From that day on people in {town} liked to say that {:saying}.",
    "{hero} was [glad|grateful|proud|delighted|calm], and that evening there was {:food} for everybody.",
    "That night {hero.he} slept well and heard nothing but {:sound}.",
    "And if you come to {town} on a {:day}, somebody will tell you this story.",
  ]

  /// Tells a story with a plot drawn from all.
  static func told(by composer: inout Composer) -> Story {
    let plots = StoryPlot.all
    let plot = plots[composer.random.below(plots.count)]
    var sentences = [composer.oneOf(openings)]
    if composer.random.chance(55) { sentences.append(composer.oneOf(colours)) }
    let digression = 1 + composer.random.below(plot.beats.count - 1)
    var keySentences = [sentences[0]]
    for (index, beat) in plot.beats.enumerated() {
      if index == digression { sentences.append(composer.anyOf(StoryDetail.all)) }
      sentences.append(composer.oneOf(beat))
      if index == 0 || index >= plot.beats.count - 2 { keySentences += sentences.suffix(1) }
    }
    if composer.random.chance(50) { sentences.append(composer.oneOf(closings)) }
    return Story(plot: plot, text: sentences.joined(separator: " "), keySentences: keySentences)
  }

  /// Tells the story in short, in the words of the long version.
  func summary(by composer: inout Composer) -> String {
    plot.summary.map { composer.oneOf($0) }.joined(separator: " ")
  }
}
