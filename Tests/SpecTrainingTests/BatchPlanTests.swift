import SpecModel
import SpecTraining
import Testing

@Suite struct BatchPlanTests {
  private static let documents: TokenizedDocuments = {
    var random = RandomStream(seed: 2, name: "documents")
    var documents = TokenizedDocuments()
    for index in 0..<300 {
      documents.append([Token](repeating: Token(index), count: 1 + random.below(90)), limit: 100)
    }
    return documents
  }()

  /// The documents that a batch holds, by the token that all of their rows have.
  private static func content(_ batch: TrainingBatch) -> [Token] {
    batch.sequences.filter { $0.lowerBound < batch.used }.map { batch.tokens[$0.lowerBound] }
  }

  @Test func everyDocumentComesOnceInAnEpoch() {
    let plan = BatchPlan(Self.documents, rows: 128, seed: 1)
    #expect(plan.inOrder.flatMap(Self.content).sorted() == (0..<300).map(Token.init))
    var shuffled = plan
    let steps = plan.inOrder.count
    let seen = (0..<steps).flatMap { Self.content(shuffled.batch(at: $0)) }
    #expect(Set(seen).count > 290)
    #expect(seen != plan.inOrder.flatMap(Self.content))
  }

  @Test(arguments: [1, 7, 150, 299, 300, 1000]) func spreadDocumentsAreDistantOnes(_ wanted: Int) {
    let some = Self.documents.spread(wanted)
    let places = (0..<some.count).compactMap { some[$0].first.map(Int.init) }
    #expect(places.count == min(wanted, 300))
    let gaps = zip(places, places.dropFirst()).map { $1 - $0 }
    #expect(gaps.allSatisfy { $0 >= 300 / min(wanted, 300) }, "in order, none twice: \(places)")
    for (index, place) in places.enumerated() { #expect(some[index] == Self.documents[place]) }
  }

  @Test func littleIsLeftToPadding() {
    let batches = BatchPlan(Self.documents, rows: 512, seed: 1).inOrder
    let used = batches.dropLast(2).reduce(0) { $0 + $1.used }
    #expect(Double(used) > 0.97 * Double(512 * (batches.count - 2)))
  }

  @Test func aPlanGoesOnFromAnyStep() {
    var whole = BatchPlan(Self.documents, rows: 128, seed: 7)
    let batches = (0..<400).map { whole.batch(at: $0) }
    for step in [0, 17, 150, 399] {
      var later = BatchPlan(Self.documents, rows: 128, seed: 7)
      #expect(later.batch(at: step) == batches[step])
    }
  }

  @Test func targetsStayInsideTheirDocument() {
    let batch = TrainingBatch([[5, 6, 7][...], [8, 9][...]], rows: 7)
    #expect(batch.targets(ahead: 1) == [6, 7, -1, 9, -1, -1, -1])
    #expect(batch.targets(ahead: 2) == [7, -1, -1, -1, -1, -1, -1])
    #expect(batch.positions.prefix(5) == [0, 1, 2, 0, 1])
    #expect(batch.sequences == [0..<3, 3..<5, 5..<7])
  }

  @Test func longDocumentsAreCut() {
    var documents = TokenizedDocuments()
    documents.append((0..<25).map(Token.init), limit: 10)
    #expect((0..<documents.count).map { documents[$0].count } == [10, 10, 5])
  }

  @Test func theScheduleRisesAndFalls() {
    let settings = TrainingSettings(steps: 1000, peakRate: 1, warmUpSteps: 100, finalShare: 0.1)
    #expect(settings.rate(at: 0) == 0.01)
    #expect(settings.rate(at: 99) == 1)
    #expect(abs(settings.rate(at: 550) - 0.55) < 1e-6)
    #expect(abs(settings.rate(at: 1000) - 0.1) < 1e-6)
    #expect(abs(settings.rate(at: 325) - (0.1 + 0.9 * (0.5 + 0.25 * Float(2).squareRoot()))) < 1e-6)
  }
}
