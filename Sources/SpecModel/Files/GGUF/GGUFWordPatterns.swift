import SpecFiles

/// How byte-level tokenizers cut text into words: GGUF files give each way a name, `tokenizer.ggml.pre`, and leave it to
/// their readers to know it. Here it is told in the members of `tokenizer.json`, as the families' own files have it.
enum GGUFWordPatterns {
  /// What a name stands for.
  struct Pipeline {
    /// The normalizer.
    var normalizer: JSONValue = .null
    /// The pre-tokenizer.
    let preTokenizer: JSONValue
    /// Whether a word that is a token as a whole is that token, whatever the merges say.
    var ignoresMerges = false
  }

  /// The way of a name; nil for one that is not known.
  ///
  /// - Parameter name: `tokenizer.ggml.pre`; files that are older than it have none, and mean GPT-2's way.
  /// - Returns: the normalizer and the pre-tokenizer.
  static func pipeline(_ name: String?) -> Pipeline? {
    switch name {
    case nil, "default", "gpt-2", "phi-2", "mpt", "olmo", "jais", "trillion":
      Pipeline(preTokenizer: byteLevel(splits: true))
    case "smollm", "starcoder", "refact", "command-r", "codeshell", "exaone", "minerva-7b", "granite-docling":
      Pipeline(preTokenizer: sequence([digits, byteLevel(splits: true)]))
    case "llama3", "llama-v3", "llama-bpe", "falcon3", "dbrx", "smaug-bpe", "pixtral", "midm-2.0", "lfm2":
      Pipeline(preTokenizer: splitting(by: llama3), ignoresMerges: name != "dbrx" && name != "smaug-bpe")
    case "qwen2", "deepseek-r1-qwen", "megrez":
      Pipeline(normalizer: ["type": "NFC"], preTokenizer: splitting(by: qwen2))
    case "qwen35":
      Pipeline(normalizer: ["type": "NFC"], preTokenizer: splitting(by: qwen35))
    case "falcon":
      Pipeline(
        preTokenizer: sequence([split(falcon), byteLevel(splits: true), split("[0-9][0-9][0-9]")])
      )
    case "stablelm2", "hunyuan":
      Pipeline(preTokenizer: splitting(by: qwen2))
    case "tekken":
      Pipeline(preTokenizer: splitting(by: tekken), ignoresMerges: true)
    case "gpt-4o", "llama4":
      Pipeline(preTokenizer: splitting(by: gpt4o))
    case "deepseek-coder":
      Pipeline(preTokenizer: sequence(deepseekCoder.map(split) + [digits, byteLevel(splits: false)]))
    case "deepseek-llm":
      Pipeline(preTokenizer: sequence(deepseekLLM.map(split) + [digits, byteLevel(splits: false)]))
    case "deepseek-v3":
      Pipeline(preTokenizer: sequence(deepseekV3.map(split) + [byteLevel(splits: false)]))
    default: nil
    }
  }

  /// Names that are known, for a message.
  static let examples = "gpt-2, smollm, llama-bpe, qwen2, tekken, gpt-4o, deepseek-coder, deepseek-v3 and others"

  private static let contractions = "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
  private static let rest = #" ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
  private static let llama3 = contractions + #"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}|"# + rest
  private static let qwen2 = contractions + #"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}|"# + rest

  private static let qwen35 =
    contractions + #"|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|"#
    + #"\s*[\r\n]+|\s+(?!\S)|\s+"#
  private static let falcon = #"[\p{P}\$\+<=>\^~\|`]+"#

  private static let upper = #"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]"#
  private static let lower = #"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"#
  private static let tekken =
    #"[^\r\n\p{L}\p{N}]?\#(upper)*\#(lower)+|[^\r\n\p{L}\p{N}]?\#(upper)+\#(lower)*|\p{N}|"#
    + #" ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
  private static let gpt4o =
    #"[^\r\n\p{L}\p{N}]?\#(upper)*\#(lower)+\#(contractions)?|[^\r\n\p{L}\p{N}]?\#(upper)+\#(lower)*\#(contractions)?|"#
    + #"\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"#

  private static let newline = #"[\r\n]"#
  private static let eastAsian = "[\u{4E00}-\u{9FA5}\u{0800}-\u{4E00}\u{AC00}-\u{D7FF}]+"
  private static let deepseekCoder = [newline, #"\s?\p{L}+"#, #"\s?\p{P}+"#, eastAsian]

  private static let punctuation =
    "!-/:-~\u{FF01}-\u{FF0F}\u{FF1A}-\u{FF5E}\u{2018}-\u{201F}\u{3000}-\u{3002}"
  private static let deepseekLLM = [
    newline, #"\s?[\#(casedLetters)]+"#, #"\s?[\#(punctuation)]+"#, #"\s+$"#, eastAsian,
  ]

  /// Letters with two cases, as ranges: those of an older Unicode, which the models were trained with.
  private static let casedLetters =
    "A-Za-zµÀ-ÖØ-öø-ƺƼ-ƿǄ-ʓʕ-ʯͰ-ͳͶͷͻ-ͽͿΆΈ-ΊΌΎ-ΡΣ-ϵϷ-ҁҊ-ԯԱ-ՖႠ-ჅᎠ-Ᏽᏸ-ᏽᲐ-ᲺᲽ-Ჿᴀ-ᴫᵫ-ᵷᵹ-ᶚḀ-ἕἘ-Ἕἠ-ὅὈ-Ὅὐ-ὗὙὛὝὟ-\u{1F7D}ᾀ-ᾴᾶ-ᾼ"
    + "\u{1FBE}ῂ-ῄῆ-ῌῐ-\u{1FD3}ῖ-\u{1FDB}ῠ-Ῥῲ-ῴῶ-ῼℂℇℊ-ℓℕℙ-ℝℤ\u{2126}ℨ\u{212A}-ℭℯ-ℴℹℼ-ℿⅅ-ⅉⅎↃↄⰀ-ⱻⱾ-ⳤⳫ-ⳮⳲⳳꙀ-ꙭꚀ-ꚛꜢ-ꝯꝱ-ꞇꞋ-ꞎꭰ-ꮿﬀ-ﬆﬓ-ﬗＡ-Ｚａ-ｚ"
    + "𐐀-𐑏𐒰-𐓓𐓘-𐓻𐲀-𐲲𐳀-𐳲𑢠-𑣟𞤀-𞥃"

  private static let deepseekV3 = [
    #"\p{N}{1,3}"#, "[\u{4E00}-\u{9FA5}\u{3040}-\u{309F}\u{30A0}-\u{30FF}]+",
    ##"[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|"##
      + #"\s*[\r\n]+|\s+(?!\S)|\s+"#,
  ]

  private static let digits: JSONValue = ["type": "Digits", "individual_digits": true]

  private static func byteLevel(splits: Bool) -> JSONValue {
    ["type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": .boolean(splits)]
  }

  private static func split(_ pattern: String) -> JSONValue {
    ["type": "Split", "pattern": ["Regex": .text(pattern)], "behavior": "Isolated", "invert": false]
  }

  private static func sequence(_ parts: [JSONValue]) -> JSONValue {
    ["type": "Sequence", "pretokenizers": .array(parts)]
  }

  private static func splitting(by pattern: String) -> JSONValue {
    sequence([split(pattern), byteLevel(splits: false)])
  }
}
