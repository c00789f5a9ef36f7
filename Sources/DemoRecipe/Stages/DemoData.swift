import SpecModel
import SpecSuite
import SpecTraining

/// The demo corpus as a model's tokens.
struct DemoData {
  let recipe: Recipe
  let texts: CorpusTexts
  let tokenizer: Tokenizer
  let encoder: ConversationEncoder<ChatTemplate>
  private let tokenDrills: TokenDrills
  private let wordDrills: WordDrills

  /// How the demo's conversations are written; its markers are single tokens.
  static let template = ChatTemplate.zephyr
  static let markers = ["<|user|>", "<|assistant|>"]

  /// - Parameters:
  ///   - recipe: how much there is.
  ///   - texts: what the corpus says.
  ///   - folder: has the tokenizer.
  /// - Throws: `TokenizerError`, or ``RecipeFileError`` for a tokenizer without the markers.
  init(_ recipe: Recipe, _ texts: CorpusTexts, _ folder: DemoFolder) throws {
    self.recipe = recipe
    self.texts = texts
    tokenizer = try Tokenizer(directory: folder.model)
    encoder = ConversationEncoder(tokenizer: tokenizer, writer: Self.template, configuration: recipe.target)
    let markers = Self.markers.compactMap(tokenizer.token)
    guard markers.count == 2, let end = recipe.target.endTokens.first else {
      throw RecipeFileError.otherTokenizer(file: folder.tokenizer, markers: Self.markers)
    }
    let special = ([recipe.target.beginToken] + recipe.target.endTokens + markers).compactMap(\.self)
    tokenDrills = TokenDrills(
      seed: recipe.seed,
      vocabulary: Int(special.max() ?? 0) + 1..<recipe.target.vocabularySize,
      markers: (markers[0], markers[1]),
      end: end
    )
    wordDrills = WordDrills(texts, seed: recipe.seed)
  }

  /// What the primer learns from; the first drills are held out.
  var primer: TrainingData {
    get throws(TrainingError) {
      let first = recipe.heldOutDocuments
      return try TrainingData(
        training: joined(drills(first..<first + recipe.primerDrills)),
        heldOut: joined(drills(0..<first))
      )
    }
  }

  /// What the base learns from: documents with much to look up, and more drills among them, without which it would
  /// forget to look things up before that serves it.
  var base: TrainingData {
    get throws(TrainingError) {
      let first = recipe.heldOutDocuments + recipe.primerDrills
      return try data(
        encoded(0..<recipe.baseDocuments, mixture: .lookingUp).map(\.tokens)
          + drills(first..<first + recipe.baseDrills)
      )
    }
  }

  /// What the model of some layers learns to look up in two steps from; the first drills are held out.
  var chain: TrainingData {
    get throws(TrainingError) {
      let first = recipe.heldOutDocuments
      return try TrainingData(
        training: joined((first..<first + recipe.chainDrills).map(tokenDrills.chain)),
        heldOut: joined((0..<first).map(tokenDrills.chain))
      )
    }
  }

  /// What it learns from then, to do the same in text: registers, and more drills among them.
  ///
  /// - Parameter properties: at most so many lists say what each town has.
  /// - Returns: registers and drills; the first registers are held out.
  /// - Throws: ``TrainingError`` if a recipe has none.
  func registers(properties: Int) throws(TrainingError) -> TrainingData {
    func register(_ index: Int) -> [Token] {
      let keys = [recipe.seed, 0x726f_7773, UInt64(properties), UInt64(index)]
      var composer = Composer(texts, random: KeyedRandom(keys: keys))
      let count = composer.random.number(in: 1...properties)
      return tokens([RegisterWriter.turn(&composer, properties: count)])
    }
    let first = recipe.heldOutDocuments + recipe.chainDrills + recipe.registerDrills * properties
    return try TrainingData(
      training: joined(
        (recipe.heldOutDocuments..<recipe.heldOutDocuments + recipe.registers).map(register)
          + (first..<first + recipe.registerDrills).map(tokenDrills.chain)
      ),
      heldOut: joined((0..<recipe.heldOutDocuments).map(register))
    )
  }

  /// What it learns from then: documents, and a glossary of the second language.
  var middle: TrainingData {
    get throws(TrainingError) { try data(middleDocuments) }
  }

  /// What all layers learn from.
  var target: TrainingData {
    get throws(TrainingError) { try data(targetDocuments) }
  }

  /// The documents and glossaries that both of these learn from.
  var smallModel: TrainingData {
    get throws(TrainingError) { try data(middleDocuments + targetDocuments) }
  }

  /// Prompts that the target has not learned from, for it to answer itself.
  var distilledPrompts: [EncodedDocument] {
    encoded(recipe.baseDocuments..<recipe.baseDocuments + recipe.distilledPrompts)
  }

  /// What the drafters learn from.
  ///
  /// - Parameter answers: the target's own.
  /// - Returns: documents of the corpus, and these.
  /// - Throws: ``TrainingError`` if a recipe has none.
  func drafters(with answers: TokenizedDocuments) throws(TrainingError) -> TrainingData {
    var documents = joined(encoded(0..<recipe.drafterDocuments).map(\.tokens))
    documents.append(answers)
    return try TrainingData(training: documents, heldOut: heldOut)
  }

  /// Documents that are never learned from.
  var heldOut: TokenizedDocuments {
    joined(encoded(0..<recipe.heldOutDocuments, stream: .heldOut).map(\.tokens))
  }

  /// Held-out documents of one category.
  func heldOut(of category: DemoCategory) -> TokenizedDocuments {
    let corpus = DemoCorpus(texts, seed: recipe.seed, stream: .heldOut)
    let count = max(1, recipe.heldOutDocuments / DemoCategory.allCases.count)
    return joined((0..<count).map { tokens(corpus.document(at: $0, category: category).turns) })
  }

  private var middleDocuments: [[Token]] {
    encoded(middleRange, mixture: .balanced).map(\.tokens)
      + (0..<recipe.glossaryDrills).map { tokens([wordDrills.glossary(at: $0)]) }
  }

  private var targetDocuments: [[Token]] {
    encoded(middleRange.upperBound..<middleRange.upperBound + recipe.targetDocuments).map(\.tokens)
  }

  /// Behind the documents of the base and the prompts that the target answers.
  private var middleRange: Range<Int> {
    let first = recipe.baseDocuments + recipe.distilledPrompts
    return first..<first + recipe.middleDocuments
  }

  /// One drill in words to three of tokens.
  private func drills(_ range: Range<Int>) -> [[Token]] {
    range.map { $0.isMultiple(of: 4) ? tokens([wordDrills.list(at: $0)]) : tokenDrills.lookUp(at: $0) }
  }

  private func encoded(
    _ range: Range<Int>,
    stream: DemoStream = .training,
    mixture: DemoCorpus.Mixture = .translating
  ) -> [EncodedDocument] {
    let corpus = DemoCorpus(texts, seed: recipe.seed, stream: stream, mixture: mixture)
    return range.map { encoder.encode(Self.document(corpus.document(at: $0).turns)) }
  }

  private func tokens(_ turns: [DemoTurn]) -> [Token] { encoder.encode(Self.document(turns)).tokens }

  private static func document(_ turns: [DemoTurn]) -> TrainingDocument {
    .conversation(turns.flatMap { [TrainingTurn(.user, $0.question), TrainingTurn(.assistant, $0.answer)] })
  }

  private func data(_ texts: [[Token]]) throws(TrainingError) -> TrainingData {
    try TrainingData(training: joined(texts), heldOut: heldOut)
  }

  private func joined(_ texts: [[Token]]) -> TokenizedDocuments {
    var documents = TokenizedDocuments()
    let limit = min(recipe.target.contextLength, recipe.batchTokens)
    for tokens in texts { documents.append(tokens, limit: limit) }
    return documents
  }
}
