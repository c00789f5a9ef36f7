import Foundation
import SpecModel
import Testing

/// A change to a good tokenizer that makes it a bad one, and what the complaint must contain.
struct TokenizerFlaw: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let mentions: [String]
  let change: @Sendable (inout SmallTokenizer) -> Void

  init(_ name: String, mentions: String..., change: @escaping @Sendable (inout SmallTokenizer) -> Void) {
    testDescription = name
    self.mentions = mentions
    self.change = change
  }

  static func section(_ key: String, _ json: String, mentions: String) -> TokenizerFlaw {
    TokenizerFlaw("\(key) \(json)", mentions: mentions) { $0.sections[key] = json }
  }

  static func model(_ key: String, _ json: String, mentions: String) -> TokenizerFlaw {
    TokenizerFlaw("model.\(key) \(json)", mentions: mentions) { $0.model[key] = json }
  }

  static func id(_ json: String, mentions: String) -> TokenizerFlaw {
    TokenizerFlaw("id \(json)", mentions: "\"model.vocab\"", mentions) { $0.vocabulary.append(("new", json)) }
  }

  static func text(_ text: String, mentions: String) -> TokenizerFlaw {
    TokenizerFlaw(text, mentions: mentions) { $0.rawText = Array(text.utf8) }
  }
}

@Suite struct TokenizerFileTests {
  static let unsupported: [TokenizerFlaw] = [
    .section("normalizer", #"{"type": "Precompiled"}"#, mentions: "the normalizer Precompiled at \"normalizer\""),
    .section("normalizer", #"{"type": "BertNormalizer", "lowercase": true}"#, mentions: "BertNormalizer"),
    .section("pre_tokenizer", #"{"type": "UnicodeScripts"}"#, mentions: "UnicodeScripts"),
    .section(
      "pre_tokenizer",
      #"{"type": "Sequence", "pretokenizers": [{"type": "Nothing"}, {"type": "ByteLevel", "add_prefix_space": false}]}"#,
      mentions: "the pre-tokenizer Nothing at \"pre_tokenizer.pretokenizers[0]\""
    ),
    .section(
      "pre_tokenizer",
      #"{"type": "Split", "pattern": {"Regex": "(a)\\1"}, "behavior": "Isolated"}"#,
      mentions: #"a pattern with \1 at "pre_tokenizer.pattern.Regex""#
    ),
    .section("decoder", #"{"type": "WordPiece"}"#, mentions: "the decoder WordPiece"),
    .section("decoder", #"{"type": "Meta\nspace"}"#, mentions: #""Meta\nspace""#),
    .section("post_processor", #"{"type": "Other"}"#, mentions: "the post-processor Other"),
    .section(
      "post_processor",
      #"{"type": "Sequence", "processors": [{"type": "PairProcessing"}]}"#,
      mentions: "PairProcessing"
    ),
    .model("type", #""Unigram""#, mentions: "a Unigram model"),
    .model("type", #""WordPiece""#, mentions: "a WordPiece model"),
    .model("dropout", "0.1", mentions: "dropout"),
  ]

  /// What a tokenizer may have instead is said so that it can be read aloud.
  @Test func saysWhatIsSupportedInPlainWords() throws {
    var small = SmallTokenizer()
    small.model["type"] = #""Unigram""#
    let error = try #require(throws: TokenizerError.self) { try small.load() }
    #expect(
      error.description.hasSuffix(
        ": it has a Unigram model at \"model.type\", which is not supported; use a checkpoint whose tokenizer has a BPE "
          + "model"
      ),
      "\(error)"
    )
  }

  @Test func namesAllThatItDoesNotDoAtOnce() throws {
    var small = SmallTokenizer()
    small.sections["normalizer"] =
      #"{"type": "Sequence", "normalizers": [{"type": "Precompiled"}, {"type": "NFC"}, {"type": "Nmt"}]}"#
    small.sections["decoder"] = #"{"type": "Sequence", "decoders": [{"type": "CTC"}, {"type": "Fuse"}]}"#
    small.model["dropout"] = "0.1"
    let error = try #require(throws: TokenizerError.self) { try small.load() }
    #expect(error.lines.count == 5 && error.lines[0].contains("4 things"), "\(error)")
    for words in ["Precompiled", "Nmt", "the decoder CTC", "dropout (the number 0.1)"] {
      #expect(error.description.contains(words), "\(words) in \(error)")
    }
  }

  static let malformed: [TokenizerFlaw] = [
    .text("", mentions: "an empty file"),
    .text("{\n\"model\": [1, 2\n", mentions: "line 3"),
    .text("{} x", mentions: "expected the end of the file"),
    .text("{\"a\" 1}", mentions: "a colon"),
    .text("{\"a\": 1, }", mentions: "a key in quotes"),
    .text("[1 2]", mentions: "a comma"),
    .text("\"abc", mentions: "closing quote"),
    .text("\"a\nb\"", mentions: "closing quote"),
    .text(#""\x""#, mentions: "escape"),
    .text(#""\u12G4""#, mentions: "hexadecimal"),
    .text(#""\ud800""#, mentions: "surrogate"),
    .text(#""\udc00\ud800""#, mentions: "surrogate"),
    .text(#""\ud800\ud800""#, mentions: "surrogate"),
    .text("{\"a\": 012}", mentions: "a value"),
    .text("{\"a\": --1}", mentions: "a value"),
    .text("{\"a\": 1e999}", mentions: "a value"),
    .text("{\"a\": nul}", mentions: "null"),
    .text(String(repeating: "[", count: 100_000), mentions: "nesting"),
    .text("[]", mentions: "an object"),
    .text("{}", mentions: "model"),
    TokenizerFlaw("not UTF-8", mentions: "not UTF-8 at line 2") { $0.rawText = [0x0A, 0x22, 0xFF, 0x22, 0x0A] },
    .section("pre_tokenizer", #"{"type": "ByteLevel"}"#, mentions: "\"pre_tokenizer.add_prefix_space\""),
    .section("pre_tokenizer", #"{"type": 5}"#, mentions: "a string"),
    .section("post_processor", #"{"type": "TemplateProcessing"}"#, mentions: "\"post_processor.single\""),
    .section("added_tokens", "{}", mentions: "an array"),
    .section("added_tokens", #"[{"id": -1, "content": "x"}]"#, mentions: "the integer -1"),
    .section("added_tokens", #"[{"id": 4194304, "content": "x"}]"#, mentions: "4194303"),
    .section("added_tokens", #"[{"content": "x"}]"#, mentions: "\"added_tokens[0].id\""),
    .section("added_tokens", #"[{"id": 300}]"#, mentions: "\"added_tokens[0].content\""),
    .section("added_tokens", #"[{"id": 300, "content": ""}]"#, mentions: "not empty"),
    .section("added_tokens", #"[{"id": 300, "content": "x", "lstrip": 1}]"#, mentions: "true or false"),
    .section("added_tokens", #"[{"id": 300, "content": "xy"}, {"id": 301, "content": "xy"}]"#, mentions: "twice"),
    .section("added_tokens", #"[{"id": 300, "content": "xy"}, {"id": 300, "content": "z"}]"#, mentions: "twice"),
    .section("added_tokens", #"[{"id": 300, "content": "a"}]"#, mentions: "another token"),
    .section("added_tokens", #"[{"id": 97, "content": "xy"}]"#, mentions: "another token"),
    .model("merges", "{}", mentions: "an array"),
    .model("merges", "null", mentions: "\"model.merges\""),
    .model("merges", #"["a"]"#, mentions: "two tokens"),
    .model("merges", #"["a b c"]"#, mentions: "two tokens"),
    .model("merges", #"[["a"]]"#, mentions: "two tokens"),
    .model("merges", #"[["a", 1]]"#, mentions: "two tokens"),
    .model("merges", "[7]", mentions: "the integer 7 as merge 1"),
    .model("merges", #"["a bb"]"#, mentions: "\"bb\", which is no token, in merge 1"),
    .model("merges", #"["a b"]"#, mentions: "\"ab\", which is no token, in merge 1"),
    .model("ignore_merges", "1", mentions: "true or false"),
    .model("byte_fallback", "0", mentions: "true or false"),
    .model("end_of_word_suffix", "1", mentions: "a string"),
    .id("-1", mentions: "the integer -1"),
    .id("4194304", mentions: "4194303"),
    .id("99999999999999999999", mentions: "the number"),
    .id("256.5", mentions: "256.5"),
    .id("\"256\"", mentions: "a token id"),
    .id("null", mentions: "a token id"),
    .id("97", mentions: "for both \"a\" and \"new\""),
    TokenizerFlaw("a key twice", mentions: "the key \"a\" twice") { $0.vocabulary.append(("a", "300")) },
    .section("pre_tokenizer", #"{"type": "Split", "behavior": "Isolated"}"#, mentions: "pattern"),
    .section(
      "pre_tokenizer",
      #"{"type": "Split", "pattern": {"String": "a"}, "behavior": "Other"}"#,
      mentions: "MergedWithNext"
    ),
    .section("pre_tokenizer", #"{"type": "Metaspace", "replacement": "ab"}"#, mentions: "one character"),
    .section("decoder", #"{"type": "Strip", "content": " ", "start": -1, "stop": 0}"#, mentions: "0 or more"),
    .model("unk_token", #""<none>""#, mentions: "no token"),
    TokenizerFlaw("neither a type nor merges", mentions: "\"model.type\"") { $0.model = [:] },
    TokenizerFlaw("a long and ugly word", mentions: #""\u{1B}[31mx"#, "x…\"") {
      $0.model["merges"] = #"["\u001b[31m\#(String(repeating: "x", count: 10_000)) a"]"#
    },
  ]

  private func complaint(about small: SmallTokenizer) throws -> TokenizerError {
    try #require(throws: TokenizerError.self) { try small.load() }
  }

  private func isOneSentence(_ text: String) -> Bool {
    !text.hasSuffix(".") && text.count < 500 && text.unicodeScalars.allSatisfy { $0.value >= 0x20 }
  }

  /// Parts that leave every text as it is may be there.
  @Test(arguments: [
    ("normalizer", #"{"type": "Sequence", "normalizers": []}"#),
    ("normalizer", #"{"type": "Sequence", "normalizers": [{"type": "Sequence", "normalizers": []}]}"#),
    ("normalizer", #"{"type": "Prepend", "prepend": ""}"#),
    ("normalizer", #"{"type": "Replace", "pattern": {"String": "a"}, "content": "a"}"#),
    (
      "pre_tokenizer",
      #"{"type": "Sequence", "pretokenizers": [{"type": "Sequence", "pretokenizers": []}, "#
        + #"{"type": "ByteLevel", "add_prefix_space": false}]}"#
    ), ("decoder", #"{"type": "Sequence", "decoders": [{"type": "ByteLevel"}, {"type": "Fuse"}]}"#),
    ("post_processor", #"{"type": "Sequence", "processors": []}"#),
  ])
  func takesPartsThatDoNothing(section: String, value: String) throws {
    var small = SmallTokenizer()
    let plain = try small.load().encode("as a text")
    small.sections[section] = value
    #expect(try small.load().encode("as a text") == plain)
  }

  @Test(arguments: unsupported) func refusesWhatItDoesNotDo(flaw: TokenizerFlaw) throws {
    var small = SmallTokenizer()
    flaw.change(&small)
    let error = try complaint(about: small)
    guard case .unsupported(let file, _, _) = error else {
      Issue.record("\(error)")
      return
    }
    #expect(file.hasSuffix("/tokenizer.json"))
    #expect(isOneSentence(error.description))
    for mention in flaw.mentions { #expect(error.description.contains(mention)) }
  }

  @Test(arguments: malformed) func refusesMalformedFiles(flaw: TokenizerFlaw) throws {
    var small = SmallTokenizer()
    flaw.change(&small)
    let error = try complaint(about: small)
    #expect(error.description.contains("/tokenizer.json"))
    #expect(isOneSentence(error.description))
    for mention in flaw.mentions { #expect(error.description.contains(mention)) }
  }

  @Test func refusesAMissingFile() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "no-such-\(UUID().uuidString)").path
    let error = try #require(throws: TokenizerError.self) { try Tokenizer(directory: folder) }
    #expect(error.description.contains("\(folder)/tokenizer.json: found no such file, expected a readable file; "))
  }

  @Test func saysHowToConvertASentencePieceModel() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "tokenizer-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try Data([10]).write(to: folder.appending(path: "tokenizer.model"))
    let error = try #require(throws: TokenizerError.self) { try Tokenizer(directory: folder.path) }
    #expect(error.description.contains("/tokenizer.model: "))
    #expect(error.description.contains("save_pretrained"))
  }

  @Test func refusesAFolderInPlaceOfAFile() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "tokenizer-\(UUID().uuidString)")
    try FileManager.default.createDirectory(
      at: folder.appending(path: "tokenizer.json"),
      withIntermediateDirectories: true
    )
    defer { try? FileManager.default.removeItem(at: folder) }
    let error = try #require(throws: TokenizerError.self) { try Tokenizer(directory: folder.path) }
    #expect(error.description.contains("/tokenizer.json: found a folder, expected a file; "))
  }

  @Test(arguments: ["{", "[]", #"{"add_bos_token": "yes"}"#])
  func refusesAMalformedConfiguration(configuration: String) throws {
    var small = SmallTokenizer()
    small.configuration = configuration
    #expect(try complaint(about: small).description.contains("/tokenizer_config.json"))
  }

  @Test func knowsWhetherABeginTokenIsWanted() throws {
    let begins =
      #"{"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "<s>"}}, {"Sequence": {"id": "A"}}]}"#
    let ends =
      #"{"type": "TemplateProcessing", "single": [{"Sequence": {"id": "A"}}, {"SpecialToken": {"id": "</s>"}}]}"#
    let byteLevel = #"{"type": "ByteLevel"}"#
    let sequence = #"{"type": "Sequence", "processors": [\#(byteLevel), \#(begins)]}"#
    let cases: [(processor: String, configuration: String?, expected: Bool?)] = [
      ("null", nil, nil), (byteLevel, nil, nil), (begins, nil, true), (ends, nil, false), (sequence, nil, true),
      ("null", "{}", nil), (begins, #"{"add_bos_token": null}"#, true), (begins, #"{"add_bos_token": false}"#, false),
      ("null", #"{"add_bos_token": true, "bos_token": "<s>"}"#, true),
    ]
    for (processor, configuration, expected) in cases {
      var small = SmallTokenizer()
      small.sections["post_processor"] = processor
      small.configuration = configuration
      #expect(try small.load().addsBeginToken == expected, "\(processor) \(configuration ?? "")")
    }
  }

  @Test func readsEscapesAndForeignKeys() throws {
    var small = SmallTokenizer()
    small.model["type"] = nil
    small.model["unk_token"] = "null"
    small.sections["added_tokens"] =
      #"[{"id": 300, "content": "\u003c\ud83d\ude00\t\/\b\f\n\r\"\\\u003E", "new_key": [1.5e3]}]"#
    small.vocabulary.append(("漢", "256"))
    let tokenizer = try small.load()
    #expect(tokenizer.encode("<😀\t/\u{8}\u{C}\n\r\"\\>") == [300])
    #expect(tokenizer.decode([256]) == "漢")
    #expect(tokenizer.encode("漢") == [0xE6, 0xBC, 0xA2])
    #expect(tokenizer.decode([0xE6, 0xBC, 0xA2]) == "漢")
  }

  @Test func takesIdsInAnyOrderAndIgnoresVersionLines() throws {
    var small = SmallTokenizer()
    small.addMerges([("a", "b")])
    small.model["merges"] = ##"["#version: 0.2", "a b"]"##
    small.vocabulary.reverse()
    let tokenizer = try small.load()
    #expect(tokenizer.encode("ab") == [256])
    #expect(tokenizer.vocabularySize == 257)
  }
}
