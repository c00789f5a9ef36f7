import DemoRecipe
import SpecFiles
import SpecTraining
import Testing

@Suite struct DemoCorpusTests {
  private let texts: CorpusTexts
  private let corpus: DemoCorpus

  init() throws {
    texts = try CorpusTexts()
    corpus = DemoCorpus(texts, seed: 7)
  }

  private func documents(
    _ count: Int,
    _ stream: DemoStream = .training,
    seed: UInt64 = 7,
    mixture: DemoCorpus.Mixture = .balanced
  ) -> [DemoDocument] {
    let corpus = DemoCorpus(texts, seed: seed, stream: stream, mixture: mixture)
    return (0..<count).map { corpus.document(at: $0) }
  }

  private func text(_ documents: [DemoDocument]) -> String {
    documents.flatMap(\.turns).map { $0.question + "\n" + $0.answer }.joined(separator: "\n\n")
  }

  @Test func aDocumentFollowsFromSeedStreamAndIndex() {
    #expect(corpus.document(at: 31) == documents(32)[31])
    #expect(corpus.document(at: 3) != DemoCorpus(texts, seed: 8).document(at: 3))
    #expect(corpus.document(at: 3) != DemoCorpus(texts, seed: 7, stream: .heldOut).document(at: 3))
  }

  @Test func theBytesAreTheSameOnEveryPlatform() {
    func hash(_ mixture: DemoCorpus.Mixture) -> String {
      SHA256.hexDigest(of: Array(text(documents(300, mixture: mixture)).utf8))
    }
    #expect(hash(.plain) == "385f285db71d3e053a045c59938347f2b5cfbf39e1aa988e7f1bee3a492c1d7c")
    #expect(hash(.balanced) == "de229a2775f6518d5f59bc98862530d23fb32ce6a8250ae03441dba392472795")
  }

  /// A document is the same with a register and without, but for what the register adds to its first turn.
  @Test func registersStandInFrontOfSomeDocuments() throws {
    var counts: [DemoCategory: Int] = [:]
    let (plain, prefaced) = (documents(2_000, mixture: .plain), documents(2_000))
    for (without, with) in zip(plain, prefaced) where without != with {
      counts[with.category, default: 0] += 1
      #expect(with.category == without.category)
      #expect(with.turns[0].question.hasPrefix("Our register. "))
      #expect(with.turns[0].question.hasSuffix(without.turns[0].question))
      #expect(with.turns[0].answer.hasSuffix(" " + without.turns[0].answer))
      #expect(with.turns.dropFirst() == without.turns.dropFirst())
    }
    #expect(counts[.translation] == nil && counts[.summarization] == nil)
    for category in DemoCategory.allCases where category != .translation && category != .summarization {
      let share = 100 * (counts[category] ?? 0) / plain.count { $0.category == category }
      #expect((35...55).contains(share), "\(category) \(share) %")
    }
  }

  @Test func noPromptIsSharedBetweenStreams() {
    let training = Set(documents(20_000).map { $0.turns[0].question })
    let heldOut = Set(documents(1_000, .heldOut, seed: 1).map { $0.turns[0].question })
    let suite = Set(DemoSuite.questions(texts, perCategory: 40).map { $0.turns[0] })
    #expect(training.isDisjoint(with: heldOut))
    #expect(training.isDisjoint(with: suite))
    #expect(heldOut.isDisjoint(with: suite))
  }

  @Test func everyDocumentIsFilledAndOfModerateLength() {
    for document in documents(3_000) {
      let length = document.turns.reduce(0) { $0 + $1.question.utf8.count + $1.answer.utf8.count }
      #expect(length <= (document.turns[0].question.hasPrefix("Our register. ") ? 3_700 : 1_700))
      for turn in document.turns {
        #expect(turn.question.utf8.count >= 4 && turn.answer.utf8.count >= 12)
        #expect(turn.answer.utf8.count <= 750)
        #expect(!(turn.question + turn.answer).contains { "{}[]|".contains($0) }, "\(turn)")
        #expect(!(turn.question + turn.answer).contains("  "))
      }
    }
  }

  @Test(arguments: [(DemoCorpus.Mixture.plain, 11...24), (.balanced, 7...29), (.translating, 7...29)])
  func everyCategoryOccursInRoughlyEqualShares(_ mixture: DemoCorpus.Mixture, _ shares: ClosedRange<Int>) {
    var lengths: [DemoCategory: Int] = [:]
    let corpus = DemoCorpus(texts, seed: 7, mixture: mixture)
    for document in (0..<6_000).map({ corpus.document(at: $0) }) {
      lengths[document.category, default: 0] += document.turns.reduce(0) { $0 + $1.question.count + $1.answer.count }
    }
    let total = lengths.values.reduce(0, +)
    for category in DemoCategory.allCases {
      let share = 100 * (lengths[category] ?? 0) / total
      #expect(shares.contains(share), "\(category) \(share) %")
    }
  }

  @Test func aMixtureLeavesOutCategoriesWithoutWeight() {
    let corpus = DemoCorpus(texts, seed: 1, mixture: .init(weights: [.translation: 1]))
    #expect((0..<50).allSatisfy { corpus.document(at: $0).category == .translation })
  }

  @Test func theWordsAreAsManyAsASmallModelCanLearn() {
    #expect((1_000...2_000).contains(texts.lexicon.words.count), "\(texts.lexicon.words.count)")
    let used = Set(text(documents(8_000).filter { $0.category != .translation }).lowercased().split { !$0.isLetter })
    #expect((1_500...2_500).contains(used.count), "\(used.count)")
  }

  @Test func aSuiteHasItsQuestionsAndNoPromptTwice() {
    let questions = DemoSuite.questions(texts, perCategory: 20, seed: 3)
    #expect(questions.map(\.questionID) == Array(1...120))
    #expect(Set(questions.map { $0.turns[0] }).count == 120)
    for category in DemoCategory.allCases { #expect(questions.count { $0.category == category } == 20) }
    #expect(questions.allSatisfy { $0.turns.count == $0.reference.count })
    #expect(questions.filter { $0.category == .multiTurnConversation }.allSatisfy { (2...3).contains($0.turns.count) })
  }
}
