import Foundation
import SpecKernels
import SpecModel
import SpecTestSupport
import Testing

/// Logits and greedy tokens of tiny random checkpoints of every family, as Hugging Face's transformers computes them.
@Suite(.enabled(if: Fixtures.architectures != nil, "The architectures fixture is not beside the package."))
struct ArchitectureGoldenTests {
  struct Golden: Decodable {
    let promptIds: [Token]
    let outputIds: [Token]
    let lastLogits: [Float]
  }

  /// A folder, and in which spelling its configuration is read.
  struct Variant: Sendable, CustomTestStringConvertible {
    let name: String
    let configuration: String
    var testDescription: String { "\(name), \(configuration)" }
  }

  /// Every folder with goldens, in each spelling that it has.
  static let variants: [Variant] = {
    guard let root = Fixtures.architectures else { return [] }
    let names = (try? FileManager.default.contentsOfDirectory(atPath: root.path)) ?? []
    return names.sorted().flatMap { name in
      let files = (try? FileManager.default.contentsOfDirectory(atPath: root.path + "/" + name)) ?? []
      guard files.contains("goldens.jsonl") else { return [Variant]() }
      return ["config.json", "config.old.json"].filter(files.contains).map { Variant(name: name, configuration: $0) }
    }
  }()

  static func goldens(_ folder: URL) throws -> [Golden] {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    let text = try String(contentsOf: folder.appending(path: "goldens.jsonl"), encoding: .utf8)
    return try text.split(separator: "\n").map { try decoder.decode(Golden.self, from: Data($0.utf8)) }
  }

  /// A copy of a fixture's folder with one of its configurations.
  static func copy(_ variant: Variant) throws -> TemporaryFolder {
    let source = try #require(Fixtures.architectures).appending(path: variant.name)
    let folder = try TemporaryFolder()
    for (from, to) in [
      (variant.configuration, "config.json"), ("generation_config.json", "generation_config.json"),
      ("model.safetensors", "model.safetensors"), ("goldens.jsonl", "goldens.jsonl"),
    ] {
      try FileManager.default.copyItem(at: source.appending(path: from), to: URL(fileURLWithPath: folder.path(to)))
    }
    return folder
  }

  @Test func thereAreAllFamilies() { #expect(Set(Self.variants.map(\.name)).count >= 12) }

  @Test(arguments: variants) func logitsAndTokens(_ variant: Variant) throws {
    let folder = try Self.copy(variant)
    let goldens = try Self.goldens(URL(fileURLWithPath: folder.path))
    #expect(goldens.count == 3)
    let checkpoint = try Checkpoint(directory: folder.path)
    let target = try Transformer(checkpoint: checkpoint, weightType: .float32, context: ComputeContext(threads: 2))
    let context = target.configuration.contextLength
    var compared = 0
    for golden in goldens where golden.promptIds.count + golden.outputIds.count <= context {
      let logits = try PlacementTests.logits(target, golden.promptIds, pieces: [golden.promptIds.count]).last ?? []
      let largest = zip(logits, golden.lastLogits).map { abs($0 - $1) }.max() ?? .infinity
      #expect(logits.count == golden.lastLogits.count && largest < 2e-4, "off by \(largest)")
      #expect(try Self.greedy(target, golden.promptIds, count: golden.outputIds.count) == golden.outputIds)
      compared += 1
    }
    // Where frequencies change with the length, longer texts are refused.
    #expect(compared == 3 || compared > 0 && target.configuration.contextLimit != nil)
  }

  /// The tokens that follow a prompt, computed one after the other.
  static func greedy(_ target: Transformer, _ prompt: [Token], count: Int) throws -> [Token] {
    let cache = try target.makeCache(capacity: prompt.count + count)
    let rows = try Activations(capacity: prompt.count, width: target.configuration.hiddenSize)
    var (tokens, pending) = ([Token](), prompt)
    while tokens.count < count {
      let new = rows[rows: 0..<pending.count]
      target.embed(pending, into: new)
      target.forward(new, cache: cache)
      target.normalizeFinal(new[new.count - 1..<new.count], into: rows[rows: 0..<1])
      let best = target.context.choose(target.logits(of: rows[rows: 0..<1]), withProbability: false)[0].index
      tokens.append(Token(best))
      pending = [Token(best)]
    }
    return tokens
  }
}
