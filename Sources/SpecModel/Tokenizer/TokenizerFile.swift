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
    try TokenizerFile.checkNormalizer(root.member("normalizer"))
    words = try TokenizerFile.words(of: root.member("pre_tokenizer"))
    try TokenizerFile.checkDecoder(root.member("decoder"))
    let templateAddsBegin = try TokenizerFile.addsBeginToken(root.member("post_processor"))
    let configurationAddsBegin = try TokenizerFile.configuredBeginToken(file: folder + "tokenizer_config.json")
    addsBeginToken = configurationAddsBegin ?? templateAddsBegin
    addedTokens = try TokenizerFile.addedTokens(of: root.member("added_tokens"))
    vocabulary = try VocabularyReader(model: root.member("model"), addedTokens: addedTokens)
  }

  private static func checkNormalizer(_ field: TokenizerField) throws(TokenizerError) {
    guard let field = field.unlessNull else { return }
    throw field.unsupported("a normalizer (\(try field.typeName()))", supported: "no normalizer")
  }

  private static func words(of field: TokenizerField) throws(TokenizerError) -> Words {
    let supported = "one ByteLevel pre-tokenizer"
    if field.isNull { throw field.unsupported("no pre-tokenizer", supported: supported) }
    var parts = [field]
    if try field.typeName() == "Sequence" { parts = try field.member("pretokenizers").elements() }
    for part in parts {
      let type = try part.typeName()
      guard type == "ByteLevel" else { throw part.unsupported("the pre-tokenizer \(type)", supported: supported) }
    }
    guard let byteLevel = parts.first, parts.count == 1 else {
      throw field.unsupported("a Sequence of \(parts.count) pre-tokenizers", supported: supported)
    }
    return Words(
      startWithSpace: try byteLevel.member("add_prefix_space").boolean(),
      areSplit: try byteLevel.member("use_regex").boolean(default: true)
    )
  }

  private static func checkDecoder(_ field: TokenizerField) throws(TokenizerError) {
    if field.isNull { throw field.unsupported("no decoder", supported: "the ByteLevel decoder") }
    let type = try field.typeName()
    guard type == "ByteLevel" else {
      throw field.unsupported("the decoder \(type)", supported: "the ByteLevel decoder")
    }
  }

  /// Whether a template puts a special token before the text, nil where there is no template.
  private static func addsBeginToken(_ field: TokenizerField) throws(TokenizerError) -> Bool? {
    if field.isNull { return nil }
    switch try field.typeName() {
    case "ByteLevel": return nil
    case "TemplateProcessing":
      guard let first = try field.member("single").elements().first else { return false }
      return try !first.member("SpecialToken").isNull
    case "Sequence":
      var answer: Bool?
      for part in try field.member("processors").elements() { answer = try addsBeginToken(part) ?? answer }
      return answer
    case let type:
      throw field.unsupported(
        "the post-processor \(type)",
        supported: "ByteLevel, TemplateProcessing or no post-processor"
      )
    }
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
