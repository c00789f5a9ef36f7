import Foundation
import SpecFiles

/// What `tokenizer.json` and `tokenizer_config.json` say, checked.
struct TokenizerFile {
  /// How text is cut into words (the `ByteLevel` pre-tokenizer).
  struct Words: Sendable {
    /// Each stretch of text gets a space in front unless it has one.
    let startWithSpace: Bool
    /// GPT-2's pattern cuts each stretch into words; otherwise it is one word.
    let areSplit: Bool
  }

  let words: Words
  let addedTokens: [AddedToken]
  let vocabulary: VocabularyReader
  let addsBeginToken: Bool?

  init(directory: String) throws(TokenizerError) {
    let folder = directory.hasSuffix("/") ? directory : directory + "/"
    let root = try TokenizerField(file: folder + "tokenizer.json")
    try self.init(root, configuredBegin: TokenizerFile.configuredBeginToken(file: folder + "tokenizer_config.json"))
  }

  /// Reads the members of `tokenizer.json`.
  ///
  /// - Parameters:
  ///   - root: the members.
  ///   - configuredBegin: whether a begin token comes first, where another file says it.
  /// - Throws: `TokenizerError` if they are malformed, or ask for what is not supported.
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
    guard let contents, let words = parts.words, refusals.isEmpty else {
      throw refusals.first ?? root.mismatch(expected: "a tokenizer")
    }
    self.words = words
    (addedTokens, vocabulary) = contents
    addsBeginToken = configuredBegin ?? parts.addsBeginToken
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
