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
    #expect(throws: TrainingError.otherTraining(path: folder.path, difference: "other settings")) {
      _ = try train(in: folder.path, threads: 1, settings: settings)
    }
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
