import Foundation
import SpecFiles
import SpecKernels
import SpecModel
import SpecSuite

/// The demo corpus as a model's tokens.
struct DemoData {
  let recipe: DemoRecipe
  let tokenizer: Tokenizer
  let encoder: ConversationEncoder

  /// How the demo's conversations are written; its markers are single tokens.
  static let template = ChatTemplate.zephyr
  static let markers = ["<|user|>", "<|assistant|>"]

  init(_ recipe: DemoRecipe, tokenizer: Tokenizer) {
    self.recipe = recipe
    self.tokenizer = tokenizer
    encoder = ConversationEncoder(tokenizer: tokenizer, template: Self.template, configuration: recipe.target)
  }

  /// Documents of one stream.
  ///
  /// - Parameters:
  ///   - range: which.
  ///   - stream: training, or held out from it.
  /// - Returns: each with its tokens.
  func encoded(_ range: Range<Int>, stream: DemoStream) -> [ConversationEncoder.Encoded] {
    let corpus = DemoCorpus(seed: recipe.seed, stream: stream)
    return range.map { encoder.encode(Self.document(corpus.document(at: $0))) }
  }

  /// Documents of the training stream to learn from, and others to evaluate on.
  private func data(_ ranges: Range<Int>...) throws(TrainingError) -> TrainingData {
    let documents = ranges.flatMap { encoded($0, stream: .training) }
    return try TrainingData(training: Self.joined(documents, recipe), heldOut: heldOut)
  }

  /// What the first target learns from.
  var base: TrainingData {
    get throws(TrainingError) { try data(baseRange) }
  }

  /// What the target goes on with.
  var earlyExit: TrainingData {
    get throws(TrainingError) { try data(earlyExitRange) }
  }

  /// What both of these learn from.
  var smallModel: TrainingData {
    get throws(TrainingError) { try data(baseRange, earlyExitRange) }
  }

  private var baseRange: Range<Int> { 0..<recipe.trainingDocuments }

  /// Behind the documents of the base and the prompts that the target answers.
  private var earlyExitRange: Range<Int> {
    let first = recipe.trainingDocuments + recipe.distilledPrompts
    return first..<first + recipe.earlyExitDocuments
  }

  /// Documents that are never learned from.
  var heldOut: TokenizedDocuments {
    Self.joined(encoded(0..<recipe.heldOutDocuments, stream: .heldOut), recipe)
  }

  /// Held-out documents of one category.
  func heldOut(of category: DemoCategory) -> TokenizedDocuments {
    let corpus = DemoCorpus(seed: recipe.seed, stream: .heldOut)
    let count = max(1, recipe.heldOutDocuments / DemoCategory.allCases.count)
    let documents = (0..<count).map { encoder.encode(Self.document(corpus.document(at: $0, category: category))) }
    return Self.joined(documents, recipe)
  }

  static func document(_ document: DemoDocument) -> TrainingDocument {
    .conversation(
      document.turns.flatMap { [TrainingTurn(.user, $0.question), TrainingTurn(.assistant, $0.answer)] }
    )
  }

  private static func joined(
    _ encoded: [ConversationEncoder.Encoded],
    _ recipe: DemoRecipe
  ) -> TokenizedDocuments {
    var documents = TokenizedDocuments()
    let limit = min(recipe.target.contextLength, recipe.targetSettings.batchTokens)
    for document in encoded { documents.append(document.tokens, limit: limit) }
    return documents
  }

  /// Answers that the target writes to prompts it has not learned from, written once and then kept in a file, beside
  /// documents of the corpus.
  ///
  /// - Parameters:
  ///   - folder: holds the target, and takes the file.
  ///   - context: the kernels and threads to compute on.
  ///   - progress: how many of how many are written.
  ///   - shouldStop: asked after each answer.
  /// - Returns: the documents, nil if it was stopped.
  /// - Throws: if a file cannot be read or written.
  func distilled(
    _ folder: DemoFolder,
    context: ComputeContext,
    progress: (Int, Int) -> Void,
    shouldStop: () -> Bool
  ) throws -> TrainingData? {
    let prompts = encoded(
      recipe.trainingDocuments..<recipe.trainingDocuments + recipe.distilledPrompts,
      stream: .training
    )
    try OutputFile.makeFolder(folder.work)
    var written = try Self.readTokens(folder.distilled)
    if written.count < prompts.count {
      let checkpoint = try Checkpoint(directory: folder.model)
      let writer = try SelfDistillation(
        Transformer(checkpoint: checkpoint, context: context),
        capacity: recipe.target.contextLength
      )
      while written.count < prompts.count {
        let prompt = prompts[written.count]
        written.append(writer.continued(Array(prompt.tokens.prefix(prompt.promptCount))))
        progress(written.count, prompts.count)
        let stops = shouldStop()
        if stops || written.count.isMultiple(of: 200) || written.count == prompts.count {
          try WholeJSONFile.write(written, to: folder.distilled)
        }
        if stops { return nil }
      }
    }
    var documents = Self.joined(encoded(0..<recipe.drafterDocuments, stream: .training), recipe)
    for document in written { documents.append(document, limit: recipe.target.contextLength) }
    return try TrainingData(training: documents, heldOut: heldOut)
  }

  private static func readTokens(_ path: String) throws(TrainingError) -> [[Token]] {
    guard let data = FileManager.default.contents(atPath: path) else { return [] }
    do {
      return try JSONDecoder().decode([[Token]].self, from: data)
    } catch {
      throw .malformedCheckpoint(path: path, problem: "it does not hold lists of tokens")
    }
  }
}
