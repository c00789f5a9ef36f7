import Foundation
import SpecKernels
import SpecModel
import SpecTestSupport
import SpecTraining
import Testing

/// The loss curve of a two-layer model against one that PyTorch and transformers computed in double precision from the
/// same first weights, which both sides make from a formula.
@Suite struct TwoLayerTests {
  private struct Golden: Decodable { let losses: [Double] }

  @Test func lossCurveAgreesWithAnIndependentComputation() throws {
    var shape = GradientTests.shape
    shape.tiesEmbeddings = false
    let context = try ComputeContext(threads: 2)
    let objective = try NextTokenObjective(shape, rows: 48, seed: 1, context: context)
    fill(objective.parameters)
    var documents = TokenizedDocuments()
    for (index, count) in [20, 13, 6].enumerated() {
      documents.append((0..<count).map { Token((7 * $0 * $0 + 3 * $0 + index) % 50) }, limit: 48)
    }
    let folder = try TemporaryFolder()
    let trainer = try Trainer(
      objective,
      training: documents,
      heldOut: documents,
      settings: TrainingSettings(batchTokens: 48, steps: 30, peakRate: 1e-2, warmUpSteps: 5),
      directory: folder.path,
      context: context
    )
    var losses: [Double] = []
    _ = try trainer.run(progress: { losses.append($0.loss) }, shouldStop: { false })
    let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "two-layer-losses.json")
    let golden = try JSONDecoder().decode(Golden.self, from: Data(contentsOf: path))
    #expect(losses.count == golden.losses.count)
    #expect(golden.losses[29] < golden.losses[0] - 1)
    for (step, (found, expected)) in zip(losses, golden.losses).enumerated() {
      #expect(abs(found - expected) < 2e-4 * expected, "step \(step): \(found) instead of \(expected)")
    }
  }

  private func fill(_ parameters: [Parameter]) {
    var tensor = 0
    for parameter in parameters {
      for (part, range) in parameter.partRanges {
        parameter.value.withMutableNumbers { numbers in
          for (index, place) in range.enumerated() {
            let number = Double((tensor * 7919 + index * 104_729 + 12345) % 65537) / 65537 - 0.5
            numbers[place] = Float(part.isVector ? 1 + 0.2 * number : 0.4 * number)
          }
        }
        tensor += 1
      }
    }
  }
}
