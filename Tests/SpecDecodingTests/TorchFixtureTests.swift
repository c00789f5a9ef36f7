import Foundation
import SpecDecoding
import SpecKernels
import SpecModel
import SpecTestSupport
import Testing

/// Files that PyTorch itself has written, row by row of the fixture's table.
@Suite(.enabled(if: Fixtures.torchFiles != nil, "The torch-files fixture is not beside the package."))
struct TorchFixtureTests {
  private struct Golden: Decodable {
    let promptIds: [Token]
    let outputIds: [Token]
  }

  private static func fixture(_ name: String) throws -> String {
    try #require(Fixtures.torchFiles).appending(path: name).path
  }

  private static func target(_ name: String = "target") throws -> Transformer {
    let checkpoint = try Checkpoint(directory: fixture(name))
    return try Transformer(checkpoint: checkpoint, weightType: .float32, context: ComputeContext())
  }

  @Test(arguments: ["target", "target-bin", "target-bin-sharded"])
  func models(name: String) throws {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    let lines = try String(contentsOfFile: Self.fixture("target/goldens.jsonl"), encoding: .utf8).split(separator: "\n")
    let resources = DecoderResources(target: try Self.target(name), modelDirectory: nil)
    let vanilla = try MethodRegistry.builtIn.prepare(DecoderSpec("vanilla"), resources: resources).decoder
    for line in lines {
      let golden = try decoder.decode(Golden.self, from: Data(line.utf8))
      let rules = StopRules(endTokens: [], maximumNewTokens: golden.outputIds.count, contextLength: 256)
      #expect(try generate(golden.promptIds, with: vanilla, rules: rules).tokens == golden.outputIds)
    }
    #expect(lines.count >= 2)
  }

  /// Every number is the one of the same tensor in safetensors.
  @Test func companionsHaveTheExpectedNumbers() throws {
    for (folder, name) in [("kangaroo", "pytorch_model.bin"), ("medusa", "medusa_lm_head.pt")] {
      try Self.expectSameNumbers(Self.fixture("\(folder)/\(name)"), Self.fixture("\(folder)/expected.safetensors"))
    }
    for name in [
      "legacy", "protocol2", "protocol4", "one-storage", "transposed-strides", "in-a-training-checkpoint",
    ] {
      try Self.expectSameNumbers(
        Self.fixture("variants/kangaroo-\(name).bin"),
        Self.fixture("kangaroo/expected.safetensors")
      )
    }
    for (name, type) in [("bf16", NumberType.bfloat16), ("f32", .float32), ("parameters", .float32)] {
      let file = try TorchFile(path: Self.fixture("variants/kangaroo-\(name).bin"))
      #expect(file.names.count == 6 && file.names.allSatisfy { file.numberType(of: $0) == type }, "\(name)")
    }
  }

  private static func expectSameNumbers(_ path: String, _ expected: String) throws {
    let (found, expected) = (try TorchFile(path: path), try SafetensorsFile(path: expected))
    #expect(found.names == expected.names, "\(path)")
    for name in expected.names {
      let shape = try #require(expected.shape(of: name))
      #expect(
        try found.tensor(name, shape: shape).hasSameBytes(as: expected.tensor(name, shape: shape)),
        "\(name) in \(path)"
      )
    }
  }

  /// Published companions, in their folders as they come, give the target's own tokens.
  @Test func companionsDraft() throws {
    let target = try Self.target()
    let resources = DecoderResources(target: target, modelDirectory: nil)
    let (adapter, heads) = (try Self.fixture("kangaroo"), try Self.fixture("medusa"))
    var outputs: [[Token]] = []
    for spec in ["vanilla", "kangaroo:exit=2,adapter=\(adapter)", "medusa:heads=\(heads)"] {
      let decoder = try MethodRegistry.builtIn.prepare(DecoderSpec(spec), resources: resources).decoder
      let rules = StopRules(endTokens: [], maximumNewTokens: 60, contextLength: 256)
      outputs.append(try generate([1, 20, 300, 41, 7], with: decoder, rules: rules).tokens)
    }
    #expect(outputs[0].count == 60 && outputs.allSatisfy { $0 == outputs[0] })
  }

  @Test(arguments: [
    ("malicious/os-system.bin", "posix.system"), ("malicious/os-system-legacy.bin", "posix.system"),
    ("malicious/builtins-eval.bin", "__builtin__.eval"), ("malicious/truncated.bin", "cut off"),
    ("malicious/empty.bin", "an empty file"), ("malicious/text.bin", "no file of torch.save"),
    ("malicious/short-storage.bin", "which has 100 bytes"), ("malicious/missing-storage.bin", "is not there"),
    ("malicious/deflated.bin", "compressed"),
    ("variants/wrong-names.bin", "no tensor 'layers.0.input_layernorm.weight'"),
  ])
  func othersAreRefused(name: String, words: String) throws {
    let folder = try TemporaryFolder()
    for (source, copy) in [("kangaroo/config.json", "config.json"), (name, "pytorch_model.bin")] {
      try FileManager.default.copyItem(atPath: Self.fixture(source), toPath: folder.path(copy))
    }
    let configuration = try Checkpoint(directory: Self.fixture("target")).configuration
    do {
      _ = try KangarooAdapter.Header(directory: folder.path, target: configuration)
      Issue.record("\(name) was read")
    } catch {
      let told = "\(error)"
      #expect(
        told.hasPrefix(folder.path("pytorch_model.bin")) && told.contains(words) && !told.contains("\n"),
        "\(told)"
      )
    }
    let places = [folder.path, FileManager.default.currentDirectoryPath]
    #expect(!places.contains { FileManager.default.fileExists(atPath: $0 + "/PWNED") })
  }
}
