import SpecTraining

/// Drills in words and in the second language.
package struct WordDrills {
  private let texts: CorpusTexts
  private let seed: UInt64

  /// - Parameters:
  ///   - texts: the words.
  ///   - seed: what all drills follow from.
  package init(_ texts: CorpusTexts, seed: UInt64) {
    self.texts = texts
    self.seed = seed
  }

  /// A list to say back, or to put into the other language word by word.
  ///
  /// - Parameter index: which drill.
  /// - Returns: always the same for the same seed and index.
  package func list(at index: Int) -> DemoTurn {
    var random = KeyedRandom(keys: [seed, 0x776f_7264, UInt64(index)])
    let count = random.number(in: 4...24)
    let kind = random.below(100)
    if kind < 50 {
      let list = (0..<count).compactMap { _ in random.element(of: texts.lexicon.elements) }.joined(separator: ", ")
      return DemoTurn(question: random.one(of: texts.velish.repeats) + list, answer: list)
    }
    let entries = (0..<count).compactMap { _ in random.element(of: texts.dictionary.entries) }
    let english = entries.map(\.english).joined(separator: ", ")
    let velish = entries.map(\.velish).joined(separator: ", ")
    return kind < 80
      ? DemoTurn(question: "These words in Velish: " + english, answer: velish)
      : DemoTurn(question: "These words in English: " + velish, answer: english)
  }

  /// Words, phrases or sentences, each with its translation right behind it. What means what is learned from these; a
  /// text's translation, where one must also find out which word is next, builds on it.
  ///
  /// - Parameter index: which drill.
  /// - Returns: always the same for the same seed and index.
  package func glossary(at index: Int) -> DemoTurn {
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

  private func entries(_ composer: inout Composer) -> [VelishDictionary.Entry] {
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
      (0..<composer.random.number(in: 2...4)).map { _ in ClauseWriter.sentence(&composer) }
    }
  }
}
