import SpecTraining

/// Drills in words: lists to say back, and lists to put into the other language word by word.
package struct WordDrill {
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
}
