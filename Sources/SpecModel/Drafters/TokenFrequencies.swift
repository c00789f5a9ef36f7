import SpecFiles

/// How often each token occurs in a text: what a draft vocabulary is chosen by (FR-Spec, Zhao et al. 2025, arXiv 2502.14856,
/// §4.1).
///
/// The file is an object in JSON: `vocabulary_size`; `tokens`, those that occur, the most frequent first; `counts`, how often
/// each of them does.
public struct TokenFrequencies: Sendable, Equatable {
  /// The file's name in a drafter's folder or beside a model.
  public static let fileName = "token_frequencies.json"

  /// Entries of the model's vocabulary.
  public let vocabularySize: Int
  /// The tokens that occur, the most frequent first, equals by lowest id.
  public let tokens: [Token]
  /// How often each of them occurs.
  public let counts: [Int]

  /// Counts the tokens of texts.
  ///
  /// - Parameters:
  ///   - texts: their tokens, all inside the vocabulary.
  ///   - vocabularySize: entries of the vocabulary.
  public init(of texts: some Sequence<some Sequence<Token>>, vocabularySize: Int) {
    var counts = [Int](repeating: 0, count: vocabularySize)
    for text in texts {
      for token in text { counts[Int(token)] += 1 }
    }
    let order = counts.indices.filter { counts[$0] > 0 }.sorted {
      counts[$0] == counts[$1] ? $0 < $1 : counts[$0] > counts[$1]
    }
    self.vocabularySize = vocabularySize
    tokens = order.map { Token($0) }
    self.counts = order.map { counts[$0] }
  }

  /// The most frequent tokens. Of those that do not occur the ones with the lowest ids come first.
  ///
  /// - Parameter count: how many, at least 1.
  /// - Returns: the tokens, rising; nil where they would be the whole vocabulary.
  public func likeliest(_ count: Int) -> [Token]? {
    guard count < vocabularySize else { return nil }
    var chosen = Set(tokens.prefix(count))
    var next: Token = 0
    while chosen.count < count {
      chosen.insert(next)
      next += 1
    }
    return chosen.sorted()
  }

  /// The share of the text that its most frequent tokens make up.
  ///
  /// - Parameter count: how many tokens.
  /// - Returns: from 0 to 1; 1 for a text without tokens.
  public func share(of count: Int) -> Double {
    let all = counts.reduce(0.0) { $0 + Double($1) }
    return all == 0 ? 1 : counts.prefix(count).reduce(0.0) { $0 + Double($1) } / all
  }
}

extension TokenFrequencies {
  /// Reads a file.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - vocabularySize: entries of the model's vocabulary.
  /// - Throws: ``ModelError`` if it is absent, malformed or of another vocabulary.
  public init(path: String, vocabularySize: Int) throws(ModelError) {
    let file = try JSONFile(path: path, purpose: "how often each token occurs")
    let size = try file.requiredSize("vocabulary_size")
    guard size == vocabularySize else {
      throw .companionMismatch(
        path: path,
        problem: "it counts the tokens of a vocabulary of \(size) where the target's has \(vocabularySize)"
      )
    }
    let (tokens, counts) = (try file.root.member("tokens").integers(), try file.root.member("counts").integers())
    func malformed(_ problem: String) -> ModelError { .malformedFile(path: path, problem: problem) }
    guard tokens.count == counts.count else {
      throw malformed("it has \(quantity(tokens.count, "token")) and \(quantity(counts.count, "count"))")
    }
    if let other = tokens.first(where: { !(0..<size).contains($0) }) {
      throw malformed("it holds the token \(other), outside its vocabulary of \(size)")
    }
    guard Set(tokens).count == tokens.count else { throw malformed("it holds a token twice") }
    guard counts.allSatisfy({ (1...1 << 50).contains($0) }), zip(counts, counts.dropFirst()).allSatisfy(>=) else {
      throw malformed("its counts are not numbers from 1 to \(1 << 50), the largest first")
    }
    (self.vocabularySize, self.tokens, self.counts) = (size, tokens.map { Token($0) }, counts)
  }

  /// The file's text.
  package var document: String {
    let numbers = { (list: [Int]) in JSONValue.array(list.map(JSONValue.integer)) }
    let content = JSONValue.members([
      "vocabulary_size": .integer(vocabularySize), "tokens": numbers(tokens.map(Int.init)), "counts": numbers(counts),
    ])
    return content.line + "\n"
  }

  /// Writes the file.
  ///
  /// - Parameter path: the file.
  /// - Throws: `UnwritableFile`.
  package func write(to path: String) throws(UnwritableFile) { try OutputFile.write(document, to: path) }
}
