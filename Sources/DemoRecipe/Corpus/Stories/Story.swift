/// What stories and their summaries are made of.
struct StoryTexts: Decodable, Sendable {
  /// How a story is asked to be told in short, and how the answer begins.
  struct Request: Decodable, Sendable {
    let requests: Filled<Template>
    let introductions: Filled<Template>
  }

  let openings: Filled<Template>
  let habits: Filled<Template>
  let closings: Filled<Template>
  /// Sentences that make a story richer without moving it on; summaries leave them out.
  let details: Filled<Template>
  let plots: Filled<StoryPlot>
  let summary: Request
  let shortening: Request
}

/// What happens in a story, and how a summary tells it in short.
///
/// Each beat is one place of the story with the sentences that may stand there. The phrases that matter are bound by
/// the beats, so the summary repeats the story's own words.
struct StoryPlot: Decodable, Sendable {
  /// A word for what the story is about, for titles and questions.
  let title: Template
  let beats: Filled<Filled<Template>>
  let summary: Filled<Filled<Template>>
}

/// A story that has been told, with everything it bound still in the composer.
struct Story {
  let plot: StoryPlot
  let text: String
  /// The opening, the first beat and the last two.
  let keySentences: [String]

  /// Tells a story with a plot drawn from all.
  static func told(by composer: inout Composer) -> Story {
    let texts = composer.texts.stories
    let plot = composer.random.one(of: texts.plots)
    let beats = plot.beats.all
    var sentences = [composer.oneOf(texts.openings)]
    if composer.random.chance(55) { sentences.append(composer.oneOf(texts.habits)) }
    let digression = 1 + composer.random.below(beats.count - 1)
    var keySentences = [sentences[0]]
    for (index, beat) in beats.enumerated() {
      if index == digression { sentences.append(composer.anyOf(texts.details)) }
      sentences.append(composer.oneOf(beat))
      if index == 0 || index >= beats.count - 2 { keySentences += sentences.suffix(1) }
    }
    if composer.random.chance(50) { sentences.append(composer.oneOf(texts.closings)) }
    return Story(plot: plot, text: sentences.joined(separator: " "), keySentences: keySentences)
  }

  /// Tells the story in short, in the words of the long version.
  func summary(by composer: inout Composer) -> String {
    plot.summary.all.map { composer.oneOf($0) }.joined(separator: " ")
  }
}
