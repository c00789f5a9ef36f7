import SpecModel

/// REST (He et al. 2023, arXiv 2311.08252, §3): what followed the end of the text in other texts is drafted as a tree,
/// found in a datastore by its suffix array. It needs no model.
public final class Rest: Drafter {
  private let store: Datastore
  private let query: Datastore.Query

  /// - Parameters:
  ///   - store: the texts.
  ///   - query: how much is looked for.
  init(store: Datastore, query: Datastore.Query) {
    self.store = store
    self.query = query
  }

  /// Proposes what followed most often.
  public func draft(_ context: DraftContext) -> Draft {
    var query = query
    query.length = min(query.length, context.limit)
    return query.length > 0 ? store.grown(context.root, after: context.text, query) : context.root
  }
}

extension Rest {
  /// The datastore's name beside a model.
  package static let fileName = "rest.datastore"

  /// The registry's entry.
  static let method = Method(
    name: "rest",
    summary: "What followed the end of the text in the texts of a datastore is drafted as a tree; no model.",
    paper: "He et al. 2023, REST: Retrieval-Based Speculative Decoding, arXiv 2311.08252",
    settings: [
      Setting(
        name: "nodes",
        kind: .integer(1...Transformer.largestTree - 1),
        default: "64",
        help: "most nodes of the tree, the root left out"
      ),
      Setting(name: "span", kind: .integer(2...64), default: "16", help: "most tokens of the text's end looked for"),
      Setting(name: "length", kind: .draftLength, default: "10", help: "tokens taken from each place that is found"),
      Setting(name: "hits", kind: .integer(1...1 << 20), default: "5000", help: "most places that count"),
      Setting(
        name: "datastore",
        kind: .text,
        default: fileName,
        help: "the file that 'specbench datastore' has made; '\(fileName)' is the one beside the model's files",
        namesFile: true
      ),
    ],
    sampleFiles: { target in [fileName: Datastore.bytes(of: sampleTexts(target), vocabulary: target.vocabularySize)] },
    checkSettings: { settings, files in _ = try store(settings, files) },
    make: { settings, resources in
      let store = try store(settings, resources.files)
      try store.checkContent()
      let query = Datastore.Query(
        span: try settings.integer("span"),
        hits: try settings.integer("hits"),
        length: try settings.integer("length"),
        nodes: try settings.integer("nodes")
      )
      let decoder = try SpeculativeDecoder(
        target: CachedModel(resources.target, tree: query.nodes + 1),
        drafter: Rest(store: store, query: query),
        sampling: resources.sampling
      )
      return PreparedDecoder(decoder: decoder, addedParameters: 0)
    }
  )

  private static func store(_ settings: SettingValues, _ files: TargetFiles) throws -> Datastore {
    try Datastore.of(files, path: files.file(settings.text("datastore"), beside: settings.isDefault("datastore")))
  }

  /// Texts for tests, in which ids repeat.
  private static func sampleTexts(_ target: ModelConfiguration) -> [[Token]] {
    let ids = min(target.vocabularySize, 40)
    return (1...4).map { step in (0..<200).map { Token($0 * step % ids) } }
  }
}
