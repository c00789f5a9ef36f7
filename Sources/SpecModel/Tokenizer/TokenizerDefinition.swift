/// Everything that a tokenizer is made of, checked, whatever file it comes from.
package struct TokenizerDefinition: Sendable {
  /// The tokens of the model, without those that are only added.
  package var vocabulary: Vocabulary
  /// How words become tokens.
  package var model: TokenModel
  /// What is done to text first, in order.
  package var normalizers: [Normalizer] = []
  /// How text is cut into words, in order.
  package var preTokenizers: [PreTokenizer] = []
  /// How tokens become text, in order. Without any, texts are joined with spaces between them.
  package var decoders: [TokenDecoder] = []
  /// Tokens that are recognized inside text. Those that the vocabulary has too have the same id there.
  package var addedTokens: [AddedToken] = []
  /// What comes before a text where special tokens are added to it.
  package var prefix: [Token] = []
  /// What comes behind a text where special tokens are added to it.
  package var suffix: [Token] = []
  /// Whether the checkpoint wants a begin token in front of every text, nil if its files do not say.
  package var addsBeginToken: Bool?

  /// A tokenizer without any step but its model.
  package init(vocabulary: Vocabulary, model: TokenModel) {
    (self.vocabulary, self.model) = (vocabulary, model)
  }
}

/// How words become tokens.
package enum TokenModel: Sendable {
  /// Byte-pair encoding (Sennrich et al. 2016), with bytes or characters as first symbols.
  case bytePair(BytePairModel)
}

/// The `model` of `tokenizer.json` of type BPE.
package struct BytePairModel: Sendable {
  /// Two neighbors that become one token.
  package struct Merge: Equatable, Sendable {
    /// The token on the left.
    package let left: Token
    /// The token on the right.
    package let right: Token
    /// What they become.
    package let result: Token

    /// Makes a merge of its tokens.
    package init(left: Token, right: Token, result: Token) {
      (self.left, self.right, self.result) = (left, right, result)
    }
  }

  /// The merges, first the one with precedence.
  package var merges: [Merge]
  /// Stands for characters that have no token; without it they are left out.
  package var unknownToken: Token?
  /// Whether a run of unknown characters is one token.
  package var fusesUnknown = false
  /// Whether a character without a token becomes the tokens of its bytes, `<0x00>` to `<0xFF>`.
  package var fallsBackToBytes = false
  /// Whether a word that is a token as a whole becomes that token, whatever the merges say.
  package var ignoresMerges = false
  /// What is put before each character of a word but the first (`continuing_subword_prefix`).
  package var continuationPrefix: [UInt8] = []
  /// What is put behind the last character of a word (`end_of_word_suffix`).
  package var wordSuffix: [UInt8] = []

  /// Merges with none of the other rules.
  package init(merges: [Merge]) { self.merges = merges }
}
