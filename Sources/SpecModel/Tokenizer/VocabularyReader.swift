import SpecFiles

/// Reads the `model` of `tokenizer.json`: vocabulary and merges.
struct VocabularyReader {
  /// Bounds the tables that an id can make grow; published vocabularies stay below 300 thousand tokens.
  private static let largestCount = 1 << 22
  static let expectedId = "a token id from 0 to \(largestCount - 1)"

  let encoder: BytePairEncoder
  let tokenBytes: TokenBytes

  /// The token of an id, nil if it is out of bounds.
  static func token(_ id: Int) -> Token? {
    0..<largestCount ~= id ? Token(id) : nil
  }

  init(model: TokenizerField, addedTokens: [AddedToken]) throws(TokenizerError) {
    try VocabularyReader.checkFeatures(of: model)
    let vocabulary = try model.member("vocab")
    let tokens = try VocabularyReader.tokens(of: vocabulary)
    var tokenBytes = TokenBytes()
    var byteTokens = [Token?](repeating: nil, count: 256)
    var words: [(bytes: [UInt8], token: Token)] = []
    for (key, token) in tokens {
      let word = ByteAlphabet.bytes(of: key)
      // What is not written in the alphabet stands for itself, as in Hugging Face's decoder.
      tokenBytes.set(word ?? Array(key), for: token)
      guard let word else { continue }
      if word.count == 1 { byteTokens[Int(word[0])] = token }
      words.append((word, token))
    }
    try VocabularyReader.add(addedTokens, to: &tokenBytes, vocabulary: vocabulary, tokens: tokens)
    let merges = try VocabularyReader.merges(of: model.member("merges"), tokens: tokens)
    let ignoresMerges = try model.member("ignore_merges").boolean(default: false)
    encoder = BytePairEncoder(
      byteTokens: try VocabularyReader.complete(byteTokens, vocabulary: vocabulary),
      ranks: merges.ranks,
      mergedTokens: merges.results,
      wholeWords: ignoresMerges ? Dictionary(words.map { ($0.bytes[...], $0.token) }) { first, _ in first } : [:]
    )
    self.tokenBytes = tokenBytes
  }

  private static func checkFeatures(of model: TokenizerField) throws(TokenizerError) {
    // Early files name no type, but only a BPE model has merges.
    let type = try model.member("type")
    let merges = try model.member("merges")
    if !type.isNull || merges.isNull {
      let name = try model.typeName()
      guard name == "BPE" else { throw type.unsupported("a \(name) model", supported: "whose model is BPE") }
    }
    let refusals = try refusals(of: model)
    if refusals.count > 1 { throw .several(file: model.file, refusals) }
    if let only = refusals.first { throw only }
  }

  /// What a BPE model has that is not supported, all of it.
  private static func refusals(of model: TokenizerField) throws(TokenizerError) -> [TokenizerError] {
    var refusals: [TokenizerError] = []
    let fallback = try model.member("byte_fallback")
    if try fallback.boolean(default: false) {
      refusals.append(fallback.unsupported("byte fallback", supported: "with a token for every byte"))
    }
    let dropout = try model.member("dropout")
    switch dropout.value {
    case nil, .null, .integer(0), .number(0): break
    default: refusals.append(dropout.unsupported("dropout (\(dropout.summary))", supported: "without dropout"))
    }
    for name in ["continuing_subword_prefix", "end_of_word_suffix"] {
      let affix = try model.member(name)
      if affix.isNull { continue }
      guard try affix.bytes().isEmpty else {
        refusals.append(affix.unsupported(affix.summary, supported: "with null or an empty string there"))
        continue
      }
    }
    return refusals
  }

  private static func tokens(of vocabulary: TokenizerField) throws(TokenizerError) -> [ArraySlice<UInt8>: Token] {
    guard case .object(let members) = vocabulary.value else { throw vocabulary.mismatch(expected: "an object") }
    var tokens: [ArraySlice<UInt8>: Token] = [:]
    tokens.reserveCapacity(members.count)
    var keys: [Token: ArraySlice<UInt8>] = [:]
    keys.reserveCapacity(members.count)
    for member in members {
      // Only an error needs the key quoted, and quoting every one would slow loading down.
      var key: String { quoted(member.key) }
      guard case .integer(let id) = member.value, let token = token(id) else {
        throw vocabulary.malformed(found: "\(member.value.tokenizerSummary) for \(key)", expected: expectedId)
      }
      guard tokens.updateValue(token, forKey: member.key) == nil else {
        throw vocabulary.malformed(found: "the key \(key) twice", expected: "each key once")
      }
      if let other = keys.updateValue(member.key, forKey: token) {
        throw vocabulary.malformed(
          found: "the id \(id) for both \(quoted(other)) and \(key)",
          expected: "an id of its own for each key"
        )
      }
    }
    return tokens
  }

  private static func add(
    _ addedTokens: [AddedToken],
    to tokenBytes: inout TokenBytes,
    vocabulary: TokenizerField,
    tokens: [ArraySlice<UInt8>: Token]
  ) throws(TokenizerError) {
    let vocabularyTokens = Set(tokens.values)
    var contents = Set<ArraySlice<UInt8>>()
    var ids = Set<Token>()
    for added in addedTokens {
      let name = quoted(added.content)
      guard contents.insert(added.content).inserted, ids.insert(added.token).inserted else {
        throw TokenizerField(nil, file: vocabulary.file, path: "added_tokens").malformed(
          found: "the content or the id of \(name) (\(added.token)) twice",
          expected: "each content and each id once"
        )
      }
      if tokens[added.content] != added.token, tokens[added.content] != nil || vocabularyTokens.contains(added.token) {
        throw vocabulary.malformed(
          found: "another token for \(name) or for the id \(added.token)",
          expected: "the one that \"added_tokens\" names"
        )
      }
      tokenBytes.set(added.content, for: added.token)
    }
  }

  private static func merges(
    of field: TokenizerField,
    tokens: [ArraySlice<UInt8>: Token]
  ) throws(TokenizerError) -> (ranks: [UInt64: Int], results: [Token]) {
    guard case .array(let nodes) = field.value else { throw field.mismatch(expected: "an array") }
    var ranks: [UInt64: Int] = [:]
    ranks.reserveCapacity(nodes.count)
    var results: [Token] = []
    results.reserveCapacity(nodes.count)
    for (index, node) in nodes.enumerated() {
      if case .string(let line) = node, line.starts(with: "#version".utf8) { continue }
      guard let (left, right) = pair(node) else {
        throw field.malformed(found: "\(node.tokenizerSummary) as merge \(index + 1)", expected: "two tokens to merge")
      }
      func known(_ word: ArraySlice<UInt8>) throws(TokenizerError) -> Token {
        if let token = tokens[word] { return token }
        throw field.malformed(
          found: "\(quoted(word)), which is no token, in merge \(index + 1)",
          expected: "tokens of the vocabulary that make one of it"
        )
      }
      // As in Hugging Face, the last of repeated merges counts.
      ranks[BytePairEncoder.pairKey(try known(left), try known(right))] = results.count
      results.append(try known(left + right))
    }
    return (ranks, results)
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

  private static func complete(
    _ byteTokens: [Token?],
    vocabulary: TokenizerField
  ) throws(TokenizerError) -> [Token] {
    let missing = byteTokens.indices.filter { byteTokens[$0] == nil }
    guard let first = missing.first else { return byteTokens.compactMap { $0 } }
    // Without all of them some text would have no tokens at all.
    let example = "0x" + String(first, radix: 16, uppercase: true)
    throw vocabulary.unsupported(
      "a vocabulary without \(missing.count) of the 256 bytes, \(example) among them,",
      supported: "with a token for every byte"
    )
  }
}
