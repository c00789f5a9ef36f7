import DemoRecipe
import SpecKernels
import SpecModel
import SpecTestSupport
import SpecTraining
import Testing

/// What a model learns to look things up with: drills, and the weights that it begins with.
@Suite struct LookUpTests {
  private let drills = TokenDrills(seed: 3, vocabulary: 5..<256, markers: (3, 4), end: 2)

  @Test func aDrillRepeatsItsTokensInPiecesOfAtLeastTwo() throws {
    var moved = 0
    for index in 0..<300 {
      let tokens = drills.lookUp(at: index)
      #expect(tokens == drills.lookUp(at: index))
      let middle = try #require(tokens.firstIndex(of: 4))
      let list = Array(tokens[1..<middle])
      let repeated = Array(tokens[(middle + 1)...].dropLast())
      #expect(tokens.first == 3 && tokens.last == 2)
      #expect(list.sorted() == repeated.sorted() && (4...48).contains(list.count))
      #expect(list.allSatisfy { (5..<256).contains($0) })
      // Of the pairs in the list at least half follow each other in the repetition, too.
      let pairs = Set(zip(list, list.dropFirst()).map { [$0, $1] })
      let kept = zip(repeated, repeated.dropFirst()).count { pairs.contains([$0, $1]) }
      #expect(kept >= (list.count - 1) / 2, "\(tokens)")
      moved += list == repeated ? 0 : 1
    }
    #expect(moved > 200)
  }

  @Test func aChainDrillAsksForWhatItsListsSay() throws {
    let drills = TokenDrills(seed: 3, vocabulary: 5..<2048, markers: (3, 4), end: 2)
    var (twoSteps, oneStep) = (0, 0)
    for index in 0..<300 {
      let tokens = drills.chain(at: index)
      #expect(tokens == drills.chain(at: index))
      #expect(tokens.first == 3 && tokens.last == 2)
      let parts = tokens.dropFirst().dropLast().split(separator: 4, omittingEmptySubsequences: false)
      let lists = parts[0].split(separator: 3)
      let values = Self.pairs(lists[0])
      let answers = Self.pairs(parts[parts.count - 1])
      let keys = Set(answers.map(\.0))
      // A key stands in the second list in front of its relay, whichever other rows have a third token.
      func follows(_ key: Token, _ relay: Token) -> Bool {
        zip(lists[1], lists[1].dropFirst()).contains { $0 == (key, relay) }
      }
      if parts.count == 3 {
        for (key, value) in answers {
          #expect(values.contains { $0.1 == value && follows(key, $0.0) })
          twoSteps += 1
        }
      } else {
        for (key, relay) in answers { #expect(follows(key, relay)) }
        #expect(keys.count <= 20)
        oneStep += answers.count
      }
    }
    #expect(twoSteps > 500 && oneStep > 500)
  }

  private static func pairs(_ tokens: ArraySlice<Token>) -> [(Token, Token)] {
    let tokens = Array(tokens)
    return stride(from: 0, to: tokens.count - 1, by: 2).map { (tokens[$0], tokens[$0 + 1]) }
  }

  @Test func wordsComeBackOrInTheOtherLanguage() throws {
    let texts = try CorpusTexts()
    let roots = texts.dictionary.roots
    let drills = WordDrills(texts, seed: 4)
    var counts = (repeated: 0, translated: 0)
    for index in 0..<300 {
      let turn = drills.list(at: index)
      let list = try #require(turn.question.split(separator: ": ", maxSplits: 1).last)
      if turn.question.hasPrefix("These words in Velish") {
        #expect(turn.answer == list.split(separator: ", ").map { roots[String($0)] ?? "?" }.joined(separator: ", "))
        counts.translated += 1
      } else if turn.question.hasPrefix("These words in English") {
        #expect(turn.answer.split(separator: ", ").map { roots[String($0)] ?? "?" }.joined(separator: ", ") == list)
        counts.translated += 1
      } else {
        #expect(turn.answer == list)
        counts.repeated += 1
      }
    }
    #expect(counts.repeated > 100 && counts.translated > 100)
  }

  @Test func aGlossaryHasEachEntryOfItsQuestionWithItsTranslation() throws {
    let texts = try CorpusTexts()
    let roots = texts.dictionary.roots
    let drills = WordDrills(texts, seed: 4)
    var words = 0
    for index in 0..<300 {
      let turn = drills.glossary(at: index)
      let list = try #require(turn.question.split(separator: ": ", maxSplits: 1).last)
      let pairs = turn.answer.split(separator: "; ").map { $0.split(separator: " = ").map(String.init) }
      #expect(pairs.map { $0.first ?? "" } == list.split(separator: "; ").map(String.init))
      #expect(pairs.allSatisfy { $0.count == 2 })
      for pair in pairs {
        let (english, velish) = turn.question.contains("into Velish") ? (pair[0], pair[1]) : (pair[1], pair[0])
        guard let root = roots[english] else { continue }
        #expect(velish == root || velish == root + "n", "\(pair)")
        words += 1
      }
    }
    #expect(words > 500)
  }

  /// Half of a drill's tokens cannot be foreseen, so without looking up the loss stays near that of a blind guess.
  @Test func fromTheInductionCircuitAFewStepsTeachToLookUp() throws {
    let held = try losses(beginsLookingUp: true)
    let blind = try losses(beginsLookingUp: false)
    #expect(blind > 5.3, "\(blind)")
    #expect(held < 4.6, "\(held)")
  }

  private func losses(beginsLookingUp: Bool) throws -> Double {
    let shape = ModelConfiguration(
      hiddenSize: 128,
      intermediateSize: 128,
      layers: 2,
      attentionHeads: 4,
      keyValueHeads: 4,
      headDimension: 32,
      vocabularySize: 256,
      contextLength: 256,
      tiesEmbeddings: true,
      beginToken: 1,
      endTokens: [2]
    )
    let context = try ComputeContext(threads: 2)
    let objective = try NextTokenObjective(
      shape,
      rows: 512,
      seed: 1,
      beginsLookingUp: beginsLookingUp,
      context: context
    )
    var training = TokenizedDocuments(), heldOut = TokenizedDocuments()
    for index in 0..<1500 { training.append(drills.lookUp(at: index), limit: 256) }
    for index in 1500..<1540 { heldOut.append(drills.lookUp(at: index), limit: 256) }
    let folder = try TemporaryFolder()
    let trainer = try Trainer(
      objective,
      training: training,
      heldOut: heldOut,
      settings: TrainingSettings(batchTokens: 512, steps: 100, warmUpSteps: 20),
      directory: folder.path,
      context: context
    )
    _ = try trainer.run(progress: { _ in }, shouldStop: { false })
    return trainer.evaluateHeldOut().meanLoss
  }
}
