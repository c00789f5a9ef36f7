import SpecFiles

/// What `tokenizer.json` asks for beside its vocabulary. Parts that do nothing may be there; all others that are not
/// supported are told together.
struct TokenizerParts {
  /// How text is cut into words; nil if that is among the refusals.
  private(set) var words: TokenizerFile.Words?
  /// Whether the post-processor puts a special token before the text, nil where it does not say.
  private(set) var addsBeginToken: Bool?
  /// What is malformed or not supported.
  private(set) var refusals: [TokenizerError] = []

  init(_ root: TokenizerField) {
    var refusals: [TokenizerError] = []
    func attempt<Value>(_ body: () throws(TokenizerError) -> Value) -> Value? {
      do { return try body() } catch { refusals.append(error) }
      return nil
    }
    _ = attempt { () throws(TokenizerError) in try Self.checkNormalizer(root.member("normalizer")) }
    words = attempt { () throws(TokenizerError) in try Self.words(of: root.member("pre_tokenizer")) }
    _ = attempt { () throws(TokenizerError) in try Self.checkDecoder(root.member("decoder")) }
    addsBeginToken =
      attempt { () throws(TokenizerError) in try Self.addsBeginToken(root.member("post_processor")) } ?? nil
    self.refusals = refusals
  }

  private static func checkNormalizer(_ field: TokenizerField) throws(TokenizerError) {
    var (types, first) = ([String](), field)
    for part in try flattened(field, "normalizers") where try !doesNothing(part) {
      if types.isEmpty { first = part }
      types.append(try part.typeName())
    }
    guard !types.isEmpty else { return }
    throw first.unsupported("a normalizer (\(types.joined(separator: ", ")))", supported: "without a normalizer")
  }

  /// The parts of a sequence, of sequences in it too; none for null.
  private static func flattened(_ field: TokenizerField, _ key: String) throws(TokenizerError) -> [TokenizerField] {
    guard let field = field.unlessNull else { return [] }
    guard try field.typeName() == "Sequence" else { return [field] }
    var parts: [TokenizerField] = []
    for part in try field.member(key).elements() { parts += try flattened(part, key) }
    return parts
  }

  /// Whether a normalizer leaves every text as it is.
  private static func doesNothing(_ normalizer: TokenizerField) throws(TokenizerError) -> Bool {
    func isOff(_ keys: String...) throws(TokenizerError) -> Bool {
      for key in keys where try normalizer.member(key).boolean(default: key != "strip_accents") { return false }
      return true
    }
    switch try normalizer.typeName() {
    case "Prepend": return try normalizer.member("prepend").bytes().isEmpty
    case "Replace":
      let pattern = try normalizer.member("pattern").member("String")
      if pattern.isNull { return false }
      return try pattern.bytes() == normalizer.member("content").bytes()
    case "Strip": return try isOff("strip_left", "strip_right")
    case "BertNormalizer": return try isOff("clean_text", "handle_chinese_chars", "strip_accents", "lowercase")
    default: return false
    }
  }

  private static func words(of field: TokenizerField) throws(TokenizerError) -> TokenizerFile.Words {
    let supported = "whose only pre-tokenizer is ByteLevel"
    let parts = try flattened(field, "pretokenizers")
    if field.isNull { throw field.unsupported("no pre-tokenizer", supported: supported) }
    try refuseOthers(in: parts, "pre-tokenizer", supported: supported)
    guard parts.count == 1 else {
      throw field.unsupported("a Sequence of \(parts.count) pre-tokenizers", supported: supported)
    }
    return TokenizerFile.Words(
      startWithSpace: try parts[0].member("add_prefix_space").boolean(),
      areSplit: try parts[0].member("use_regex").boolean(default: true)
    )
  }

  /// Refuses parts that are not ByteLevel, all their types at once.
  private static func refuseOthers(
    in parts: [TokenizerField],
    _ noun: String,
    supported: String
  ) throws(TokenizerError) {
    var (types, first) = ([String](), parts.first)
    for part in parts {
      let type = try part.typeName()
      if type == "ByteLevel" || types.contains(type) { continue }
      if types.isEmpty { first = part }
      types.append(type)
    }
    guard let first, !types.isEmpty else { return }
    let nouns = types.count == 1 ? noun : noun + "s"
    throw first.unsupported("the \(nouns) \(types.joined(separator: ", "))", supported: supported)
  }

  private static func checkDecoder(_ field: TokenizerField) throws(TokenizerError) {
    let supported = "whose only decoder is ByteLevel"
    // Fusing joins texts that have been joined already.
    var parts: [TokenizerField] = []
    for part in try flattened(field, "decoders") where try part.typeName() != "Fuse" { parts.append(part) }
    if parts.isEmpty { throw field.unsupported("no decoder", supported: supported) }
    try refuseOthers(in: parts, "decoder", supported: supported)
    guard parts.count == 1 else {
      throw field.unsupported("a Sequence of \(parts.count) decoders", supported: supported)
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
        supported: "whose post-processor is ByteLevel, TemplateProcessing or none"
      )
    }
  }
}
