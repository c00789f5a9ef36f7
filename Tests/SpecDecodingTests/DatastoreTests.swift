import SpecDecoding
import SpecKernels
import SpecModel
import SpecTestSupport
import Testing

/// REST's datastore against plain search, and what becomes of files that are none.
struct DatastoreTests {
  @Test func theSuffixArrayIsSorted() {
    for text in RepeatedTextTests.texts(60, length: 90) + [[], [3], Array(repeating: 0, count: 70)] {
      let symbols = text.map { UInt32($0) }
      let found = SuffixArray.places(of: symbols, symbols: 5) { _ in }
      let expected = symbols.indices.sorted { symbols[$0...].lexicographicallyPrecedes(symbols[$1...]) }
      #expect(found.map(Int.init) == expected)
    }
  }

  /// A random store and the texts in it.
  private static func store(_ random: inout SeededRandom) throws -> (Datastore, texts: [[Token]], TemporaryFolder) {
    let tokens = 2 + random.below(4)
    let texts = (0..<1 + random.below(4)).map { _ in
      (0..<random.below(60)).map { _ in Token(random.below(tokens)) }
    }
    let folder = try TemporaryFolder()
    let path = try folder.write(Datastore.bytes(of: texts, vocabulary: 8), to: "store")
    return (try Datastore(path: path), texts, folder)
  }

  /// What follows each place of an end in some texts.
  private static func continuations(of end: ArraySlice<Token>, in texts: [[Token]], _ length: Int) -> [[Token]] {
    texts.flatMap { text in
      text.indices.filter { text[$0...].starts(with: end) }.map { Array(text[($0 + end.count)...].prefix(length)) }
    }
  }

  /// The beginnings that occur most often, by counting each.
  private static func expectedPaths(_ text: [Token], _ texts: [[Token]], _ query: Datastore.Query) -> Set<[Token]> {
    for length in stride(from: min(query.span, text.count), through: 2, by: -1) {
      let found = continuations(of: text.suffix(length), in: texts, query.length)
      guard !found.isEmpty else { continue }
      var counts: [[Token]: Int] = [:]
      for continuation in found {
        for end in 0..<continuation.count { counts[Array(continuation[...end]), default: 0] += 1 }
      }
      let sorted = counts.sorted {
        $0.value == $1.value ? $0.key.lexicographicallyPrecedes($1.key) : $0.value > $1.value
      }
      return Set(sorted.prefix(query.nodes).map(\.key))
    }
    return []
  }

  private static func paths(_ draft: Draft) -> Set<[Token]> {
    var paths: [[Token]] = [[]]
    for (node, parent) in zip(draft.nodes, draft.parents).dropFirst() { paths.append(paths[parent] + [node.token]) }
    #expect(Set(paths).count == draft.count)
    return Set(paths.dropFirst())
  }

  @Test func theTreeIsThatOfPlainCounting() throws {
    var random = SeededRandom(seed: 8)
    var drafted = 0
    for _ in 0..<150 {
      let (store, texts, _) = try Self.store(&random)
      let text = (0..<2 + random.below(12)).map { _ in Token(random.below(5)) }
      let query = Datastore.Query(span: 2 + random.below(6), length: 1 + random.below(6), nodes: 1 + random.below(20))
      let draft = store.grown(Draft(root: text[text.count - 1]), after: text, query)
      #expect(Self.paths(draft) == Self.expectedPaths(text, texts, query), "\(texts) \(text) \(query)")
      drafted += draft.count - 1
    }
    #expect(drafted > 300)
  }

  /// Of many places some count, spread over all.
  @Test func hitsAreSpread() throws {
    let folder = try TemporaryFolder()
    let texts = (0..<100).map { [1, 2, 3 + Token($0 / 50)] }
    let store = try Datastore(path: folder.write(Datastore.bytes(of: texts, vocabulary: 8), to: "store"))
    let draft = store.grown(Draft(root: 2), after: [1, 2], Datastore.Query(hits: 4))
    #expect(Self.paths(draft) == [[3], [4]])
  }

  @Test func aFileIsWhatItWasMadeFrom() throws {
    let folder = try TemporaryFolder()
    let texts: [[Token]] = [[5, 6, 7, 5, 6], [], [1, 5, 6]]
    let count = try Datastore.write(texts, vocabulary: 8, to: folder.path("store"))
    #expect(count == 11)
    #expect(try folder.read("store") == Datastore.bytes(of: texts, vocabulary: 8))
    #expect(try folder.names == ["store"])
    let store = try Datastore(path: folder.path("store"))
    try store.checkContent()
    #expect(store.header.count == 11 && store.header.vocabulary == 8)
    // A long text is written in pieces.
    let long = (0..<150_000).map { Token($0 % 7) }
    try Datastore.write([long], vocabulary: 7, to: folder.path("long"))
    let draft = try Datastore(path: folder.path("long")).grown(
      Draft(root: 5),
      after: [4, 5],
      Datastore.Query(length: 3)
    )
    #expect(draft.nodes.map(\.token) == [5, 6, 0, 1])
  }

  /// What cannot be used is refused in one sentence that names the file.
  @Test func badFilesAreRefused() throws {
    let folder = try TemporaryFolder()
    let good = Datastore.bytes(of: [[1, 2, 3]], vocabulary: 4)
    let ids = 64..<80
    func problem(_ name: String, _ bytes: [UInt8]) throws -> String {
      let path = try folder.write(bytes, to: name)
      let error = #expect(throws: DatastoreError.self) { try Datastore(path: path).checkContent() }
      let text = error.map { "\($0)" } ?? ""
      #expect(text.hasPrefix("\(path): ") && !text.contains("\n"))
      return text
    }
    func changed(_ place: Int, to byte: UInt8) -> [UInt8] {
      var bytes = good
      bytes[place] = byte
      return bytes
    }
    #expect(try problem("empty", []).contains("does not begin as a datastore does"))
    #expect(try problem("other", Array("{}".utf8)).contains("specbench datastore"))
    #expect(try problem("version", changed(8, to: 9)).contains("version 9"))
    #expect(try problem("short", good.dropLast()).contains("bytes"))
    #expect(try problem("long", good + [0]).contains("bytes"))
    #expect(try problem("count", changed(55, to: 255)).contains("bytes"))
    #expect(try problem("id", changed(ids.lowerBound, to: 4)).contains("id 1 is 4, outside its vocabulary of 4"))
    #expect(try problem("place", changed(ids.upperBound, to: 4)).contains("entry 1 of its suffix array"))
    #expect(throws: DatastoreError.missing(path: folder.path("none"))) { try Datastore(path: folder.path("none")) }
    #expect(throws: DatastoreError.unreadable(path: folder.path, "it is a folder")) { try Datastore(path: folder.path) }
  }

  /// Ids that the model does not have are never drafted.
  @Test func aStoreOfALargerVocabularyIsRefused() throws {
    let model = try RandomModel(seed: 1, context: ComputeContext(threads: 1))
    let folder = try TemporaryFolder()
    let path = try folder.write(Datastore.bytes(of: [[1, 2, 3]], vocabulary: 14), to: "store")
    let resources = DecoderResources(target: model.target, modelDirectory: nil)
    let error = #expect(throws: DatastoreError.self) {
      try MethodRegistry.builtIn.prepare(DecoderSpec("rest:datastore=\(path)"), resources: resources)
    }
    #expect(error?.description.contains("14 entries where the model's has 13") == true)
  }
}
