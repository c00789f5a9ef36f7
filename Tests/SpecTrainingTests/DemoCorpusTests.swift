import Testing

@testable import SpecTraining

@Suite struct DemoCorpusTests {
  @Test func aDocumentFollowsFromSeedStreamAndIndex() {
    let corpus = DemoCorpus(seed: 7)
    for index in 0..<50 { #expect(corpus.document(at: index) == DemoCorpus(seed: 7).document(at: index)) }
    #expect(corpus.document(at: 3) != DemoCorpus(seed: 8).document(at: 3))
  }
}
