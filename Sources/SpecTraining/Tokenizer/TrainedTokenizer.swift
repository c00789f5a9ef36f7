import Foundation
import SpecFiles
import SpecModel

/// A byte-level BPE vocabulary with its merges: special tokens first, then the 256 bytes, then what merges make.
package struct TrainedTokenizer: Equatable, Sendable {
  /// Two neighboring tokens that become one.
  package struct Merge: Hashable, Comparable, Sendable {
    /// The token on the left.
    package let left: Token
    /// The token on the right.
    package let right: Token

    /// Compares the left tokens, then the right ones.
    package static func < (one: Merge, other: Merge) -> Bool {
      (one.left, one.right) < (other.left, other.right)
    }
  }

  /// Tokens with a meaning of their own, with the ids from 0.
  package let specialTokens: SpecialTokens
  /// The bytes of every other token, in the order of ids.
  package let entries: [[UInt8]]
  /// What is joined, most important first.
  package let merges: [Merge]

  /// How many tokens there are.
  package var vocabularySize: Int { specialTokens.contents.count + entries.count }

  /// The id of a special token, nil if there is none of this content.
  package func token(ofSpecial content: String) -> Token? {
    specialTokens.contents.firstIndex { $0.utf8.elementsEqual(content.utf8) }.map { Token($0) }
  }

  /// Writes `tokenizer.json`, `tokenizer_config.json` and `special_tokens_map.json` as Hugging Face `tokenizers` and
  /// `transformers` read them.
  ///
  /// - Parameters:
  ///   - directory: an existing folder.
  ///   - contextLength: the model's most positions.
  ///   - chatTemplate: a chat template in Jinja, if the model has one.
  /// - Throws: `UnwritableFile`.
  package func write(to directory: String, contextLength: Int, chatTemplate: String? = nil) throws(UnwritableFile) {
    let folder = URL(fileURLWithPath: directory)
    let configuration = configuration(contextLength: contextLength, chatTemplate: chatTemplate)
    try OutputFile.write(tokenizer.document, to: folder.appending(path: "tokenizer.json").path)
    try OutputFile.write(
      JSONValue.object(configuration).document,
      to: folder.appending(path: "tokenizer_config.json").path
    )
    try OutputFile.write(
      JSONValue.object(specialTokenRoles).document,
      to: folder.appending(path: "special_tokens_map.json").path
    )
  }
}

/// The contents of the files.
extension TrainedTokenizer {
  private var tokenizer: JSONValue {
    .members([
      "version": "1.0",
      "truncation": nil,
      "padding": nil,
      "added_tokens": .array(specialTokens.contents.enumerated().map { addedToken($1, id: $0) }),
      "normalizer": nil,
      "pre_tokenizer": byteLevel(addsSpace: false),
      "post_processor": nil,
      "decoder": byteLevel(addsSpace: true),
      "model": .members([
        "type": "BPE",
        "dropout": nil,
        "unk_token": nil,
        "continuing_subword_prefix": nil,
        "end_of_word_suffix": nil,
        "fuse_unk": false,
        "byte_fallback": false,
        "vocab": vocabulary,
        "merges": mergeLines,
      ]),
    ])
  }

  private func addedToken(_ content: String, id: Int) -> JSONValue {
    .members([
      "id": .integer(id),
      "content": .text(content),
      "single_word": false,
      "lstrip": false,
      "rstrip": false,
      "normalized": false,
      "special": true,
    ])
  }

  private func byteLevel(addsSpace: Bool) -> JSONValue {
    .members([
      "type": "ByteLevel", "add_prefix_space": .boolean(addsSpace), "trim_offsets": true, "use_regex": true,
    ])
  }

  private var vocabulary: JSONValue {
    let names = specialTokens.contents.map { ArraySlice($0.utf8) } + entries.map { ByteAlphabet.word(of: $0)[...] }
    return .object(names.enumerated().map { JSONMember(key: $1, value: .integer($0)) })
  }

  private var mergeLines: JSONValue {
    .array(
      merges.map { merge in
        let (left, right) = (name(of: merge.left), name(of: merge.right))
        return .string(ArraySlice(left + [0x20] + right))
      }
    )
  }

  private func name(of token: Token) -> [UInt8] {
    ByteAlphabet.word(of: entries[Int(token) - specialTokens.contents.count])
  }

  private func configuration(contextLength: Int, chatTemplate: String?) -> [JSONMember] {
    var members = [member("tokenizer_class", "PreTrainedTokenizerFast")] + specialTokenRoles
    members += [
      member("clean_up_tokenization_spaces", false),
      member("model_max_length", .integer(contextLength)),
      member("add_bos_token", false),
      member("add_eos_token", false),
    ]
    if let chatTemplate { members.append(member("chat_template", .text(chatTemplate))) }
    return members
  }

  private var specialTokenRoles: [JSONMember] {
    var members = [
      member("bos_token", .text(specialTokens.begin)),
      member("eos_token", .text(specialTokens.end)),
      member("pad_token", .text(specialTokens.end)),
    ]
    if let unknown = specialTokens.unknown { members.append(member("unk_token", .text(unknown))) }
    if !specialTokens.others.isEmpty {
      members.append(member("additional_special_tokens", .array(specialTokens.others.map(JSONValue.text))))
    }
    return members
  }

  private func member(_ key: String, _ value: JSONValue) -> JSONMember {
    JSONMember(key: ArraySlice(key.utf8), value: value)
  }
}
