import Foundation
import SpecKernels
import SpecModel
import SpecTestSupport
import SpecTraining
import Testing

/// A training that was stopped goes on to the same bits.
@Suite struct ResumeTests {
  private static let settings = TrainingSettings(
    batchTokens: 64,
    steps: 12,
    warmUpSteps: 3,
    evaluationInterval: 5,
    checkpointInterval: 4
  )

  @Test(arguments: [1, 3])
  func stoppedTrainingGoesOnToTheSameBits(threads: Int) throws {
    let whole = try TemporaryFolder()
    let parts = try TemporaryFolder()
    let expected = try train(in: whole.path, threads: 2)
    // Stopped between two checkpoints, killed after one, and then to the end with another number of threads.
    _ = try train(in: parts.path, threads: 2, stopAfter: 3)
    _ = try train(in: parts.path, threads: threads, killAfter: 7)
    let found = try train(in: parts.path, threads: threads)
    #expect(found.numbers == expected.numbers)
    #expect(found.points == expected.points)
  }

  @Test func otherSettingsAreRefused() throws {
    let folder = try TemporaryFolder()
    _ = try train(in: folder.path, threads: 1, stopAfter: 3)
    var settings = Self.settings
    settings.peakRate = 1e-4
    let difference = #"--learning-rate is "0.002" there and "0.0001" now"#
    #expect(throws: TrainingError.otherTraining(path: folder.path, difference: difference)) {
      _ = try train(in: folder.path, threads: 1, settings: settings)
    }
  }

  /// Another exit layer, another target of the same shape, other held-out documents, other weights to begin with.
  @Test func anotherTrainingIsRefused() throws {
    let (first, second) = (try TinyCheckpoint(seed: 1), try TinyCheckpoint(seed: 2))
    defer { for checkpoint in [first, second] { checkpoint.remove() } }
    let folder = try TemporaryFolder()
    try trainAdapter(in: folder.path, for: first)
    for (change, difference) in [
      ({ try self.trainAdapter(in: folder.path, for: first, exit: 2) }, #"the exit layer is "1" there and "2" now"#),
      ({ try self.trainAdapter(in: folder.path, for: second) }, "the target is another"),
      ({ try self.trainAdapter(in: folder.path, for: first, heldOut: 8) }, "the held-out documents are others"),
      ({ try self.trainAdapter(in: folder.path, for: first, training: 8) }, "the documents to learn from are others"),
      ({ try self.trainAdapter(in: folder.path, for: first, disturbs: true) }, "the weights to begin with are others"),
    ] as [(() throws -> Void, String)] {
      #expect(throws: TrainingError.otherTraining(path: folder.path, difference: difference), performing: change)
    }
    try trainAdapter(in: folder.path, for: first)
  }

  /// A state that another build of the program or an older version has written is refused, too.
  @Test func anotherProgramsTrainingIsRefused() throws {
    let checkpoint = try TinyCheckpoint()
    defer { checkpoint.remove() }
    let folder = try TemporaryFolder()
    try trainAdapter(in: folder.path, for: checkpoint)
    let state = folder.path + "/state.json"
    let text = try String(contentsOfFile: state, encoding: .utf8)
    let program = try #require(text.firstMatch(of: /"program" : "[0-9a-f]+"/)?.output)
    _ = try folder.write(text.replacing(program, with: #""program" : "0""#), to: "state.json")
    #expect(throws: TrainingError.otherTraining(path: folder.path, difference: "the program is another build")) {
      try trainAdapter(in: folder.path, for: checkpoint)
    }
    let older = text.replacing(/"(objective)" :/) { "\"old \($0.1)\" :" }
    _ = try folder.write(older, to: "state.json")
    let error = #expect(throws: TrainingError.self) { try trainAdapter(in: folder.path, for: checkpoint) }
    #expect("\(try #require(error))".contains("an older version began it"))
  }

  /// A few steps of an adapter's training, stopped before the end.
  private func trainAdapter(
    in directory: String,
    for target: TinyCheckpoint,
    exit: Int = 1,
    training: UInt64 = 5,
    heldOut: UInt64 = 6,
    disturbs: Bool = false
  ) throws {
    let context = try ComputeContext(threads: 1)
    let objective = try KangarooObjective(
      Checkpoint(directory: target.directory),
      exitLayer: exit,
      rows: Self.settings.batchTokens,
      seed: 1,
      context: context
    )
    if disturbs { objective.parameters[0].value.withMutableNumbers { $0[0] += 1 } }
    func documents(_ seed: UInt64) -> TokenizedDocuments {
      var random = RandomStream(seed: seed, name: "documents")
      var documents = TokenizedDocuments()
      for _ in 0..<10 { documents.append((0..<9).map { _ in Token(random.below(250)) }, limit: 64) }
      return documents
    }
    let trainer = try Trainer(
      objective,
      training: documents(training),
      heldOut: documents(heldOut),
      settings: Self.settings,
      directory: directory,
      context: context
    )
    _ = try trainer.run(progress: { _ in }, shouldStop: { true })
  }

  /// An EAGLE head, whose attention over its own past is no kernel's.
  @Test(arguments: EagleKind.allCases) func anEagleHeadGoesOnToTheSameBits(_ kind: EagleKind) throws {
    let checkpoint = try TinyCheckpoint(seed: 3)
    defer { checkpoint.remove() }
    let (whole, parts) = (try TemporaryFolder(), try TemporaryFolder())
    let expected = try trainHead(kind, for: checkpoint, in: whole.path, threads: 1)
    _ = try trainHead(kind, for: checkpoint, in: parts.path, threads: 3, stopAfter: 5)
    #expect(try trainHead(kind, for: checkpoint, in: parts.path, threads: 2) == expected)
  }

  /// The numbers of a head after some steps.
  private func trainHead(
    _ kind: EagleKind,
    for target: TinyCheckpoint,
    in directory: String,
    threads: Int,
    stopAfter: Int = .max
  ) throws -> [[Float]] {
    let context = try ComputeContext(threads: threads)
    let objective = try EagleObjective(
      kind,
      Checkpoint(directory: target.directory),
      vocabulary: (0..<90).map { 2 * Token($0) },
      steps: 3,
      rows: Self.settings.batchTokens,
      seed: 1,
      context: context
    )
    var (random, documents) = (RandomStream(seed: 2, name: "documents"), TokenizedDocuments())
    for _ in 0..<12 { documents.append((0..<17).map { _ in Token(random.below(250)) }, limit: 64) }
    let trainer = try Trainer(
      objective,
      training: documents,
      heldOut: documents,
      settings: Self.settings,
      directory: directory,
      context: context
    )
    var steps = 0
    _ = try trainer.run(progress: { steps = $0.stepsHere }, shouldStop: { steps >= stopAfter })
    return objective.parameters.map { $0.value.withNumbers(Array.init) }
  }

  @Test func aDamagedStateIsNamed() throws {
    let folder = try TemporaryFolder()
    _ = try train(in: folder.path, threads: 1, stopAfter: 3)
    _ = try folder.write("{", to: "state.json")
    #expect(throws: TrainingError.self) { _ = try train(in: folder.path, threads: 1) }
  }

  private struct Killed: Error {}

  private func train(
    in directory: String,
    threads: Int,
    stopAfter: Int? = nil,
    killAfter: Int? = nil,
    settings: TrainingSettings = ResumeTests.settings
  ) throws -> (numbers: [[Float]], points: [Trainer.Point]) {
    let context = try ComputeContext(threads: threads)
    let objective = try NextTokenObjective(
      GradientTests.shape,
      rows: settings.batchTokens,
      seed: settings.seed,
      context: context
    )
    var random = RandomStream(seed: 9, name: "documents")
    var documents = TokenizedDocuments()
    for _ in 0..<60 { documents.append((0..<5 + random.below(40)).map { _ in Token(random.below(50)) }, limit: 64) }
    let data = try TrainingData(documents)
    let trainer = try Trainer(
      objective,
      training: data.training,
      heldOut: data.heldOut,
      settings: settings,
      directory: directory,
      context: context
    )
    var step = 0
    do {
      _ = try trainer.run(
        progress: {
          step = $0.step
          if step == killAfter { throw Killed() }
        },
        shouldStop: { step == stopAfter }
      )
    } catch is Killed {}
    return (objective.parameters.map { $0.value.withNumbers(Array.init) }, trainer.points)
  }
}
