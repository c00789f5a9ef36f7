import SpecFiles

/// Patterns and texts that several parts have.
extension TokenizerField {
  /// A pattern, written `{"String": …}` or `{"Regex": …}`.
  fileprivate func pattern() throws(TokenizerError) -> TextPattern {
    let text = try member("String")
    if !text.isNull {
      guard try !text.bytes().isEmpty else { throw text.mismatch(expected: "a string that is not empty") }
      return TextPattern(text: try text.bytes())
    }
    let expression = try member("Regex")
    do {
      return try TextPattern(expression: try expression.string())
    } catch let error as PatternError {
      throw expression.unsupported("a pattern with \(error.problem)", supported: "patterns without that")
    } catch let error as TokenizerError {
      throw error
    } catch {
      throw expression.mismatch(expected: "a pattern")
    }
  }

  fileprivate func scalar() throws(TokenizerError) -> Unicode.Scalar {
    let scalars = try string().unicodeScalars
    guard scalars.count == 1, let scalar = scalars.first else { throw mismatch(expected: "a string of one character") }
    return scalar
  }

  fileprivate func refusal(_ noun: String, known: String) throws(TokenizerError) -> TokenizerError {
    unsupported("the \(noun) \(try typeName())", supported: "no others than \(known)")
  }
}

/// Reads a normalizer.
enum NormalizerReader {
  static func read(_ field: TokenizerField) throws(TokenizerError) -> [Normalizer] {
    let type = try field.typeName()
    if let form = UnicodeForm(rawValue: type) { return [.form(form)] }
    switch type {
    case "Lowercase": return [.lowercase]
    case "StripAccents": return [.stripAccents]
    case "ByteLevel": return [.byteLevel]
    case "Prepend": return [.prepend(Array(try field.member("prepend").bytes()))]
    case "Strip":
      let left = try field.member("strip_left").boolean(default: true)
      return [.strip(left: left, right: try field.member("strip_right").boolean(default: true))]
    case "Replace":
      let pattern = try field.member("pattern").pattern()
      return [.replace(pattern, content: Array(try field.member("content").bytes()))]
    case "BertNormalizer" where try isOff(field): return []
    default:
      throw try field.refusal(
        "normalizer",
        known: "NFC, NFD, NFKC, NFKD, Lowercase, StripAccents, Strip, Prepend, Replace and ByteLevel"
      )
    }
  }

  /// Whether the normalizer of BERT leaves every text as it is.
  private static func isOff(_ field: TokenizerField) throws(TokenizerError) -> Bool {
    for key in ["clean_text", "handle_chinese_chars", "strip_accents", "lowercase"] {
      if try field.member(key).boolean(default: key != "strip_accents") { return false }
    }
    return true
  }
}

/// Reads a pre-tokenizer.
enum PreTokenizerReader {
  static func read(_ field: TokenizerField) throws(TokenizerError) -> [PreTokenizer] {
    switch try field.typeName() {
    case "ByteLevel":
      let addsSpace = try field.member("add_prefix_space").boolean()
      let splits = try field.member("use_regex").boolean(default: true)
      return (addsSpace ? [.prefixSpace] : []) + (splits ? [.gpt2] : []) + [.byteLetters]
    case "Split":
      let isInverted = try field.member("invert").boolean(default: false)
      return [.split(try field.member("pattern").pattern(), try behavior(field), isInverted: isInverted)]
    case "Digits":
      let isSingle = try field.member("individual_digits").boolean(default: false)
      return [.separate(.number, isSingle ? .isolated : .contiguous)]
    case "Punctuation":
      return [.separate(.punctuation, try field.member("behavior").isNull ? .isolated : behavior(field))]
    case "Whitespace": return [.split(words, .removed, isInverted: true)]
    case "WhitespaceSplit": return [.separate(.whitespace, .removed)]
    case "BertPreTokenizer":
      return [.separate(.whitespace, .removed), .separate(.bertPunctuation, .isolated)]
    case "CharDelimiterSplit": return [.separate(.scalar(try field.member("delimiter").scalar().value), .removed)]
    case "Metaspace": return [try metaspace(field)]
    default:
      throw try field.refusal(
        "pre-tokenizer",
        known: "ByteLevel, Split, Digits, Metaspace, Punctuation, Whitespace, WhitespaceSplit, CharDelimiterSplit and "
          + "BertPreTokenizer"
      )
    }
  }

  private static func behavior(_ field: TokenizerField) throws(TokenizerError) -> PreTokenizer.Behavior {
    let name = try field.member("behavior")
    guard let behavior = PreTokenizer.Behavior(rawValue: try name.string()) else {
      throw name.mismatch(expected: "Removed, Isolated, MergedWithPrevious, MergedWithNext or Contiguous")
    }
    return behavior
  }

  private static func metaspace(_ field: TokenizerField) throws(TokenizerError) -> PreTokenizer {
    .metaspace(
      replacement: try field.member("replacement").scalar(),
      try prependScheme(field),
      splits: try field.member("split").boolean(default: true)
    )
  }

  /// Older files say only whether a space is added.
  static func prependScheme(_ field: TokenizerField) throws(TokenizerError) -> PreTokenizer.PrependScheme {
    guard let name = try field.member("prepend_scheme").unlessNull else {
      return try field.member("add_prefix_space").boolean(default: true) ? .always : .never
    }
    guard let scheme = PreTokenizer.PrependScheme(rawValue: try name.string()) else {
      throw name.mismatch(expected: "always, first or never")
    }
    return scheme
  }

  /// `\w+|[^\w\s]+`
  private static let words = TextPattern(known: #"\w+|[^\w\s]+"#)
}

/// Reads a decoder.
enum DecoderReader {
  static func read(_ field: TokenizerField) throws(TokenizerError) -> [TokenDecoder] {
    switch try field.typeName() {
    case "ByteLevel": return [.byteLevel]
    case "ByteFallback": return [.byteFallback]
    case "Fuse": return [.fuse]
    case "Strip":
      let content = try field.member("content").scalar()
      return [.strip(content, start: try count(field.member("start")), stop: try count(field.member("stop")))]
    case "Replace":
      let pattern = try field.member("pattern").pattern()
      return [.replace(pattern, content: Array(try field.member("content").bytes()))]
    case "Metaspace":
      let replacement = try field.member("replacement").scalar()
      return [.metaspace(replacement: replacement, dropsFirst: try PreTokenizerReader.prependScheme(field) != .never)]
    case "BPEDecoder":
      let suffix = try field.member("suffix")
      return [.wordSuffix(try suffix.isNull ? Array("</w>".utf8) : Array(suffix.bytes()))]
    default:
      throw try field.refusal(
        "decoder",
        known: "ByteLevel, ByteFallback, Fuse, Strip, Replace, Metaspace and BPEDecoder"
      )
    }
  }

  private static func count(_ field: TokenizerField) throws(TokenizerError) -> Int {
    let count = try field.integer()
    guard count >= 0 else { throw field.mismatch(expected: "0 or more") }
    return count
  }
}
