import SpecFiles

/// What `tokenizer.json` asks for beside its vocabulary. All that is malformed or not supported is told together.
struct TokenizerParts {
  private(set) var normalizers: [Normalizer] = []
  private(set) var preTokenizers: [PreTokenizer] = []
  private(set) var decoders: [TokenDecoder] = []
  /// What the post-processor puts around a text.
  private(set) var ends = TextEnds()
  /// What is malformed or not supported.
  private(set) var refusals: [TokenizerError] = []

  init(_ root: TokenizerField) {
    normalizers = each("normalizer", "normalizers", of: root) { (part) throws(TokenizerError) in
      try NormalizerReader.read(part)
    }
    preTokenizers = each("pre_tokenizer", "pretokenizers", of: root) { (part) throws(TokenizerError) in
      try PreTokenizerReader.read(part)
    }
    decoders = each("decoder", "decoders", of: root) { (part) throws(TokenizerError) in
      try DecoderReader.read(part)
    }
    let readEnds = each("post_processor", "processors", of: root) { (part) throws(TokenizerError) in
      [try TextEnds(part)]
    }
    for part in readEnds { ends.enclose(part) }
  }

  /// Reads the parts of a section, those of sequences in it too.
  private mutating func each<Part>(
    _ section: String,
    _ list: String,
    of root: TokenizerField,
    _ read: (TokenizerField) throws(TokenizerError) -> [Part]
  ) -> [Part] {
    var parts: [Part] = []
    do {
      for field in try Self.flattened(root.member(section), list) {
        do {
          parts += try read(field)
        } catch {
          refusals.append(error)
        }
      }
    } catch {
      refusals.append(error)
    }
    return parts
  }

  private static func flattened(
    _ field: TokenizerField,
    _ list: String
  ) throws(TokenizerError) -> [TokenizerField] {
    guard let field = field.unlessNull else { return [] }
    guard try field.typeName() == "Sequence" else { return [field] }
    var parts: [TokenizerField] = []
    for part in try field.member(list).elements() { parts += try flattened(part, list) }
    return parts
  }
}

/// What a post-processor puts around a text.
struct TextEnds {
  var prefix: [Token] = []
  var suffix: [Token] = []
  /// Whether a special token comes before the text, nil where no template says.
  var addsBeginToken: Bool?

  init() {}

  init(_ field: TokenizerField) throws(TokenizerError) {
    switch try field.typeName() {
    case "ByteLevel": break
    case "TemplateProcessing": try readTemplate(field)
    case "RobertaProcessing", "BertProcessing":
      prefix = [try Self.namedToken(field.member("cls"))]
      suffix = [try Self.namedToken(field.member("sep"))]
      addsBeginToken = true
    case let type:
      throw field.unsupported(
        "the post-processor \(type)",
        supported: "no others than ByteLevel, TemplateProcessing, RobertaProcessing and BertProcessing"
      )
    }
  }

  /// Puts what another processor adds around what is there.
  mutating func enclose(_ other: TextEnds) {
    prefix = other.prefix + prefix
    suffix += other.suffix
    addsBeginToken = other.addsBeginToken ?? addsBeginToken
  }

  private mutating func readTemplate(_ field: TokenizerField) throws(TokenizerError) {
    let tokens = try field.member("special_tokens")
    let pieces = try field.member("single").elements()
    var isBehindText = false
    addsBeginToken = false
    for (index, piece) in pieces.enumerated() {
      guard let special = try piece.member("SpecialToken").unlessNull else {
        isBehindText = true
        continue
      }
      if index == 0 { addsBeginToken = true }
      let name = try special.member("id").string()
      let ids = tokens.isNull ? [] : try Self.ids(of: tokens.member(name))
      if isBehindText { suffix += ids } else { prefix += ids }
    }
  }

  private static func ids(of field: TokenizerField) throws(TokenizerError) -> [Token] {
    var tokens: [Token] = []
    for element in try field.member("ids").elements() { tokens.append(try token(element)) }
    return tokens
  }

  /// The token of a list of its text and its id.
  private static func namedToken(_ field: TokenizerField) throws(TokenizerError) -> Token {
    let elements = try field.elements()
    guard elements.count == 2 else { throw field.mismatch(expected: "a token and its id") }
    return try token(elements[1])
  }

  private static func token(_ field: TokenizerField) throws(TokenizerError) -> Token {
    guard let token = VocabularyReader.token(try field.integer()) else {
      throw field.mismatch(expected: VocabularyReader.expectedId)
    }
    return token
  }
}
