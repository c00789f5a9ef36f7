import SpecTraining

/// Which documents belong together; a prompt of one stream never occurs in another.
package enum DemoStream: UInt64, CaseIterable, Sendable {
  /// Documents to train on.
  case training = 1
  /// Documents to measure the loss on.
  case heldOut = 2
  /// Documents whose questions make up the demo suite.
  case suite = 3

  /// Whether a prompt with this hash may occur in the stream: of sixteen prompts, one is kept for each evaluation
  /// stream. The hash knows nothing of the seed, so a model of any seed can be measured with any other's evaluation.
  func admits(_ hash: UInt64) -> Bool {
    switch hash % 16 {
    case 0: self == .heldOut
    case 8: self == .suite
    default: self == .training
    }
  }
}

/// The demo corpus: an endless sequence of documents that follow from a seed, the same on every platform, each of
/// which can be written without those before it.
package struct DemoCorpus: Sendable {
  /// How often each category occurs: the next document's category is drawn with these weights.
  package struct Mixture: Sendable, Equatable {
    /// The weights in the order of `DemoCategory.allCases`; a category without a weight does not occur.
    package var weights: [DemoCategory: Int]
    /// Of a hundred documents of the categories that have them, how many begin with a register.
    package var registers: Int

    /// A mixture with the given weights, which are not negative.
    package init(weights: [DemoCategory: Int], registers: Int = 0) {
      self.weights = weights
      self.registers = registers
    }

    /// Weights that give every category roughly the same share of the text, without registers.
    package static let plain = Mixture(weights: [
      .multiTurnConversation: 15, .translation: 32, .summarization: 8, .questionAnswering: 22,
      .mathematicalReasoning: 17, .retrievalAugmentedGeneration: 9,
    ])

    /// The same with registers, which are then two fifths of the text.
    package static let balanced = Mixture(weights: plain.weights, registers: 40)

    /// With half as many translations again, and more registers, which then are half of the text: what is learned last.
    package static let translating = Mixture(
      weights: plain.weights.merging([.translation: 48]) { $1 },
      registers: 60
    )

    /// Mostly documents whose answers stand in the text before them or follow from it word by word: looking things up
    /// is learned late, and not at all where it is rare.
    package static let lookingUp = Mixture(weights: [
      .multiTurnConversation: 30, .translation: 34, .summarization: 9, .questionAnswering: 6,
      .mathematicalReasoning: 6, .retrievalAugmentedGeneration: 17,
    ])
  }

  /// What the documents say.
  let texts: CorpusTexts
  /// The seed that all documents follow from.
  package let seed: UInt64
  /// The stream that the documents belong to.
  package let stream: DemoStream
  /// How often each category occurs where none is asked for.
  package let mixture: Mixture

  /// The corpus of a seed.
  ///
  /// - Parameters:
  ///   - texts: what the documents say.
  ///   - seed: any number.
  ///   - stream: what the documents are for.
  ///   - mixture: how often each category occurs.
  package init(
    _ texts: CorpusTexts,
    seed: UInt64,
    stream: DemoStream = .training,
    mixture: Mixture = .balanced
  ) {
    self.texts = texts
    self.seed = seed
    self.stream = stream
    self.mixture = mixture
  }

  /// One document.
  ///
  /// - Parameters:
  ///   - index: which one, from 0; not negative.
  ///   - category: the kind of task, or nil for one drawn from the mixture.
  /// - Returns: the document, always the same for the same seed, stream, mixture, index and category.
  package func document(at index: Int, category: DemoCategory? = nil) -> DemoDocument {
    let place = [seed, stream.rawValue, UInt64(index)]
    let chosen = category ?? drawnCategory(place)
    let number = UInt64(DemoCategory.allCases.firstIndex(of: chosen) ?? 0) + 1
    var attempt: UInt64 = 0
    while true {
      let turns = turns(chosen, KeyedRandom(keys: place + [number, attempt]))
      if stream.admits(stableHash(turns[0].question)) {
        return DemoDocument(category: chosen, turns: prefaced(turns, chosen, place))
      }
      attempt += 1
    }
  }

  /// The turns with a register in front where the mixture wants it; its draws are others than the turns'.
  private func prefaced(_ turns: [DemoTurn], _ category: DemoCategory, _ place: [UInt64]) -> [DemoTurn] {
    var composer = Composer(texts, random: KeyedRandom(keys: place + [0x7265_6769_7374_6572]))
    guard category.hasRegisters, composer.random.chance(mixture.registers) else { return turns }
    return RegisterWriter.prefaced(turns, by: &composer)
  }

  private func drawnCategory(_ place: [UInt64]) -> DemoCategory {
    var random = KeyedRandom(keys: place)
    let weights = DemoCategory.allCases.map { max(mixture.weights[$0] ?? 0, 0) }
    var rest = random.below(weights.reduce(0, +))
    for (category, weight) in zip(DemoCategory.allCases, weights) {
      rest -= weight
      if rest < 0 { return category }
    }
    return .multiTurnConversation
  }

  private func turns(_ category: DemoCategory, _ random: KeyedRandom) -> [DemoTurn] {
    var composer = Composer(texts, random: random)
    switch category {
    case .multiTurnConversation:
      return composer.random.chance(40) ? ListWriter.turns(&composer) : ConversationWriter.turns(&composer)
    case .translation: return TranslationWriter.turns(&composer)
    case .summarization:
      return composer.random.chance(50) ? SummaryWriter.shorteningTurns(&composer) : SummaryWriter.turns(&composer)
    case .questionAnswering: return QuestionWriter.turns(&composer)
    case .mathematicalReasoning: return ArithmeticWriter.turns(&composer)
    case .retrievalAugmentedGeneration: return PassageWriter.turns(&composer)
    }
  }
}
