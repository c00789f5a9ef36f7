import Foundation
import SpecFiles
import SpecKernels
import SpecModel
import SpecTestSupport
import SpecTraining
import Testing

struct CheckpointWriterTests {
  private let configuration = ModelConfiguration(
    hiddenSize: 32,
    intermediateSize: 48,
    layers: 2,
    attentionHeads: 4,
    keyValueHeads: 2,
    headDimension: 8,
    vocabularySize: 40,
    contextLength: 64,
    normEpsilon: 1e-6,
    ropeTheta: 25000,
    beginToken: 1,
    endTokens: [2, 5]
  )

  private func tensors(_ shapes: [String: [Int]], _ source: RandomTensors) throws -> [NamedTensor] {
    try shapes.map { NamedTensor($0, shape: $1, try source.tensor($0, shape: $1)) }
  }

  private func random(_ seed: UInt64) -> RandomTensors { RandomTensors(seed: seed) { _ in 0.4 } }

  @Test(arguments: StoredNumber.allCases) func tensorsComeBack(type: StoredNumber) throws {
    let folder = try TemporaryFolder()
    let path = folder.path("x.safetensors")
    var random = SeededRandom(seed: 4)
    // More numbers than are written at once; and halves between two bf16 numbers, the largest, tiny ones and zeros.
    let large = random.floats(70_000, scale: 3)
    let edges: [Float] = [0, -0.0, 1.00390625, 1.01171875, .greatestFiniteMagnitude, .leastNonzeroMagnitude, -3e38, 1]
    try SafetensorsWriter.write(
      [
        NamedTensor("b", shape: [7, 10_000], large[...]), NamedTensor("a", shape: [8], edges[...]),
        NamedTensor("empty", shape: [0, 3], []),
      ],
      as: type,
      to: path
    )
    let file = try SafetensorsFile(path: path)
    #expect(file.names == ["a", "b", "empty"])
    let weightType = type == .float32 ? WeightType.float32 : .bfloat16
    for (name, shape, numbers) in [("a", [8], edges), ("b", [7, 10_000], large)] {
      let expected = RawNumbers(floats: numbers).source(.float32).floats(0..<numbers.count, roundedTo: weightType)
      let found = try file.tensor(name, shape: shape).floats(0..<numbers.count)
      #expect(found.map(\.bitPattern) == expected.map(\.bitPattern))
      #expect(file.numberType(of: name) == (type == .float32 ? .float32 : .bfloat16))
    }
    let bytes = try folder.read("x.safetensors")
    #expect(bytes[0] % 8 == 0 && bytes[2..<8].allSatisfy { $0 == 0 })
    #expect(String(decoding: bytes[8..<50], as: UTF8.self).hasPrefix(#"{"__metadata__": {"format": "pt"}, "a": "#))
    #expect(try folder.names == ["x.safetensors"])
  }

  @Test func notANumberStaysSo() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("x.safetensors")
    let numbers: [Float] = [.nan, -.nan, .infinity, -.infinity, Float(bitPattern: 0x7F80_0001)]
    try SafetensorsWriter.write([NamedTensor("a", shape: [5], numbers[...])], as: .bfloat16, to: path)
    let found = try SafetensorsFile(path: path).tensor("a", shape: [5]).floats(0..<5)
    #expect(found.map(\.isNaN) == [true, true, false, false, true])
    #expect(found[2] == .infinity && found[3] == -.infinity)
  }

  @Test(arguments: [false, true]) func aModelComesBack(tiesEmbeddings: Bool) throws {
    let folder = try TemporaryFolder()
    var configuration = configuration
    configuration.tiesEmbeddings = tiesEmbeddings
    let shapes = configuration.tensorShapes
    #expect(shapes.values.reduce(0) { $0 + $1.reduce(1, *) } == configuration.parameterCount)
    let source = random(1)
    let writer = CheckpointWriter(type: .float32)
    try writer.writeModel(configuration, tensors: try tensors(shapes, source), to: folder.path("model"))
    let checkpoint = try Checkpoint(directory: folder.path("model"))
    #expect(checkpoint.configuration == configuration)
    let context = try ComputeContext(threads: 1)
    let written = try Transformer(checkpoint: checkpoint, context: context)
    let made = try Transformer(configuration, from: source, weightType: .float32, context: context)
    #expect(try logits(written) == logits(made))
  }

  private func logits(_ model: Transformer) throws -> [Float] {
    let rows = try Activations(capacity: 5, width: model.configuration.hiddenSize)
    model.embed([1, 7, 39, 0, 3], into: rows[rows: 0..<5])
    model.forward(rows[rows: 0..<5], cache: try model.makeCache(capacity: 8))
    model.normalizeFinal(rows[rows: 0..<5], into: rows[rows: 0..<5])
    let logits = model.logits(of: rows[rows: 4..<5])
    return logits.owner[logits.range.lowerBound]
  }

  @Test func companionsComeBack() throws {
    let folder = try TemporaryFolder()
    let context = try ComputeContext(threads: 1)
    let target = try Transformer(configuration, from: random(2), weightType: .float32, context: context)
    let shape = AttentionShape(hiddenSize: 32, queryHeads: 4, keyValueHeads: 4, headDimension: 8)
    let writer = CheckpointWriter(type: .float32)
    let (adapterTensors, headTensors) = (random(3), random(4))
    try writer.writeKangarooAdapter(
      for: configuration,
      exitLayer: 3,
      shape: shape,
      tensors: try tensors(KangarooAdapter.tensorShapes(of: shape), adapterTensors),
      to: folder.path("kangaroo")
    )
    try writer.writeMedusaHeads(
      for: configuration,
      count: 3,
      tensors: try tensors(MedusaHeads.tensorShapes(count: 3, target: configuration), headTensors),
      to: folder.path("medusa")
    )
    let written = try KangarooAdapter(directory: folder.path("kangaroo"), target: target)
    let made = try KangarooAdapter(from: adapterTensors, shape: shape, target: target)
    #expect(try output(of: written) == output(of: made))
    var random = SeededRandom(seed: 8)
    let state = try random.activations(rows: 1, width: 32)
    let heads = try MedusaHeads(directory: folder.path("medusa"), target: target)
    #expect(heads.count == 3)
    let expected = try MedusaHeads(from: headTensors, count: 3, target: target)
    let logits = [heads, expected].map { $0.map(3, from: state[rows: 0..<1]) { $1.owner[$1.range.lowerBound] } }
    #expect(logits[0] == logits[1])
  }

  private func output(of adapter: KangarooAdapter) throws -> [[Float]] {
    var random = SeededRandom(seed: 5)
    let states = try random.activations(rows: 6, width: 32)
    let rows = adapter.forward(states[rows: 0..<6], cache: try adapter.makeCache(capacity: 8))
    return rows.range.map { rows.owner[$0] }
  }

  @Test(.enabled(if: Fixtures.miniLlama != nil, "The mini-llama fixture is not beside the package."))
  func namesAreThoseOfPublishedCheckpoints() throws {
    let folder = try #require(Fixtures.miniLlama).path
    let model = try ModelConfiguration(directory: folder)
    let shape = AttentionShape(hiddenSize: 256, queryHeads: 8, keyValueHeads: 8, headDimension: 32)
    let files = [
      "/model.safetensors": model.tensorShapes,
      "/draft/model.safetensors": try ModelConfiguration(directory: folder + "/draft").tensorShapes,
      "/kangaroo/model.safetensors": KangarooAdapter.tensorShapes(of: shape),
      "/medusa/medusa_lm_head.safetensors": MedusaHeads.tensorShapes(count: 4, target: model),
    ]
    for (name, shapes) in files {
      let file = try SafetensorsFile(path: folder + name)
      #expect(file.names == shapes.keys.sorted())
      for (tensor, shape) in shapes { #expect(file.shape(of: tensor) == shape, "\(tensor)") }
    }
  }

  @Test func stackedMatricesComeApart() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("x.safetensors")
    let stack = (0..<24).map(Float.init)
    let parts = NamedTensor.unstacked(["q": 3, "k": 1, "v": 2], columns: 4) { Array(stack[$0]) }
    try SafetensorsWriter.write(parts, as: .float32, to: path)
    let file = try SafetensorsFile(path: path)
    #expect(try file.tensor("q", shape: [3, 4]).floats(0..<12) == Array(stack[..<12]))
    #expect(try file.tensor("k", shape: [1, 4]).floats(0..<4) == Array(stack[12..<16]))
    #expect(try file.tensor("v", shape: [2, 4]).floats(0..<8) == Array(stack[16...]))
  }

  @Test func aDraftGetsItsTargetsTokenizer() throws {
    let folder = try TemporaryFolder()
    let trained = try BytePairTrainer(vocabularySize: 259).train()
    try trained.write(to: folder.path, contextLength: 64)
    try CheckpointWriter().copyTokenizer(from: folder.path, to: folder.path("draft"))
    #expect(try Tokenizer(directory: folder.path("draft")).vocabularySize == 259)
    #expect(throws: TokenizerError.self) {
      try CheckpointWriter().copyTokenizer(from: folder.path("nowhere"), to: folder.path("draft"))
    }
  }

  @Test func whatCannotBeWrittenIsSaid() throws {
    let folder = try TemporaryFolder()
    let file = try folder.write("text", to: "file")
    let error = #expect(throws: UnwritableFile.self) {
      try CheckpointWriter().writeModel(
        configuration,
        tensors: try tensors(configuration.tensorShapes, random(1)),
        to: file
      )
    }
    #expect(error?.description.contains(file) == true)
  }
}
