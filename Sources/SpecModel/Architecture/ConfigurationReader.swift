import Foundation
import SpecFiles

/// Reading `config.json`.
extension ModelConfiguration {
  /// Reads `config.json`, and `generation_config.json` beside it if it is there, whose end tokens win.
  ///
  /// - Parameter directory: the checkpoint's folder.
  /// - Throws: ``ModelError`` if the file is absent or malformed, or asks for what the engine does not do.
  public init(directory: String) throws(ModelError) {
    let purpose = "the model's configuration in Hugging Face layout"
    let path = directory + "/config.json"
    guard FileManager.default.fileExists(atPath: path) else {
      throw FolderContent(directory).missingConfiguration(purpose: purpose)
    }
    let generation = directory + "/generation_config.json"
    try self.init(
      file: JSONFile(path: path, purpose: purpose),
      generation: isEntry(generation) ? JSONFile(path: generation, purpose: "the generation defaults") : nil
    )
  }

  /// Reads a configuration in the members of `config.json`.
  ///
  /// - Parameters:
  ///   - file: the configuration.
  ///   - generation: the members of `generation_config.json`, whose end tokens win; nil where there are none.
  /// - Throws: ``ModelError`` if it is malformed, or everything in it that the engine does not do.
  init(file: JSONFile, generation: JSONFile?) throws(ModelError) {
    let family = try ModelFamily.of(file)
    var file = file
    file.defaults = family?.defaults ?? [:]
    var problems = UnsupportedFeatures(file, family: family).problems
    func note(_ body: () throws(ModelError) -> Void) {
      do { try body() } catch {
        if !problems.contains(where: { "\($0)" == "\(error)" }) { problems.append(error) }
      }
    }
    var model: ModelConfiguration?
    // A model of another family names its sizes in its own way.
    if let family {
      note { () throws(ModelError) in model = try ModelConfiguration(sizesIn: file, family) }
      if var known = model {
        note { () throws(ModelError) in try known.readActivation(file, family) }
        for option in family.options { note { () throws(ModelError) in try option.read(file, &known) } }
        note { () throws(ModelError) in try known.readRotary(file) }
        note { () throws(ModelError) in try known.readTokens(file, generation) }
        model = known
      }
    }
    if model == nil { note { () throws(ModelError) in try RotaryReader.checkType(in: file) } }
    if let error = ModelError.joining(problems, path: file.path) { throw error }
    guard let model else { throw .malformedFile(path: file.path, problem: "it describes no model") }
    self = model
  }

  /// The sizes, and the parts that all models of the family have.
  private init(sizesIn file: JSONFile, _ family: ModelFamily) throws(ModelError) {
    let (width, heads) = (try file.requiredSize("hidden_size"), try file.requiredSize("num_attention_heads"))
    self.init(
      modelType: family.modelType,
      architecture: try file["architectures"]?.elements().first?.string() ?? family.architecture,
      hiddenSize: width,
      intermediateSize: try file.requiredSize("intermediate_size"),
      layers: try file.requiredSize("num_hidden_layers"),
      attentionHeads: heads,
      keyValueHeads: try file.size("num_key_value_heads") ?? heads,
      headDimension: try file.size("head_dim") ?? width / heads,
      vocabularySize: try file.requiredSize("vocab_size"),
      contextLength: try file.contextLength(),
      normEpsilon: try file.normEpsilon(),
      tiesEmbeddings: try file["tie_word_embeddings"]?.boolean() ?? false
    )
    parts = family.parts
    try checkShape(path: file.path)
  }

  private mutating func readActivation(_ file: JSONFile, _ family: ModelFamily) throws(ModelError) {
    for key in family.activationKeys {
      guard let name = try file[key]?.string() else { continue }
      guard let activation = family.activations[name] else {
        throw UnsupportedFeatures.activation(name, path: file.path, known: family.activations)
      }
      parts.activation = activation
      return
    }
  }

  private mutating func readRotary(_ file: JSONFile) throws(ModelError) {
    let settings = try RotaryReader(file, headDimension: headDimension).settings()
    rotary = settings.rotary
    limitContext(settings.limit)
  }

  /// Ends the context where the angles begin to change with the length.
  mutating func limitContext(_ limit: ContextLimit?) {
    guard let limit, limit.positions <= contextLength else { return }
    contextLength = limit.positions
    contextLimit = limit
  }

  private mutating func readTokens(_ file: JSONFile, _ generation: JSONFile?) throws(ModelError) {
    beginToken = try file.tokens("bos_token_id").first
    endTokens = try file.tokens("eos_token_id")
    var source = file.path
    if let generation {
      let ends = try generation.tokens("eos_token_id")
      if !ends.isEmpty { (endTokens, source) = (ends, generation.path) }
    }
    try check([beginToken].compactMap(\.self), path: file.path)
    try check(endTokens, path: source)
  }

  /// Special tokens must be tokens of the vocabulary, and the file that names another one is to blame.
  private func check(_ tokens: [Token], path: String) throws(ModelError) {
    for token in tokens where Int(token) >= vocabularySize {
      throw .malformedFile(path: path, problem: "the token \(token) is outside the vocabulary of \(vocabularySize)")
    }
  }

  private func checkShape(path: String) throws(ModelError) {
    guard attentionHeads % keyValueHeads == 0 else {
      throw .malformedFile(
        path: path,
        problem: "\(attentionHeads) query heads cannot share \(keyValueHeads) key/value heads evenly"
      )
    }
    guard headDimension % 2 == 0, (2...1024).contains(headDimension) else {
      throw .malformedFile(
        path: path,
        problem: "the head dimension \(headDimension) is not an even number from 2 to 1024"
      )
    }
    let largest = max(hiddenSize, intermediateSize, attentionHeads * headDimension)
    guard layers <= 4096, contextLength * headDimension <= 1 << 28, largest <= 1 << 20, vocabularySize <= 1 << 24
    else {
      throw .malformedFile(path: path, problem: "its sizes are beyond those of any known model")
    }
  }
}

extension JSONFile {
  /// Most positions that the model was made for.
  func contextLength() throws(ModelError) -> Int { try size("max_position_embeddings") ?? 2048 }

  /// The epsilon of the normalizations.
  func normEpsilon() throws(ModelError) -> Float {
    let epsilon = try self["rms_norm_eps"]?.number() ?? 1e-6
    // What a float32 would round to 0 is no epsilon either.
    guard Float(epsilon) > 0, epsilon < 1 else {
      throw .malformedFile(
        path: path,
        problem: "'rms_norm_eps' is \(epsilon) where a number between 0 and 1 is expected"
      )
    }
    return Float(epsilon)
  }
}
