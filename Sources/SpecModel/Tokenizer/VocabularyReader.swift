import SpecFiles

/// Reads the `model` of `tokenizer.json`: vocabulary and merges.
struct VocabularyReader {
  static let expectedId = "a token id from 0 to \(Vocabulary.largestCount - 1)"

  let vocabulary: Vocabulary
  let model: TokenModel

  /// The token of an id, nil if it is out of bounds.
  static func token(_ id: Int) -> Token? {
    0..<Vocabulary.largestCount ~= id ? Token(id) : nil
  }

  init(model: TokenizerField, addedTokens: [AddedToken]) throws(TokenizerError) {
    try VocabularyReader.checkFeatures(of: model)
    let field = try model.member("vocab")
    vocabulary = try VocabularyReader.vocabulary(of: field)
    try VocabularyReader.check(addedTokens, against: vocabulary, field)
    self.model = .bytePair(try VocabularyReader.rules(of: model, vocabulary, addedTokens))
  }

  private static func rules(
    of model: TokenizerField,
    _ vocabulary: Vocabulary,
    _ addedTokens: [AddedToken]
  ) throws(TokenizerError) -> BytePairModel {
    let prefix = try affix(model.member("continuing_subword_prefix"))
    var rules = BytePairModel(merges: try merges(of: model.member("merges"), vocabulary, prefix: prefix))
    rules.continuationPrefix = prefix
    rules.wordSuffix = try affix(model.member("end_of_word_suffix"))
    rules.fusesUnknown = try model.member("fuse_unk").boolean(default: false)
    rules.fallsBackToBytes = try model.member("byte_fallback").boolean(default: false)
    rules.ignoresMerges = try model.member("ignore_merges").boolean(default: false)
    let unknown = try model.member("unk_token")
    if let text = try unknown.unlessNull?.bytes() {
      guard let token = vocabulary.token(for: text) ?? addedTokens.first(where: { $0.content == text })?.token else {
        throw unknown.malformed(found: "\(quoted(text)), which is no token,", expected: "a token of the vocabulary")
      }
      rules.unknownToken = token
    }
    return rules
  }

  private static func affix(_ field: TokenizerField) throws(TokenizerError) -> [UInt8] {
    try field.unlessNull.map { (field) throws(TokenizerError) in Array(try field.bytes()) } ?? []
  }

  private static func checkFeatures(of model: TokenizerField) throws(TokenizerError) {
    // Early files name no type, but only a BPE model has merges.
    let type = try model.member("type")
    let merges = try model.member("merges")
    if !type.isNull || merges.isNull {
      let name = try model.typeName()
      guard name == "BPE" else { throw type.unsupported("a \(name) model", supported: "a BPE model") }
    }
    let dropout = try model.member("dropout")
    switch dropout.value {
    case nil, .null, .integer(0), .number(0): break
    default: throw dropout.unsupported("dropout (\(dropout.summary))", supported: "no dropout")
    }
  }

  private static func vocabulary(of field: TokenizerField) throws(TokenizerError) -> Vocabulary {
    guard case .object(let members) = field.value else { throw field.mismatch(expected: "an object") }
    var vocabulary = Vocabulary(capacity: members.count)
    for member in members {
      // Only an error needs the key quoted, and quoting every one would slow loading down.
      var key: String { quoted(member.key) }
      guard case .integer(let id) = member.value, let token = token(id) else {
        throw field.malformed(found: "\(member.value.tokenizerSummary) for \(key)", expected: expectedId)
      }
      do {
        try vocabulary.add(member.key, token)
      } catch {
        switch error {
        case .sameText: throw field.malformed(found: "the key \(key) twice", expected: "each key once")
        case .sameID:
          throw field.malformed(
            found: "the id \(id) for both \(quoted(vocabulary[token])) and \(key)",
            expected: "an id of its own for each key"
          )
        case .idOutOfBounds: throw field.malformed(found: "too long a text", expected: "less than 2 GiB")
        }
      }
    }
    return vocabulary
  }

  private static func check(
    _ addedTokens: [AddedToken],
    against vocabulary: Vocabulary,
    _ field: TokenizerField
  ) throws(TokenizerError) {
    var contents = Set<ArraySlice<UInt8>>()
    var ids = Set<Token>()
    for added in addedTokens {
      let name = quoted(added.content)
      guard contents.insert(added.content).inserted, ids.insert(added.token).inserted else {
        throw TokenizerField(nil, file: field.file, path: "added_tokens").malformed(
          found: "the content or the id of \(name) (\(added.token)) twice",
          expected: "each content and each id once"
        )
      }
      let known = vocabulary.token(for: added.content)
      if known != added.token, known != nil || vocabulary.contains(added.token) {
        throw field.malformed(
          found: "another token for \(name) or for the id \(added.token)",
          expected: "the one that \"added_tokens\" names"
        )
      }
    }
  }

  private static func merges(
    of field: TokenizerField,
    _ vocabulary: Vocabulary,
    prefix: [UInt8]
  ) throws(TokenizerError) -> [BytePairModel.Merge] {
    guard case .array(let nodes) = field.value else { throw field.mismatch(expected: "an array") }
    var merges: [BytePairModel.Merge] = []
    merges.reserveCapacity(nodes.count)
    for (index, node) in nodes.enumerated() {
      if case .string(let line) = node, line.starts(with: "#version".utf8) { continue }
      guard let (left, right) = pair(node) else {
        throw field.malformed(found: "\(node.tokenizerSummary) as merge \(index + 1)", expected: "two tokens to merge")
      }
      func unknown(_ word: ArraySlice<UInt8>) -> TokenizerError {
        field.malformed(
          found: "\(quoted(word)), which is no token, in merge \(index + 1)",
          expected: "tokens of the vocabulary that make one of it"
        )
      }
      guard let leftToken = vocabulary.token(for: left) else { throw unknown(left) }
      guard let rightToken = vocabulary.token(for: right) else { throw unknown(right) }
      // What continues a word loses its mark where it is joined.
      let rest = right.dropFirst(prefix.count)
      guard let result = vocabulary.token(for: left, rest) else { throw unknown(left + rest) }
      merges.append(BytePairModel.Merge(left: leftToken, right: rightToken, result: result))
    }
    return merges
  }

  /// The two sides of a merge, written as `"a b"` or as `["a", "b"]`.
  private static func pair(_ node: JSONValue) -> (left: ArraySlice<UInt8>, right: ArraySlice<UInt8>)? {
    switch node {
    case .string(let line):
      let parts = line.split(separator: 0x20, omittingEmptySubsequences: false)
      return parts.count == 2 ? (parts[0], parts[1]) : nil
    case .array(let sides):
      guard sides.count == 2, case .string(let left) = sides[0], case .string(let right) = sides[1] else { return nil }
      return (left, right)
    default: return nil
    }
  }
}
