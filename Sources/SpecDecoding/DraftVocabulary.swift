import SpecFiles
import SpecModel

/// The tokens that a drafter with a head of its target's size chooses from: the most frequent ones of a text alone, so that its
/// head weighs less (FR-Spec, Zhao et al. 2025, arXiv 2502.14856). The target verifies with its whole head.
enum DraftVocabulary {
  /// The value of the setting `vocabulary` for all tokens.
  static let all = "all"
}

extension Setting {
  /// How many tokens a drafter chooses from.
  static let vocabulary = Setting(
    name: "vocabulary",
    kind: .text,
    default: DraftVocabulary.all,
    help:
      "'all' tokens may be drafted, or the given number of most frequent ones, which makes the drafter's head smaller",
    examples: ["1", "5", "12", "64"]
  )

  /// Where it is written how frequent tokens are.
  static let frequencies = Setting(
    name: "frequencies",
    kind: .text,
    default: TokenFrequencies.fileName,
    help: "how frequent tokens are, as 'specbench frequencies' and 'specbench train' write it; "
      + "'\(TokenFrequencies.fileName)' is the file in the drafter's folder, else the one beside the model's files",
    namesFile: true
  )
}

extension Method {
  /// The file that ``Setting/frequencies`` names by default, for tests: some tokens of a target occur, others do not.
  static let sampleFrequencies: @Sendable (ModelConfiguration) -> [String: [UInt8]] = { target in
    let size = target.vocabularySize
    let text = (0..<4 * size).map { Token($0 * $0 % size) }
    return [TokenFrequencies.fileName: Array(TokenFrequencies(of: [text], vocabularySize: size).document.utf8)]
  }
}

/// What a draft vocabulary takes of memory.
public struct DraftVocabularyNeed: Sendable {
  /// Tokens in a row of its logits.
  let tokens: Int
  /// Weights that a decoder holds beside those of its companion; below 0 where it holds only some of these.
  let weights: Int

  /// Makes a need; the properties say what each value means.
  public init(tokens: Int, weights: Int) { (self.tokens, self.weights) = (tokens, weights) }
}

extension SettingValues {
  /// How many tokens may be drafted; nil for all.
  ///
  /// - Throws: ``DecodingError/invalidValue(method:setting:value:expected:)``.
  func draftTokenCount() throws(DecodingError) -> Int? {
    let name = Setting.vocabulary.name
    if text(name) == DraftVocabulary.all { return nil }
    guard let count = Int(text(name)), count > 0 else { throw invalid(name, "'all' or a number of tokens from 1") }
    return count
  }

  /// The tokens that may be drafted.
  ///
  /// - Parameters:
  ///   - files: the target's shape, and where files lie.
  ///   - companion: the method's, in whose folder the frequencies may lie; nil for none.
  /// - Returns: the tokens, rising; nil for all.
  /// - Throws: ``DecodingError`` for a setting or where no frequencies are known, `ModelError` for a file that cannot be used.
  func draftVocabulary(_ files: TargetFiles, _ companion: Companion? = nil) throws -> [Token]? {
    guard let count = try draftTokenCount() else { return nil }
    let path = frequencyFile(files, companion)
    guard isEntry(path) else { throw missingFrequencies(path, files) }
    return try TokenFrequencies(path: path, vocabularySize: files.configuration.vocabularySize).likeliest(count)
  }

  /// What rows of a model's head for the draft vocabulary take.
  ///
  /// - Parameter model: the model whose head it is.
  /// - Returns: nil where all tokens may be drafted.
  /// - Throws: ``DecodingError`` as ``draftTokenCount()``.
  func headNeed(of model: ModelConfiguration) throws(DecodingError) -> DraftVocabularyNeed? {
    guard let count = try draftTokenCount(), count < model.vocabularySize else { return nil }
    return DraftVocabularyNeed(tokens: count, weights: count * model.hiddenSize)
  }

  /// What heads of the target's size take less, of which only the rows for the draft vocabulary are held.
  ///
  /// - Parameters:
  ///   - target: the target's shape.
  ///   - heads: how many there are.
  ///   - isBiased: whether each of their rows has a bias.
  /// - Returns: nil where all tokens may be drafted.
  /// - Throws: ``DecodingError`` as ``draftTokenCount()``.
  func headsNeed(
    of target: ModelConfiguration,
    heads: Int,
    isBiased: Bool
  ) throws(DecodingError) -> DraftVocabularyNeed? {
    guard let count = try draftTokenCount(), count < target.vocabularySize else { return nil }
    let rowsLess = heads * (target.vocabularySize - count)
    return DraftVocabularyNeed(tokens: count, weights: -rowsLess * (target.hiddenSize + (isBiased ? 1 : 0)))
  }

  private func frequencyFile(_ files: TargetFiles, _ companion: Companion?) -> String {
    let name = Setting.frequencies.name
    guard isDefault(name) else { return files.file(text(name)) }
    if let companion {
      let own = ModelLocation(files.folder(of: companion, self)).directory + "/" + text(name)
      if isEntry(own) { return own }
    }
    return files.file(text(name), beside: true)
  }

  private func missingFrequencies(_ path: String, _ files: TargetFiles) -> DecodingError {
    .missingFrequencies(
      path: path,
      setting: "\(Setting.vocabulary.name)=\(text(Setting.vocabulary.name))",
      model: files.model?.path
    )
  }
}
