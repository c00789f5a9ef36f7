import Foundation
import SpecFiles
import SpecKernels
import SpecModel
import SpecTestSupport
import SpecTraining
import Testing

/// What a target says, kept between epochs.
@Suite final class TargetCacheTests {
  /// The drafters that learn from a target.
  enum Drafter: CaseIterable {
    case kangaroo, kangarooOfSomeTokens, medusa, medusaOfSomeTokens, hydra, hydraOfSomeTokens
    case eagle1, eagle1OfSomeTokens, eagle3, eagle3OfSomeTokens, draft
  }

  private let checkpoint: TinyCheckpoint

  init() throws { checkpoint = try TinyCheckpoint(seed: 3) }

  deinit { checkpoint.remove() }

  private static let settings = TrainingSettings(
    batchTokens: 64,
    steps: 14,
    warmUpSteps: 3,
    evaluationInterval: 5,
    checkpointInterval: 4
  )
  private static let whole = TargetCacheSettings(bytes: 1 << 30, likeliest: nil)
  private static let likeliest = TargetCacheSettings(bytes: 1 << 30, likeliest: 16)
  private static let none = TargetCacheSettings(bytes: 0, likeliest: 16)

  private static let data: TrainingData = {
    func documents(_ count: Int, seed: UInt64) -> TokenizedDocuments {
      var (random, documents) = (RandomStream(seed: seed, name: "documents"), TokenizedDocuments())
      for _ in 0..<count {
        documents.append((0..<4 + random.below(24)).map { _ in Token(random.below(250)) }, limit: 64)
      }
      // The same text twice has one record.
      documents.append(documents[0], limit: 64)
      return documents
    }
    do {
      return try TrainingData(training: documents(14, seed: 5), heldOut: documents(5, seed: 6))
    } catch { preconditionFailure("\(error)") }
  }()

  /// What became of a training, and how often its target was asked.
  private struct Outcome {
    let numbers: [[Float]]
    let points: [Trainer.Point]
    let learned: HeldOutMetrics?
    let notes: [String]
    /// Batches that the target computed before its result was measured.
    let batches: Int
  }

  @Test(arguments: Drafter.allCases) func theWholeDistributionGivesTheSameBits(_ drafter: Drafter) throws {
    let live = try train(drafter, Self.none)
    let cached = try train(drafter, Self.whole)
    #expect(cached.numbers == live.numbers)
    #expect(cached.points == live.points)
    #expect(cached.batches < live.batches)
    // More tokens than there are: the same.
    #expect(try train(drafter, .init(bytes: 1 << 30, likeliest: 259)).numbers == live.numbers)
  }

  /// The listed tokens and all others, which are one here: the whole distribution by other arithmetic.
  @Test(arguments: Drafter.allCases) func allTokensButOneGiveTheSameLosses(_ drafter: Drafter) throws {
    let ofSome: [Drafter] = [.kangarooOfSomeTokens, .hydraOfSomeTokens, .eagle1OfSomeTokens, .eagle3OfSomeTokens]
    let entries = ofSome.contains(drafter) ? 90 : 259
    let live = try train(drafter, Self.none)
    let cached = try train(drafter, .init(bytes: 1 << 30, likeliest: entries - 1))
    #expect(cached.points.map(\.step) == live.points.map(\.step))
    for (found, expected) in zip(cached.points, live.points) {
      #expect(abs(found.trainingLoss - expected.trainingLoss) < 1e-3, "step \(found.step)")
      #expect(abs(found.heldOut.meanLoss - expected.heldOut.meanLoss) < 1e-3, "step \(found.step)")
      #expect(found.heldOut.entropy == expected.heldOut.entropy)
    }
  }

  @Test(arguments: Drafter.allCases) func stopsAndThreadsChangeNoBit(_ drafter: Drafter) throws {
    let expected = try train(drafter, Self.likeliest)
    let folder = try TemporaryFolder()
    // While the file is being filled, and in a later epoch.
    _ = try train(drafter, Self.likeliest, in: folder.path, threads: 1, stopAfter: 2)
    _ = try train(drafter, Self.likeliest, in: folder.path, threads: 2, stopAfter: 7)
    let found = try train(drafter, Self.likeliest, in: folder.path, threads: 3)
    #expect(found.numbers == expected.numbers)
    #expect(found.points == expected.points)
  }

  @Test func theTargetIsAskedOnceAboutEachDocument() throws {
    let live = try train(.kangaroo, Self.none)
    let folder = try TemporaryFolder()
    _ = try train(.kangaroo, Self.likeliest, in: folder.path, stopAfter: 11)
    #expect(try files(in: folder) == 1)
    let later = try train(.kangaroo, Self.likeliest, in: folder.path)
    #expect(later.batches == 0)
    let whole = try train(.kangaroo, Self.likeliest)
    #expect(whole.batches < live.batches / 2)
    // A finished training leaves nothing.
    #expect(!FileManager.default.fileExists(atPath: TrainingRun.checkpoints(in: folder.path)))
  }

  /// The result is measured on documents that it learned from as it is on held-out ones, beside the whole distribution.
  @Test(arguments: Drafter.allCases) func whatWasLearnedIsMeasured(_ drafter: Drafter) throws {
    let live = try #require(try train(drafter, Self.none).learned)
    #expect(try train(drafter, Self.whole).learned == live)
    let some = try #require(try train(drafter, Self.likeliest).learned)
    #expect(some.compared == live.compared && some.tokens == live.tokens && some.entropy == live.entropy)
    #expect(live.compared > 0 && live.meanLoss.isFinite)
  }

  /// A stop while it is measured keeps the training, which goes on with the measurement.
  @Test func aStopBeforeTheResultIsMeasuredLosesNothing() throws {
    let folder = try TemporaryFolder()
    let stopped = try train(.kangaroo, Self.likeliest, in: folder.path, stopAfter: Self.settings.steps)
    #expect(stopped.learned == nil)
    let found = try train(.kangaroo, Self.likeliest, in: folder.path)
    let expected = try train(.kangaroo, Self.likeliest)
    #expect(found.learned == expected.learned && found.points == expected.points && found.numbers == expected.numbers)
  }

  @Test func whatTheFileTakesIsToldBefore() throws {
    let folder = try TemporaryFolder()
    let notes = try train(.kangaroo, Self.likeliest, in: folder.path, stopAfter: 1).notes
    #expect(notes.count == 1 && notes[0].contains(" MB on the disk, in \(folder.path)/checkpoint, and "), "\(notes)")
    // Less room than it takes: as without.
    let tight = try train(.kangaroo, .init(bytes: 10_000, likeliest: 16))
    #expect(tight.notes.count == 1 && tight.notes[0].contains("it is computed for every step"), "\(tight.notes)")
    let live = try train(.kangaroo, Self.none)
    #expect(tight.numbers == live.numbers && tight.batches == live.batches)
    #expect(live.notes.isEmpty)
  }

  /// Cut, changed, or another's: what is missing is computed again, to the same bits.
  @Test(arguments: ["cut", "changed", "foreign", "empty"]) func aDamagedFileIsMadeAgain(_ damage: String) throws {
    let expected = try train(.eagle3OfSomeTokens, Self.likeliest)
    let folder = try TemporaryFolder()
    _ = try train(.eagle3OfSomeTokens, Self.likeliest, in: folder.path, stopAfter: 11)
    let path = try file(in: folder)
    var bytes = try [UInt8](Data(contentsOf: URL(fileURLWithPath: path)))
    switch damage {
    case "cut": bytes.removeLast(bytes.count / 3)
    // In the first held-out document, which is read in every evaluation.
    case "changed": bytes[64 + 8 + 100] ^= 1
    case "foreign": bytes[5] = bytes[5] == 0x30 ? 0x31 : 0x30
    default: bytes = []
    }
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    let found = try train(.eagle3OfSomeTokens, Self.likeliest, in: folder.path)
    #expect(found.batches > 0)
    #expect(found.numbers == expected.numbers)
    #expect(found.points == expected.points)
    let isTold = ["cut", "foreign"].contains(damage)
    #expect(found.notes.contains { $0.contains("not as it was written") } == isTold, "\(found.notes)")
  }

  /// The kept words of another target, or with other options, are never taken; those of other trainings go.
  @Test func anotherTrainingsFileIsNotTaken() throws {
    let folder = try TemporaryFolder()
    _ = try train(.kangaroo, Self.likeliest, in: folder.path, stopAfter: 3)
    let first = try file(in: folder)
    #expect(throws: TrainingError.self) {
      _ = try train(.kangaroo, .init(bytes: 1 << 30, likeliest: 17), in: folder.path)
    }
    #expect(try file(in: folder) == first)
    try FileManager.default.removeItem(atPath: TrainingRun.checkpoints(in: folder.path) + "/state.json")
    _ = try train(.kangaroo, .init(bytes: 1 << 30, likeliest: 17), in: folder.path, stopAfter: 3)
    #expect(try file(in: folder) != first)
  }

  /// What the teacher is belongs to the training.
  @Test func goingOnWithoutTheCacheIsRefused() throws {
    let folder = try TemporaryFolder()
    _ = try train(.kangaroo, Self.likeliest, in: folder.path, stopAfter: 3)
    let error = #expect(throws: TrainingError.self) { _ = try train(.kangaroo, Self.none, in: folder.path) }
    #expect("\(try #require(error))".contains("what the drafter learns is"), "\(String(describing: error))")
  }

  private func files(in folder: TemporaryFolder) throws -> Int {
    try FileManager.default.contentsOfDirectory(atPath: TrainingRun.checkpoints(in: folder.path))
      .count { $0.hasSuffix(".cache") }
  }

  private func file(in folder: TemporaryFolder) throws -> String {
    let checkpoints = TrainingRun.checkpoints(in: folder.path)
    let names = try FileManager.default.contentsOfDirectory(atPath: checkpoints).filter { $0.hasSuffix(".cache") }
    #expect(names.count == 1)
    return checkpoints + "/" + (try #require(names.first))
  }

  private func train(
    _ drafter: Drafter,
    _ cache: TargetCacheSettings,
    in folder: String? = nil,
    threads: Int = 2,
    stopAfter: Int = .max
  ) throws -> Outcome {
    let temporary = try TemporaryFolder()
    let output = folder ?? temporary.path
    let context = try ComputeContext(threads: threads)
    let objective = try objective(drafter, context)
    let run = TrainingRun(
      output: output,
      title: "A drafter",
      settings: Self.settings,
      data: Self.data,
      cache: cache,
      context: context
    )
    let target = objective.imitation.target
    let observer = Observer(target, stopAfter: stopAfter)
    let outcome = try run(objective, observer: observer) { _ in }
    let record = try TrainingRecord.finished(in: output)
    #expect((outcome == .finished) == (record != nil))
    #expect(observer.learned == record?.learned)
    return Outcome(
      numbers: objective.parameters.map { $0.value.withNumbers(Array.init) },
      points: record?.points ?? [],
      learned: record?.learned,
      notes: observer.notes,
      batches: observer.batches
    )
  }

  private func objective(_ drafter: Drafter, _ context: ComputeContext) throws -> any DrafterObjective {
    let target = try Checkpoint(directory: checkpoint.directory)
    let (rows, some) = (Self.settings.batchTokens, (0..<90).map { 2 * Token($0) })
    func kangaroo(_ vocabulary: [Token]?) throws -> KangarooObjective {
      try KangarooObjective(target, exitLayer: 2, vocabulary: vocabulary, rows: rows, seed: 1, context: context)
    }
    func eagle(_ kind: EagleKind, _ vocabulary: [Token]? = nil) throws -> EagleObjective {
      try EagleObjective(kind, target, vocabulary: vocabulary, steps: 2, rows: rows, seed: 1, context: context)
    }
    switch drafter {
    case .kangaroo: return try kangaroo(nil)
    case .kangarooOfSomeTokens: return try kangaroo(some)
    case .medusa, .medusaOfSomeTokens:
      let vocabulary = drafter == .medusa ? nil : some
      return try MedusaObjective(target, count: 2, vocabulary: vocabulary, rows: rows, context: context)
    case .hydra, .hydraOfSomeTokens:
      return try HydraObjective(
        target,
        count: 2,
        hasPrefix: true,
        vocabulary: drafter == .hydra ? nil : some,
        rows: rows,
        seed: 1,
        context: context
      )
    case .eagle1: return try eagle(.eagle1)
    case .eagle1OfSomeTokens: return try eagle(.eagle1, some)
    case .eagle3: return try eagle(.eagle3)
    case .eagle3OfSomeTokens: return try eagle(.eagle3, some)
    case .draft:
      var shape = GradientTests.shape
      shape.vocabularySize = 259
      return try DraftObjective(target, configuration: shape, rows: rows, seed: 1, context: context)
    }
  }

  private final class Observer: TrainingObserver {
    private let target: FrozenTarget
    private let stopAfter: Int
    private var steps = 0
    private(set) var batches = 0
    private(set) var learned: HeldOutMetrics?
    private(set) var notes: [String] = []

    init(_ target: FrozenTarget, stopAfter: Int) { (self.target, self.stopAfter) = (target, stopAfter) }

    var wantsToStop: Bool { steps >= stopAfter }
    func note(_ text: String) { notes.append(text) }
    func working(on activity: String?) {}
    func advanced(_ progress: Trainer.Progress) { (steps, batches) = (progress.step, target.batchCount) }
    func finished(_ learned: HeldOutMetrics) { self.learned = learned }
  }
}
