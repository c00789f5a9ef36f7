import Foundation
import SpecFiles

/// What `tokenizer.json` and `tokenizer_config.json` say, checked.
struct TokenizerFile {
  /// What the files make.
  let definition: TokenizerDefinition

  /// Reads `tokenizer.json` and, if it is there, `tokenizer_config.json`.
  init(directory: String) throws(TokenizerError) {
    let folder = directory.hasSuffix("/") ? directory : directory + "/"
    if !isEntry(folder + "tokenizer.json"), isEntry(folder + "tokenizer.model") {
      throw .unsupported(
        file: folder + "tokenizer.model",
        feature: "a SentencePiece vocabulary and no tokenizer.json beside it",
        supported: "a tokenizer.json, which AutoTokenizer.from_pretrained(FOLDER).save_pretrained(FOLDER) of "
          + "transformers writes"
      )
    }
    let root = try TokenizerField(file: folder + "tokenizer.json")
    try self.init(root, configuredBegin: TokenizerFile.configuredBeginToken(file: folder + "tokenizer_config.json"))
  }

  /// Reads the members of `tokenizer.json`.
  ///
  /// - Parameters:
  ///   - root: the members.
  ///   - configuredBegin: whether a begin token comes first, where another file says it.
  /// - Throws: `TokenizerError` with everything that is malformed or not supported.
  init(_ root: TokenizerField, configuredBegin: Bool? = nil) throws(TokenizerError) {
    let parts = TokenizerParts(root)
    var refusals = parts.refusals
    // Without a vocabulary it is no tokenizer, and to list all that is missing would help nobody.
    if try root.member("model").isNull, let first = refusals.first { throw first }
    var contents: (added: [AddedToken], vocabulary: VocabularyReader)?
    do {
      let added = try TokenizerFile.addedTokens(of: root.member("added_tokens"))
      contents = (added, try VocabularyReader(model: root.member("model"), addedTokens: added))
    } catch {
      if case .several(_, let all) = error { refusals += all } else { refusals.append(error) }
    }
    if refusals.count > 1 { throw .several(file: root.file, refusals) }
    guard let contents, refusals.isEmpty else { throw refusals.first ?? root.mismatch(expected: "a tokenizer") }
    var definition = TokenizerDefinition(vocabulary: contents.vocabulary.vocabulary, model: contents.vocabulary.model)
    definition.normalizers = parts.normalizers
    definition.preTokenizers = parts.preTokenizers
    definition.decoders = parts.decoders
    definition.addedTokens = contents.added
    definition.prefix = parts.ends.prefix
    definition.suffix = parts.ends.suffix
    definition.addsBeginToken = configuredBegin ?? parts.ends.addsBeginToken
    self.definition = definition
  }

  private static func configuredBeginToken(file: String) throws(TokenizerError) -> Bool? {
    guard isEntry(file) else { return nil }
    return try TokenizerField(file: file).member("add_bos_token").unlessNull?.boolean()
  }

  private static func addedTokens(of field: TokenizerField) throws(TokenizerError) -> [AddedToken] {
    if field.isNull { return [] }
    var tokens: [AddedToken] = []
    for element in try field.elements() {
      let id = try element.member("id")
      guard case .integer(let value) = id.value, let token = VocabularyReader.token(value) else {
        throw id.mismatch(expected: VocabularyReader.expectedId)
      }
      let content = try element.member("content")
      guard try !content.bytes().isEmpty else { throw content.mismatch(expected: "a string that is not empty") }
      let isSpecial = try element.member("special").boolean(default: false)
      tokens.append(
        AddedToken(
          token: token,
          content: try content.bytes(),
          isSpecial: isSpecial,
          isSingleWord: try element.member("single_word").boolean(default: false),
          stripsLeft: try element.member("lstrip").boolean(default: false),
          stripsRight: try element.member("rstrip").boolean(default: false),
          isNormalized: try element.member("normalized").boolean(default: !isSpecial)
        )
      )
    }
    return tokens
  }
}
