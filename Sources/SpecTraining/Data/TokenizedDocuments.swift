import SpecFiles
import SpecModel

/// Documents as tokens, one after the other in one array.
package struct TokenizedDocuments: Sendable {
  private var tokens: [Token] = []
  private var ends: [Int] = []

  /// No documents.
  package init() {}

  /// How many documents.
  package var count: Int { ends.count }
  /// How many tokens.
  package var tokenCount: Int { tokens.count }

  /// A document's tokens.
  package subscript(index: Int) -> ArraySlice<Token> { tokens[(index == 0 ? 0 : ends[index - 1])..<ends[index]] }

  /// Adds a document; one that is longer than `limit` becomes several.
  ///
  /// - Parameters:
  ///   - document: its tokens.
  ///   - limit: most tokens of one document.
  package mutating func append(_ document: some Collection<Token>, limit: Int) {
    var rest = document[...]
    while !rest.isEmpty {
      tokens += rest.prefix(limit)
      ends.append(tokens.count)
      rest = rest.dropFirst(limit)
    }
  }

  /// Adds documents as they are.
  ///
  /// - Parameter documents: what to add.
  package mutating func append(_ documents: TokenizedDocuments) {
    for index in 0..<documents.count { append(documents[index], limit: .max) }
  }

  /// Takes every n-th document away, for the others never to see them.
  ///
  /// - Parameter interval: n.
  /// - Returns: the documents taken and those that are left.
  package func split(heldOutEvery interval: Int) -> (heldOut: TokenizedDocuments, training: TokenizedDocuments) {
    var (heldOut, training) = (TokenizedDocuments(), TokenizedDocuments())
    for index in 0..<count {
      if index % interval == interval - 1 {
        heldOut.append(self[index], limit: .max)
      } else {
        training.append(self[index], limit: .max)
      }
    }
    return (heldOut, training)
  }

  /// Some of the documents, evenly spread over all.
  ///
  /// - Parameter wanted: how many; all if there are not more.
  /// - Returns: those documents, in their order.
  package func spread(_ wanted: Int) -> TokenizedDocuments {
    var chosen = TokenizedDocuments()
    let some = min(wanted, count)
    for place in 0..<some { chosen.append(self[place * count / some], limit: .max) }
    return chosen
  }

  /// A hash of all tokens and of where documents end.
  package var fingerprint: String {
    var hash = SHA256()
    tokens.withUnsafeBytes { hash.update($0) }
    ends.withUnsafeBytes { hash.update($0) }
    return hash.hexDigest()
  }
}

extension TokenizedDocuments {
  /// The most frequent tokens, as a draft vocabulary.
  ///
  /// - Parameters:
  ///   - count: how many; equally frequent ones by lowest id.
  ///   - size: entries of the target's vocabulary.
  /// - Returns: the tokens, rising; nil where they would be all.
  package func draftVocabulary(_ count: Int, size: Int) -> [Token]? {
    TokenFrequencies(of: self, vocabularySize: size).likeliest(count)
  }
}

extension TokenFrequencies {
  /// Counts the tokens of documents.
  ///
  /// - Parameters:
  ///   - documents: their tokens are inside the vocabulary.
  ///   - vocabularySize: entries of the vocabulary.
  package init(of documents: TokenizedDocuments, vocabularySize: Int) {
    self.init(of: (0..<documents.count).lazy.map { documents[$0] }, vocabularySize: vocabularySize)
  }
}
