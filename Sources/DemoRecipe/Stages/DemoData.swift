import SpecTraining
import Foundation
import SpecFiles
import SpecKernels
import SpecModel
import SpecSuite

/// The demo corpus as a model's tokens.
struct DemoData {
  let recipe: Recipe
  let texts: CorpusTexts
  let tokenizer: Tokenizer
  let encoder: ConversationEncoder

  /// How the demo's conversations are written; its markers are single tokens.
  static let template = ChatTemplate.zephyr
  static let markers = ["<|user|>", "<|assistant|>"]
  private var markers: [Token] { Self.markers.compactMap(tokenizer.token) }

  init(_ recipe: Recipe, _ texts: CorpusTexts, tokenizer: Tokenizer) {
    self.recipe = recipe
    self.texts = texts
    self.tokenizer = tokenizer
    encoder = ConversationEncoder(tokenizer: tokenizer, template: Self.template, configuration: recipe.target)
  }

  /// Documents of one stream.
  ///
  /// - Parameters:
  ///   - range: which.
  ///   - stream: training, or held out from it.
  ///   - mixture: how often each category occurs.
  /// - Returns: each with its tokens.
  func encoded(
    _ range: Range<Int>,
    stream: DemoStream,
    mixture: DemoCorpus.Mixture = .translating
  ) -> [ConversationEncoder.Encoded] {
    let corpus = DemoCorpus(texts, seed: recipe.seed, stream: stream, mixture: mixture)
    return range.map { encoder.encode(Self.document(corpus.document(at: $0).turns)) }
  }

  /// What the primer learns from; the first drills are held out.
  var primer: TrainingData {
    get throws(TrainingError) {
      let first = recipe.heldOutDocuments
      return try TrainingData(training: drills(first..<first + recipe.primerDrills), heldOut: drills(0..<first))
    }
  }

  /// What the base learns from: documents with much to look up, and more drills among them, without which it would
  /// forget to look things up before that serves it.
  var base: TrainingData {
    get throws(TrainingError) {
      let first = recipe.heldOutDocuments + recipe.primerDrills
      let documents = encoded(0..<recipe.baseDocuments, stream: .training, mixture: .lookingUp)
      return try data(Self.joined(documents, recipe), drills(first..<first + recipe.baseDrills))
    }
  }

  /// What the model of some layers learns to look up in two steps from; the first drills are held out.
  var chain: TrainingData {
    get throws(TrainingError) {
      let first = recipe.heldOutDocuments
      return try TrainingData(
        training: chainDrills(first..<first + recipe.chainDrills),
        heldOut: chainDrills(0..<first)
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
      return encoder.encode(Self.document([RegisterWriter.turn(&composer, properties: count)])).tokens
    }
    let first = recipe.heldOutDocuments + recipe.chainDrills + recipe.registerDrills * properties
    return try TrainingData(
      training: together([
        Self.joined((recipe.heldOutDocuments..<recipe.heldOutDocuments + recipe.registers).map(register), recipe),
        chainDrills(first..<first + recipe.registerDrills),
      ]),
      heldOut: Self.joined((0..<recipe.heldOutDocuments).map(register), recipe)
    )
  }

  /// What it learns from then: documents, and a glossary of the second language.
  var middle: TrainingData {
    get throws(TrainingError) { try data(documents(middleRange, .balanced), glossary) }
  }

  /// What all layers learn from.
  var target: TrainingData {
    get throws(TrainingError) { try data(documents(targetRange, .translating)) }
  }

  /// The documents and glossaries that both of these learn from.
  var smallModel: TrainingData {
    get throws(TrainingError) {
      try data(documents(middleRange, .balanced), glossary, documents(targetRange, .translating))
    }
  }

  /// Behind the documents of the base and the prompts that the target answers.
  private var middleRange: Range<Int> {
    let first = recipe.baseDocuments + recipe.distilledPrompts
    return first..<first + recipe.middleDocuments
  }

  private var targetRange: Range<Int> {
    middleRange.upperBound..<middleRange.upperBound + recipe.targetDocuments
  }

  private func data(_ parts: TokenizedDocuments...) throws(TrainingError) -> TrainingData {
    try TrainingData(training: together(parts), heldOut: heldOut)
  }

  private func together(_ parts: [TokenizedDocuments]) -> TokenizedDocuments {
    var all = TokenizedDocuments()
    for part in parts {
      for index in 0..<part.count { all.append(part[index], limit: recipe.target.contextLength) }
    }
    return all
  }

  private func documents(_ range: Range<Int>, _ mixture: DemoCorpus.Mixture) -> TokenizedDocuments {
    Self.joined(encoded(range, stream: .training, mixture: mixture), recipe)
  }

  /// One drill in words to three of tokens.
  private func drills(_ range: Range<Int>) -> TokenizedDocuments {
    let drill = LookUpDrill(
      seed: recipe.seed,
      vocabulary: ordinaryTokens,
      markers: (markers[0], markers[1]),
      end: recipe.target.endTokens[0]
    )
    return Self.joined(range.map { $0.isMultiple(of: 4) ? wordDrill($0) : drill.document(at: $0) }, recipe)
  }

  private func chainDrills(_ range: Range<Int>) -> TokenizedDocuments {
    let drill = ChainDrill(
      seed: recipe.seed,
      vocabulary: ordinaryTokens,
      markers: (markers[0], markers[1]),
      end: recipe.target.endTokens[0]
    )
    return Self.joined(range.map(drill.document), recipe)
  }

  /// The tokens that are no special ones.
  private var ordinaryTokens: Range<Int> {
    let special = Set(([recipe.target.beginToken] + recipe.target.endTokens + markers).compactMap(\.self))
    return Int(special.max() ?? 0) + 1..<recipe.target.vocabularySize
  }

  private var glossary: TokenizedDocuments {
    let drill = GlossaryDrill(texts, seed: recipe.seed)
    var documents = TokenizedDocuments()
    for index in 0..<recipe.glossaryDrills {
      documents.append(
        encoder.encode(Self.document([drill.turn(at: index)])).tokens,
        limit: recipe.target.contextLength
      )
    }
    return documents
  }

  private func wordDrill(_ index: Int) -> [Token] {
    encoder.encode(Self.document([WordDrill(texts, seed: recipe.seed).turn(at: index)])).tokens
  }

  /// Documents that are never learned from.
  var heldOut: TokenizedDocuments {
    Self.joined(encoded(0..<recipe.heldOutDocuments, stream: .heldOut), recipe)
  }

  /// Held-out documents of one category.
  func heldOut(of category: DemoCategory) -> TokenizedDocuments {
    let corpus = DemoCorpus(texts, seed: recipe.seed, stream: .heldOut)
    let count = max(1, recipe.heldOutDocuments / DemoCategory.allCases.count)
    let documents = (0..<count).map { encoder.encode(Self.document(corpus.document(at: $0, category: category).turns)) }
    return Self.joined(documents, recipe)
  }

  static func document(_ turns: [DemoTurn]) -> TrainingDocument {
    .conversation(
      turns.flatMap { [TrainingTurn(.user, $0.question), TrainingTurn(.assistant, $0.answer)] }
    )
  }

  private static func joined(
    _ encoded: [ConversationEncoder.Encoded],
    _ recipe: Recipe
  ) -> TokenizedDocuments {
    joined(encoded.map(\.tokens), recipe)
  }

  private static func joined(_ texts: [[Token]], _ recipe: Recipe) -> TokenizedDocuments {
    var documents = TokenizedDocuments()
    let limit = min(recipe.target.contextLength, recipe.targetSettings.batchTokens)
    for tokens in texts { documents.append(tokens, limit: limit) }
    return documents
  }

  /// Answers that the target writes to prompts it has not learned from, written once and then kept in a file, beside
  /// documents of the corpus.
  ///
  /// - Parameters:
  ///   - folder: holds the target, and takes the file.
  ///   - context: the kernels and threads to compute on.
  ///   - progress: how many of how many are written.
  ///   - check: called before each token; what it throws ends the writing.
  /// - Returns: the documents.
  /// - Throws: if a file cannot be read or written.
  func distilled(
    _ folder: DemoFolder,
    context: ComputeContext,
    progress: (Int, Int) -> Void,
    check: () throws -> Void
  ) throws -> TrainingData {
    let prompts = encoded(
      recipe.baseDocuments..<recipe.baseDocuments + recipe.distilledPrompts,
      stream: .training
    )
    let answers = DistilledAnswers(
      of: try Checkpoint(directory: folder.model),
      prompts: prompts.map { Array($0.tokens.prefix($0.promptCount)) },
      capacity: recipe.target.contextLength,
      folder: folder.work
    )
    let written = try answers.write(context: context, progress: progress, check: check)
    var documents = Self.joined(encoded(0..<recipe.drafterDocuments, stream: .training), recipe)
    for document in written { documents.append(document, limit: recipe.target.contextLength) }
    return try TrainingData(training: documents, heldOut: heldOut)
  }
}
