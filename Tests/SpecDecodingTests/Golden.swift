import Foundation
import SpecDecoding
import SpecKernels
import SpecModel
import SpecTestSupport
import Testing

/// One line of the fixture's golden files: what a reference implementation made of a prompt.
struct Golden: Decodable {
  /// The files, by what they hold.
  enum File: String {
    /// Vanilla, Kangaroo, Medusa, lookahead, assisted generation and prompt lookup.
    case first = "goldens-shared.jsonl"
    /// EAGLE, Token Recycling and SAM-Decoding.
    case more = "goldens-more-shared.jsonl"
  }

  /// Settings of the reference; each method has some of them.
  struct Settings: Decodable {
    let steps: Int?
    let threshold: Float?
    let totalToken: Int?
    let depth: Int?
    let topK: Int?
    let adjacency: String?
    let cache: String?
    let treeMethod: String?
    let eosTokenId: Token?
  }

  /// A draft tree in the order in which it is verified.
  struct Tree: Decodable {
    let tokens: [Token]
    let parents: [Int]
  }

  let id: String
  let method: String
  let settings: Settings
  let promptIds: [Token]
  let outputIds: [Token]
  let acceptLengths: [Int]
  let draftLengths: [Int]?
  let draftScores: [[Float]]?
  let initialWindow: [Token]?
  let firstLogits: [Float]?
  let firstTrees: [Tree]?

  /// The token that ends an output.
  var endToken: Token { settings.eosTokenId ?? 2 }

  /// The output up to its first end token: references differ in what they leave behind it.
  var outputToEnd: ArraySlice<Token> {
    outputIds.prefix(through: outputIds.firstIndex(of: endToken) ?? outputIds.count - 1)
  }

  /// The rows of a file.
  ///
  /// - Parameters:
  ///   - file: which.
  ///   - method: whose rows, as the file names it.
  ///   - isWanted: which of them.
  /// - Returns: the rows in the order of the file.
  /// - Throws: what reading the file throws.
  static func rows(
    _ file: File,
    _ method: String,
    where isWanted: (Golden) -> Bool = { _ in true }
  ) throws -> [Golden] {
    let folder = try #require(Fixtures.miniLlama)
    let text = try String(contentsOf: folder.appending(path: file.rawValue), encoding: .utf8)
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try text.split(separator: "\n").filter { $0.contains("\"method\": \"\(method)\"") }
      .map { try decoder.decode(Golden.self, from: Data($0.utf8)) }.filter(isWanted)
  }

  /// The fixture's model.
  static func resources() throws -> DecoderResources {
    let folder = try #require(Fixtures.miniLlama).path
    let target = try Transformer(checkpoint: Checkpoint(directory: folder), context: ComputeContext())
    return DecoderResources(target: target, modelDirectory: folder)
  }

  /// Our generation, by default with room beyond the reference's own end, so that its last cycles are not cut short.
  ///
  /// - Parameters:
  ///   - decoder: one of the fixture's model.
  ///   - maximum: most new tokens.
  ///   - count: the number of tokens at which it stops before the next cycle, far from the maximum; nil for none.
  /// - Returns: the generation.
  /// - Throws: what decoding throws.
  func run(_ decoder: any Decoder, maximum: Int = 120, stoppingAt count: Int? = nil) throws -> Generation {
    var tokens = 0
    return try generate(
      promptIds,
      with: decoder,
      rules: StopRules(
        endTokens: [endToken],
        maximumNewTokens: count == nil ? maximum : 400,
        contextLength: 1024
      ),
      shouldStop: { count.map { tokens >= $0 } ?? false },
      observe: { tokens = $0.tokens.count }
    )
  }
}
