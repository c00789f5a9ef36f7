import SpecTraining

/// Drills in the second language: words, phrases and sentences, each with its translation right behind it. What means
/// what is learned from these; a text's translation, where one must also find out which word is next, builds on it.
package struct GlossaryDrill {
  /// The seed that all drills follow from.
  let seed: UInt64
  private let texts: CorpusTexts

  /// The drills of a seed.
  package init(_ texts: CorpusTexts, seed: UInt64) {
    self.texts = texts
    self.seed = seed
  }

  /// One drill, always the same for the same seed and index.
  package func turn(at index: Int) -> DemoTurn {
    var composer = Composer(texts, random: KeyedRandom(keys: [seed, 0x676c_6f73_73, UInt64(index)]))
    let entries = entries(&composer)
    let isInto = composer.random.chance(65)
    let pairs = entries.map { isInto ? ($0.english, $0.velish) : ($0.velish, $0.english) }
    return DemoTurn(
      question: (isInto ? "A glossary into Velish: " : "A glossary into English: ")
        + pairs.map(\.0).joined(separator: "; "),
      answer: pairs.map { "\($0.0) = \($0.1)" }.joined(separator: "; ")
    )
  }

  private func entries(_ composer: inout Composer) -> [(english: String, velish: String)] {
    switch composer.random.below(100) {
    case ..<40:
      (0..<composer.random.number(in: 4...16)).compactMap { _ in
        composer.random.element(of: texts.dictionary.entries)
      }
    case ..<75:
      (0..<composer.random.number(in: 3...8)).map { _ in
        let phrase = ClauseWriter.nounPhrase(&composer)
        let role: NounPhrase.Role = composer.random.chance(50) ? .subject : .object
        return (phrase.english, phrase.velish(role, texts.dictionary))
      }
    default:
      (0..<composer.random.number(in: 2...4)).map { _ in
        ClauseWriter.sentence(&composer)
      }
    }
  }
}
