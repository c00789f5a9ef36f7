import SpecModel

/// Tokens with a meaning of their own, which stand in front of all others in a vocabulary.
package struct SpecialTokens: Equatable, Sendable {
  /// What stands for unknown text in other tokenizers and is never made by a byte-level one; nil leaves it out.
  package var unknown: String?
  /// Begins a text.
  package var begin: String
  /// Ends a text.
  package var end: String
  /// Markers of a chat template, and whatever else is to be one token.
  package var others: [String]

  /// The usual tokens of a Llama model and those of a chat template.
  package init(unknown: String? = "<unk>", begin: String = "<s>", end: String = "</s>", others: [String] = []) {
    self.unknown = unknown
    self.begin = begin
    self.end = end
    self.others = others
  }

  /// All of them in the order of their ids, which count from 0.
  package var contents: [String] { (unknown.map { [$0] } ?? []) + [begin, end] + others }

  /// - Throws: ``TokenizerTrainingError`` if one cannot stand in a vocabulary beside bytes and words.
  func check() throws(TokenizerTrainingError) {
    var seen: Set<ArraySlice<UInt8>> = []
    for content in contents {
      let bytes = ArraySlice(content.utf8)
      if bytes.isEmpty { throw .specialToken(content, problem: "is empty") }
      if !seen.insert(bytes).inserted { throw .specialToken(content, problem: "is given twice") }
      if ByteAlphabet.bytes(of: bytes)?.count == 1 {
        throw .specialToken(content, problem: "is how a vocabulary writes a single byte")
      }
    }
  }
}

/// Why a tokenizer cannot be trained as asked.
package enum TokenizerTrainingError: Error, Equatable, Sendable, CustomStringConvertible {
  /// Special tokens and bytes alone are more than the vocabulary may hold.
  case vocabularyTooSmall(size: Int, least: Int)
  /// A special token cannot be one.
  case specialToken(String, problem: String)

  /// One sentence: what was found, and what to do.
  package var description: String {
    switch self {
    case .vocabularyTooSmall(let size, let least):
      "a vocabulary of \(size) tokens cannot hold the special tokens and the 256 bytes; choose at least \(least)"
    case .specialToken(let content, let problem):
      "the special token '\(content)' \(problem); choose a marker of its own, such as <|user|>"
    }
  }
}
