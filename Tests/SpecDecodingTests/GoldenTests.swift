import Foundation
import SpecDecoding
import SpecKernels
import SpecModel
import SpecTestSupport
import Testing

/// Output tokens and accept lengths of the official implementations, cycle for cycle.
@Suite(.enabled(if: Fixtures.miniLlama != nil, "The mini-llama fixture is not beside the package."))
struct GoldenTests {
  @Test func vanilla() throws {
    let resources = try Golden.resources()
    let decoder = try MethodRegistry.builtIn.prepare(DecoderSpec("vanilla"), resources: resources).decoder
    let goldens = try Golden.rows(.first, "vanilla")
    #expect(goldens.count >= 30)
    for golden in goldens {
      let found = try golden.run(decoder, maximum: 96)
      #expect(found.tokens == golden.outputIds, "\(golden.id)")
      #expect(found.cycles.map(\.acceptLength) == Array(repeating: 1, count: golden.outputIds.count - 1))
    }
  }

  @Test func firstLogits() throws {
    let target = try Golden.resources().target
    var checked = 0
    for golden in try Golden.rows(.first, "vanilla") {
      guard let expected = golden.firstLogits else { continue }
      let rows = try Activations(capacity: golden.promptIds.count, width: target.configuration.hiddenSize)
      let all = rows[rows: 0..<golden.promptIds.count]
      target.embed(golden.promptIds, into: all)
      target.forward(all, cache: try target.makeCache(capacity: golden.promptIds.count))
      let last = rows[rows: golden.promptIds.count - 1..<golden.promptIds.count]
      target.normalizeFinal(last, into: last)
      let logits = target.logits(of: last).owner[0]
      let difference = zip(logits, expected).map { abs($0 - $1) }.max() ?? .infinity
      #expect(difference < 2e-4, "\(golden.id)")
      checked += 1
    }
    #expect(checked == 4)
  }

  @Test func kangaroo() throws {
    let resources = try Golden.resources()
    let goldens = try Golden.rows(.first, "kangaroo")
    #expect(goldens.count >= 90)
    var settings = Set<String>()
    for golden in goldens {
      let steps = try #require(golden.settings.steps)
      let threshold = try #require(golden.settings.threshold)
      settings.insert("\(steps) \(threshold)")
      let spec = try DecoderSpec("kangaroo:exit=2,steps=\(steps),threshold=\(threshold)")
      let found = try golden.run(MethodRegistry.builtIn.prepare(spec, resources: resources).decoder)
      #expect(found.tokens.starts(with: golden.outputIds), "\(golden.id) \(spec)")
      // The reference's first entry is the token of the prefill; a last cycle that it cuts at the end token is longer
      // in ours only by what lies behind that token.
      Self.compare(found, golden, expected: golden.acceptLengths.dropFirst().map { $0 })
      if let lengths = golden.draftLengths {
        #expect(found.cycles.map(\.drafted).starts(with: lengths), "\(golden.id) \(spec)")
      }
      for (cycle, scores) in zip(found.cycles, golden.draftScores ?? []) {
        let difference = zip(cycle.confidences, scores).map { abs($0 - $1) }.max() ?? 0
        #expect(difference < 1e-4, "\(golden.id) \(spec)")
      }
    }
    #expect(settings.count == 3)
  }

  /// A draft vocabulary of all tokens, whose rows of the head are packed apart, drafts as the reference does.
  @Test func kangarooWithAVocabularyOfAllTokens() throws {
    let resources = try Golden.resources()
    let target = resources.target
    let adapter = try KangarooAdapter(directory: #require(Fixtures.miniLlama).path + "/kangaroo", target: target)
    let all = (0..<target.configuration.vocabularySize).map { Token($0) }
    for golden in try Golden.rows(.first, "kangaroo").prefix(12) {
      let decoder = try Kangaroo.decoder(
        target: target,
        adapter: adapter,
        exitLayer: 2,
        steps: #require(golden.settings.steps),
        threshold: #require(golden.settings.threshold),
        vocabulary: all
      )
      let found = try golden.run(decoder)
      #expect(found.tokens.starts(with: golden.outputIds), "\(golden.id)")
      Self.compare(found, golden, expected: golden.acceptLengths.dropFirst().map { $0 })
    }
  }

  @Test func medusa() throws {
    let resources = try Golden.resources()
    let decoder = try MethodRegistry.builtIn.prepare(DecoderSpec("medusa:tree=mc_sim_7b_63"), resources: resources)
      .decoder
    let goldens = try Golden.rows(.first, "medusa")
    #expect(goldens.count >= 30)
    for golden in goldens {
      let found = try golden.run(decoder)
      #expect(found.tokens.starts(with: golden.outputToEnd), "\(golden.id)")
      Self.compare(found, golden, expected: golden.acceptLengths)
    }
  }

  /// Hugging Face's assisted generation and Spec-Bench's prompt lookup: their first pass runs the prompt with its drafts,
  /// and they never draft beyond the last token.
  @Test(arguments: [("sps", "draft-model:steps=5,reference=true"), ("pld", "prompt-lookup:reference=true")])
  func verifiedWithThePrompt(_ method: String, _ spec: String) throws {
    let decoder = try MethodRegistry.builtIn.prepare(DecoderSpec(spec), resources: try Golden.resources()).decoder
    let goldens = try Golden.rows(.first, method)
    #expect(goldens.count >= 30)
    for golden in goldens {
      let found = try golden.run(decoder, maximum: 96)
      #expect(golden.outputIds.starts(with: found.tokens), "\(golden.id)")
      #expect(found.stopReason == .endToken || found.tokens == golden.outputIds, "\(golden.id)")
      #expect(found.emitted.reduce(0, +) == found.tokens.count)
      Self.compare(found, golden, expected: golden.acceptLengths)
    }
  }

  @Test func lookahead() throws {
    let spec = try DecoderSpec("lookahead:level=5,window=7,guess=7,reference=true")
    let decoder = try MethodRegistry.builtIn.prepare(spec, resources: Golden.resources()).decoder
    let goldens = try Golden.rows(.first, "lookahead")
    #expect(goldens.count >= 30)
    for golden in goldens {
      try decoder.setInitialWindow(golden.initialWindow)
      let found = try golden.run(decoder)
      #expect(found.tokens.starts(with: golden.outputIds), "\(golden.id)")
      // The reference's first entry is the token of the prefill.
      Self.compare(found, golden, expected: golden.acceptLengths.dropFirst().map { $0 })
    }
  }

  /// Cycle for cycle, the last of a run that ends at an end token counted up to there: the references differ in
  /// whether they cut it.
  static func compare(_ found: Generation, _ golden: Golden, expected: [Int]) {
    let ours = found.cycles.map(\.acceptLength)
    let isEnded = found.stopReason == .endToken && ours.count <= expected.count
    if isEnded {
      #expect(ours.dropLast() == expected.prefix(ours.count - 1), "\(golden.id)")
      #expect((found.emitted.last ?? 0) <= (expected.prefix(ours.count).last ?? 0), "\(golden.id)")
    } else {
      #expect(ours.prefix(expected.count) == expected[...], "\(golden.id)")
    }
  }
}
