import Foundation
import SpecFiles

/// What `tokenizer.json` and `tokenizer_config.json` say, checked.
struct TokenizerFile {
  /// What the files make.
  let definition: TokenizerDefinition

  /// Reads the files.
  ///
  /// - Parameters:
  ///   - file: the path of a `tokenizer.json`.
  ///   - configuration: the path of the `tokenizer_config.json` beside it, which need not be there.
  init(_ file: String, configuration: String?) throws(TokenizerError) {
    let root = try TokenizerField(file: file)
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
    let configured = try configuration.map { (file) throws(TokenizerError) in try Self.configuredBeginToken(file: file) }
    definition.addsBeginToken = (configured ?? nil) ?? parts.ends.addsBeginToken
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
