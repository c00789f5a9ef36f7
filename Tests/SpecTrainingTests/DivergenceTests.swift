import Foundation
import SpecKernels
import SpecModel
import SpecTestSupport
import SpecTraining
import Testing

/// A training whose numbers are no longer finite stops before anything of it is saved.
@Suite struct DivergenceTests {
  /// Goes wrong in one step.
  private final class Diverging: TrainingObjective {
    enum Fault { case loss, gradient, weight, heldOut }
    let honest: NextTokenObjective
    let fault: Fault?
    let faultyStep: Int
    private var steps = 0

    init(_ honest: NextTokenObjective, _ fault: Fault?, at step: Int) {
      (self.honest, self.fault, faultyStep) = (honest, fault, step)
    }

    var parameters: [Parameter] { honest.parameters }
    var rows: Int { honest.rows }
    var identity: [String: String] { honest.identity }

    func step(_ batch: TrainingBatch) -> Double {
      steps += 1
      let loss = honest.step(batch)
      guard steps == faultyStep else { return loss }
      switch fault {
      case .loss: return .infinity
      case .gradient: parameters[1].gradient?.withMutableNumbers { $0[2] = .nan }
      case .weight: parameters[1].value.withMutableNumbers { $0[2] = .greatestFiniteMagnitude }
      case .heldOut, nil: break
      }
      return loss
    }

    func evaluate(_ batch: TrainingBatch) -> HeldOutMetrics {
      var metrics = honest.evaluate(batch)
      if fault == .heldOut, steps >= faultyStep { metrics.loss = .nan }
      return metrics
    }
  }

  private static let settings = TrainingSettings(
    batchTokens: 64,
    steps: 8,
    warmUpSteps: 3,
    evaluationInterval: 6,
    checkpointInterval: 4
  )

  private func train(in folder: String, _ fault: Diverging.Fault?) throws {
    let context = try ComputeContext(threads: 2)
    let honest = try NextTokenObjective(GradientTests.shape, rows: 64, seed: 1, context: context)
    var random = RandomStream(seed: 9, name: "documents")
    var documents = TokenizedDocuments()
    for _ in 0..<60 { documents.append((0..<5 + random.below(40)).map { _ in Token(random.below(50)) }, limit: 64) }
    let data = try TrainingData(documents)
    let trainer = try Trainer(
      Diverging(honest, fault, at: 6),
      training: data.training,
      heldOut: data.heldOut,
      settings: Self.settings,
      directory: folder,
      context: context
    )
    _ = try trainer.run(progress: { _ in }, shouldStop: { false })
  }

  @Test func nothingOfADivergedStepIsSaved() throws {
    for (fault, what) in [
      (Diverging.Fault.loss, "the loss"), (.gradient, "gradient of the tensor 'model.layers.0"),
      (.weight, "the tensor 'model.layers.0"), (.heldOut, "held-out"),
    ] {
      let folder = try TemporaryFolder()
      let error = #expect(throws: TrainingError.self) { try train(in: folder.path, fault) }
      guard case .diverged(step: 6, let found) = error else {
        Issue.record("\(fault): \(error.debugDescription)")
        continue
      }
      #expect(found.contains(what), "\(found)")
      // The checkpoint of step 4 is whole, and the training goes on from it.
      let state = try String(contentsOfFile: folder.path + "/state.json", encoding: .utf8)
      #expect(state.contains("numbers-4.safetensors"))
      try train(in: folder.path, nil)
    }
  }

  @Test func aCheckpointThatIsNotFiniteIsRefused() throws {
    let folder = try TemporaryFolder()
    #expect(throws: TrainingError.self) { try train(in: folder.path, .loss) }
    let path = folder.path + "/numbers-4.safetensors"
    var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    bytes.replaceSubrange(bytes.count - 4..<bytes.count, with: [0, 0, 0xc0, 0x7f])
    try bytes.write(to: URL(fileURLWithPath: path))
    let error = #expect(throws: KernelError.self) { try train(in: folder.path, nil) }
    #expect("\(error.map { "\($0)" } ?? "")".contains(path))
    // A state that a hand has changed to what cannot be.
    let state = try String(contentsOfFile: folder.path + "/state.json", encoding: .utf8)
    for step in ["-1", "9", "9223372036854775807"] {
      _ = try folder.write(state.replacing("\"step\" : 4", with: "\"step\" : \(step)"), to: "state.json")
      #expect(throws: TrainingError.self) { try train(in: folder.path, nil) }
    }
  }
}
