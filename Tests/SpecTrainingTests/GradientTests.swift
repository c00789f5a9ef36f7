import Foundation
import SpecKernels
import SpecModel
import SpecTestSupport
import SpecTraining
import Testing

/// The gradients of whole objectives against differences of their losses.
@Suite struct GradientTests {
  static let shape = ModelConfiguration(
    hiddenSize: 24,
    intermediateSize: 40,
    layers: 2,
    attentionHeads: 3,
    keyValueHeads: 1,
    headDimension: 8,
    vocabularySize: 50,
    contextLength: 64,
    tiesEmbeddings: true,
    beginToken: 1,
    endTokens: [2]
  )

  static func batch(rows: Int, vocabulary: Int, seed: UInt64) -> TrainingBatch {
    var random = RandomStream(seed: seed, name: "batch")
    let documents = [rows / 2, rows / 3, 1].map { count in
      (0..<count).map { _ in Token(random.below(vocabulary)) }[...]
    }
    return TrainingBatch(documents, rows: rows)
  }

  @Test(arguments: [true, false])
  func nextToken(tiesEmbeddings: Bool) throws {
    var shape = Self.shape
    shape.tiesEmbeddings = tiesEmbeddings
    let objective = try NextTokenObjective(shape, rows: 40, seed: 3, context: ComputeContext(threads: 2))
    objective.disturb()
    check(objective, Self.batch(rows: 40, vocabulary: 50, seed: 1))
  }

  @Test func adapter() throws {
    let checkpoint = try TinyCheckpoint(seed: 5)
    defer { checkpoint.remove() }
    let objective = try KangarooObjective(
      Checkpoint(directory: checkpoint.directory),
      exitLayer: 2,
      rows: 40,
      seed: 1,
      context: ComputeContext(threads: 2)
    )
    objective.disturb()
    check(objective, Self.batch(rows: 40, vocabulary: 259, seed: 2))
  }

  /// Adapters and heads learn from any family: with a window, soft caps and normalizations of its own, and with one matrix
  /// for queries, keys and values.
  @Test(arguments: ["gemma2", "phi3"]) func draftersOfOtherFamilies(_ modelType: String) throws {
    let context = try ComputeContext(threads: 2)
    let folder = try RandomModel(seed: 4, context: context, modelType: modelType).checkpoint()
    let checkpoint = try Checkpoint(directory: folder.path)
    let batch = Self.batch(rows: 40, vocabulary: 13, seed: 7)
    let adapter = try KangarooObjective(checkpoint, exitLayer: 2, rows: 40, seed: 1, context: context)
    adapter.disturb()
    check(adapter, batch)
    let heads = try MedusaObjective(checkpoint, count: 2, rows: 40, context: context)
    heads.disturb()
    check(heads, batch)
    let hydra = try HydraObjective(checkpoint, count: 2, hasPrefix: true, rows: 40, seed: 1, context: context)
    hydra.disturb()
    check(hydra, batch)
    for kind in EagleKind.allCases {
      let head = try EagleObjective(kind, checkpoint, steps: 2, rows: 40, seed: 1, context: context)
      head.disturb()
      check(head, batch)
    }
  }

  /// Where the exit learns from is no part of what is differentiated, so it is held still.
  @Test(arguments: [1, 2])
  func draftableTarget(exitLayer: Int) throws {
    let checkpoint = try TinyCheckpoint(seed: 8)
    defer { checkpoint.remove() }
    let objective = try Self.draftableTarget(checkpoint, exitLayer: exitLayer, heads: 3)
    objective.disturb()
    let batch = Self.batch(rows: 40, vocabulary: 259, seed: 5)
    objective.forward(batch)
    check(StillTeacher(objective, teacher: try objective.copyOfLogits()), batch)
  }

  /// The layers that are put on top add nothing before they have learned something.
  @Test func aGrownModelComputesWhatTheShallowOneDid() throws {
    let checkpoint = try TinyCheckpoint(seed: 9)
    defer { checkpoint.remove() }
    let batch = Self.batch(rows: 40, vocabulary: 259, seed: 6)
    let grown = try Self.draftableTarget(checkpoint, exitLayer: 1, heads: 1)
    let shallow = try NextTokenObjective(
      Checkpoint(directory: checkpoint.directory).configuration,
      rows: 40,
      seed: 1,
      context: ComputeContext(threads: 2)
    )
    try shallow.load(Checkpoint(directory: checkpoint.directory))
    #expect(grown.parameters.count > shallow.parameters.count)
    #expect(grown.evaluate(batch).loss == shallow.evaluate(batch).loss)
  }

  /// Rehearsals are the last layer's attention, weaker, below it; that layer itself moves up.
  @Test func aGrownModelRehearsesItsLastLayerBelowIt() throws {
    let tiny = try TinyCheckpoint(seed: 9)
    defer { tiny.remove() }
    let checkpoint = try Checkpoint(directory: tiny.directory)
    let known = checkpoint.configuration.layers
    var shape = checkpoint.configuration
    shape.layers += 3
    func numbers(_ shape: ModelConfiguration, rehearsals: Int) throws -> [String: [Float]] {
      let objective = try NextTokenObjective(shape, rows: 40, seed: 1, context: ComputeContext(threads: 2))
      try objective.load(checkpoint, rehearsals: rehearsals)
      let named = objective.parameters.map { ($0.parts[0].name, $0.value.withNumbers(Array.init)) }
      return Dictionary(uniqueKeysWithValues: named)
    }
    let start = try numbers(checkpoint.configuration, rehearsals: 0)
    let grown = try numbers(shape, rehearsals: 2)
    let last = start.filter { $0.key.hasPrefix("model.layers.\(known - 1).") }
    #expect(!last.isEmpty)
    for (name, numbers) in last {
      let names = (0...3).map { name.replacing("layers.\(known - 1).", with: "layers.\(known - 1 + $0).") }
      let factor: Float = name.contains("o_proj") ? 0.3 : name.contains("down_proj") ? 0 : 1
      for rehearsal in names[..<2] { #expect(grown[rehearsal] == numbers.map { $0 * factor }, "\(rehearsal)") }
      #expect(grown[names[2]] == numbers)
      if factor != 1 { #expect(grown[names[3]]?.allSatisfy { $0 == 0 } == true) }
    }
    for (name, numbers) in start where last[name] == nil { #expect(grown[name] == numbers, "\(name)") }
  }

  private static func draftableTarget(
    _ checkpoint: TinyCheckpoint,
    exitLayer: Int,
    heads: Int
  ) throws -> DraftableTargetObjective {
    let start = try Checkpoint(directory: checkpoint.directory)
    return try DraftableTargetObjective(
      start,
      shape: .init(
        layers: start.configuration.layers + 2,
        exitLayer: exitLayer,
        exitWeight: 0.5,
        heads: heads,
        headWeight: 0.3
      ),
      rows: 40,
      seed: 1,
      context: ComputeContext(threads: 2)
    )
  }

  private final class StillTeacher: TrainingObjective {
    private let objective: DraftableTargetObjective
    private let teacher: FloatMatrix

    init(_ objective: DraftableTargetObjective, teacher: FloatMatrix) {
      self.objective = objective
      self.teacher = teacher
    }

    var parameters: [Parameter] { objective.parameters }
    var rows: Int { objective.rows }
    var identity: [String: String] { objective.identity }
    func step(_ batch: TrainingBatch) -> Double { objective.step(batch, imitating: teacher) }
    func evaluate(_ batch: TrainingBatch) -> HeldOutMetrics { objective.evaluate(batch) }
  }

  @Test func heads() throws {
    let checkpoint = try TinyCheckpoint(seed: 6)
    defer { checkpoint.remove() }
    let objective = try MedusaObjective(
      Checkpoint(directory: checkpoint.directory),
      count: 3,
      rows: 40,
      context: ComputeContext(threads: 2)
    )
    objective.disturb()
    check(objective, Self.batch(rows: 40, vocabulary: 259, seed: 3))
  }

  /// With a layer before the heads and without one, and with a draft vocabulary.
  @Test(arguments: [(true, 0), (false, 0), (true, 90)]) func hydraHeads(hasPrefix: Bool, _ entries: Int) throws {
    let checkpoint = try TinyCheckpoint(seed: 10)
    defer { checkpoint.remove() }
    let objective = try HydraObjective(
      Checkpoint(directory: checkpoint.directory),
      count: 3,
      hasPrefix: hasPrefix,
      vocabulary: Self.vocabulary(entries),
      rows: 40,
      seed: 1,
      context: ComputeContext(threads: 2)
    )
    objective.disturb()
    check(objective, Self.batch(rows: 40, vocabulary: 259, seed: 9))
  }

  /// Some tokens in their order; nil for none of them.
  private static func vocabulary(_ entries: Int) -> [Token]? {
    var random = RandomStream(seed: 4, name: "vocabulary")
    return entries > 0 ? random.shuffled((0..<259).map { Token($0) }).prefix(entries).sorted() : nil
  }

  /// Unrolled over their own outputs, with a draft vocabulary and without one.
  @Test(
    arguments: [
      (EagleKind.eagle1, 1, 0), (.eagle1, 3, 0), (.eagle1, 2, 90), (.eagle3, 1, 0), (.eagle3, 3, 0), (.eagle3, 2, 90),
    ]
  )
  func eagleHeads(_ kind: EagleKind, _ steps: Int, _ entries: Int) throws {
    let checkpoint = try TinyCheckpoint(seed: 9)
    defer { checkpoint.remove() }
    let objective = try EagleObjective(
      kind,
      Checkpoint(directory: checkpoint.directory),
      vocabulary: Self.vocabulary(entries),
      steps: steps,
      rows: 40,
      seed: 1,
      context: ComputeContext(threads: 2)
    )
    objective.disturb()
    check(objective, Self.batch(rows: 40, vocabulary: 259, seed: 8))
  }

  @Test func draft() throws {
    let checkpoint = try TinyCheckpoint(seed: 7)
    defer { checkpoint.remove() }
    var shape = Self.shape
    shape.vocabularySize = 259
    let objective = try DraftObjective(
      Checkpoint(directory: checkpoint.directory),
      configuration: shape,
      rows: 40,
      seed: 1,
      context: ComputeContext(threads: 2)
    )
    objective.disturb()
    check(objective, Self.batch(rows: 40, vocabulary: 259, seed: 4))
  }

  /// The loss's change along the gradient itself and along a random direction.
  private func check(_ objective: some TrainingObjective, _ batch: TrainingBatch) {
    _ = objective.step(batch)
    let gradients = objective.parameters.map { $0.gradient?.withNumbers(Array.init) ?? [] }
    for (index, parameter) in objective.parameters.enumerated() {
      let gradient = gradients[index]
      let norm = gradient.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
      #expect(norm > 1e-4, "no gradient reaches \(parameter.parts)")
      let along = change(objective, batch, parameter, direction: gradient.map { $0 / Float(norm) }, scale: norm)
      #expect(abs(along - norm) < 0.02 * norm, "\(parameter.parts): \(along) along a gradient of \(norm)")
      var random = RandomStream(seed: UInt64(index), name: "direction")
      let direction = gradient.map { _ in Float(random.normal() / Double(gradient.count).squareRoot()) }
      let expected = zip(gradient, direction).reduce(0) { $0 + Double($1.0) * Double($1.1) }
      let found = change(objective, batch, parameter, direction: direction, scale: norm)
      #expect(abs(found - expected) < 0.02 * norm, "\(parameter.parts): \(found) instead of \(expected)")
    }
  }

  private func change(
    _ objective: some TrainingObjective,
    _ batch: TrainingBatch,
    _ parameter: Parameter,
    direction: [Float],
    scale: Double
  ) -> Double {
    let width = Float(min(0.02, 0.004 / scale))
    let original = parameter.value.withNumbers(Array.init)
    let losses = [width, -width].map { width in
      parameter.value.withMutableNumbers { numbers in
        for number in numbers.indices { numbers[number] = original[number] + width * direction[number] }
      }
      return objective.step(batch)
    }
    parameter.value.withMutableNumbers { _ = $0.update(fromContentsOf: original) }
    return (losses[0] - losses[1]) / Double(2 * width)
  }
}
