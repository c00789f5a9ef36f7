import Foundation
import SpecDecoding
import SpecModel
import SpecTestSupport
import Testing

/// Tokens and accept lengths of Spec-Bench's copies of later methods, cycle for cycle.
@Suite(.enabled(if: Fixtures.miniLlama != nil, "The mini-llama fixture is not beside the package."))
struct GoldenMoreTests {
  static func decoder(_ spec: String) throws -> any Decoder {
    try MethodRegistry.builtIn.prepare(DecoderSpec(spec), resources: Golden.resources()).decoder
  }

  /// The references differ in what they count behind an end token: there the last cycle is compared up to the token.
  static func compare(_ found: Generation, _ golden: Golden) {
    let ours = found.cycles.map(\.acceptLength)
    let hasEnded = found.stopReason == .endToken && !found.isAbandoned
    let whole = hasEnded ? max(0, min(ours.count, golden.acceptLengths.count) - 1) : golden.acceptLengths.count
    #expect(ours.prefix(whole) == golden.acceptLengths.prefix(whole), "\(golden.id)")
    #expect(hasEnded || ours.count == golden.acceptLengths.count, "\(golden.id)")
    #expect(zip(found.tokens, golden.outputIds).allSatisfy { $0 == $1 }, "\(golden.id)")
  }

  /// The first accept length counts the prompt's last token, so that our tokens, which end with the next root, are as many as
  /// the reference has accepted.
  @Test(arguments: ["fresh", "carried"])
  func tokenRecycling(_ adjacency: String) throws {
    let goldens = try Golden.rows(.more, "recycling") { $0.settings.adjacency == adjacency }
    #expect(goldens.count >= 30)
    let memory = adjacency == "carried" ? "run" : "prompt"
    let decoder = try Self.decoder("token-recycling:tree=2.2.2,width=8,memory=\(memory),reference=true")
    for golden in goldens { Self.compare(try golden.run(decoder, stoppingAt: 98), golden) }
  }

  @Test(arguments: [
    (nil, nil, "fallback=none"), (nil, nil, "fallback=none,reference=true"),
    ("token_recycle", "fresh", "fallback=token-recycling,reference=true"),
    ("token_recycle", "carried", "fallback=token-recycling,memory=run,reference=true"),
    ("eagle2", nil, "fallback=eagle,reference=true"),
  ])
  func samDecoding(_ tree: String?, _ cache: String?, _ settings: String) throws {
    let goldens = try Golden.rows(.more, "samd") { $0.settings.treeMethod == tree && $0.settings.cache == cache }
    #expect(goldens.count == (cache == "carried" ? 30 : 34))
    let decoder = try Self.decoder("sam:tokens=40,threshold=5,bias=5,\(settings)")
    for golden in goldens {
      // Its first token is counted in the first round: ours comes with the prompt.
      let found = try golden.run(decoder, stoppingAt: 97)
      Self.compare(found, golden)
      let lengths = try #require(golden.draftLengths)
      #expect(zip(found.cycles.map(\.nodes), lengths).allSatisfy { $0 == $1 }, "\(golden.id)")
    }
  }

  /// What is learned from prompts changes no output, and is drafted from at once.
  @Test func tokenRecyclingLearnsFromPrompts() throws {
    let goldens = try Golden.rows(.more, "recycling") { $0.settings.adjacency == "carried" }
    let settings = ["", ",prompt=true"]
    let cycles = try settings.map { setting in
      let decoder = try Self.decoder("token-recycling:nodes=12\(setting)")
      return try goldens.prefix(6).reduce(0) { sum, golden in
        let found = try golden.run(decoder, stoppingAt: 90)
        #expect(zip(found.tokens, golden.outputIds).allSatisfy { $0 == $1 }, "\(golden.id)")
        return sum + found.cycles.count
      }
    }
    #expect(cycles[1] < cycles[0], "\(cycles)")
    #expect(throws: DecodingError.self) { try Self.decoder("token-recycling:prompt=true,reference=true") }
  }

  /// A text file that holds the answers is drafted from, and changes nothing but the number of cycles.
  @Test func samDraftsFromATextFile() throws {
    let goldens = try Golden.rows(.more, "samd") {
      $0.settings.treeMethod == nil && $0.settings.eosTokenId == nil
    }
    let folder = try TemporaryFolder()
    let tokenizer = try Tokenizer(directory: #require(Fixtures.miniLlama).path)
    let answers = goldens.map { tokenizer.decode($0.outputIds) }.joined(separator: "\n")
    let path = try folder.write(answers, to: "answers.txt")
    let (alone, helped) = (try Self.decoder("sam"), try Self.decoder("sam:text=\(path),bias=0"))
    var cycles = (alone: 0, helped: 0)
    for golden in goldens.prefix(8) {
      let found = try golden.run(helped, stoppingAt: 90)
      let own = try golden.run(alone, stoppingAt: 90)
      #expect(zip(found.tokens, golden.outputIds).allSatisfy { $0 == $1 }, "\(golden.id)")
      cycles.alone += own.cycles.count
      cycles.helped += found.cycles.count
    }
    #expect(cycles.helped * 3 < cycles.alone * 2, "\(cycles)")
    #expect(throws: (any Error).self) { try Self.decoder("sam:text=\(folder.path("none"))") }
  }

  /// A datastore of the answers likewise.
  @Test func restDraftsFromADatastore() throws {
    let goldens = try Golden.rows(.more, "samd") {
      $0.settings.treeMethod == nil && $0.settings.eosTokenId == nil
    }
    let folder = try TemporaryFolder()
    let tokenizer = try Tokenizer(directory: #require(Fixtures.miniLlama).path)
    let path = folder.path("answers")
    try Datastore.write(
      goldens.map(\.outputIds),
      vocabulary: tokenizer.vocabularySize,
      fingerprint: tokenizer.fingerprint,
      to: path
    )
    let decoder = try Self.decoder("rest:datastore=\(path),nodes=16")
    var cycles = 0
    for golden in goldens.prefix(8) {
      let found = try golden.run(decoder, stoppingAt: 90)
      #expect(zip(found.tokens, golden.outputIds).allSatisfy { $0 == $1 }, "\(golden.id)")
      #expect(found.cycles.allSatisfy { $0.nodes <= 16 && $0.drafted <= 10 })
      cycles += found.cycles.count
    }
    #expect(cycles < 8 * 45, "\(cycles)")
    try Datastore.write([[1, 2]], vocabulary: 8, fingerprint: Array(repeating: 7, count: 32), to: path)
    let error = #expect(throws: DatastoreError.self) { try Self.decoder("rest:datastore=\(path)") }
    #expect(error?.description.contains("another tokenizer") == true)
  }
}
