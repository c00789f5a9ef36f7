import Foundation
import SpecFiles
import SpecKernels
import SpecModel

/// The state of a training on disk: parameters and moments in one file, everything else in another that names it. The
/// second is replaced in one step, so that at any moment the folder holds one whole state.
struct TrainingCheckpoint {

  /// Where the training is.
  struct State: Codable, Equatable {
    let step: Int
    let points: [Trainer.Point]
    let lossSum: Double
    let lossCount: Int

    /// Whether a training with these settings can have come there.
    func isPossible(in settings: TrainingSettings) -> Bool {
      (0...settings.steps).contains(step) && (0...step).contains(lossCount) && lossSum.isFinite
        && points.allSatisfy {
          (1...max(1, step)).contains($0.step) && $0.trainingLoss.isFinite && $0.heldOut.loss.isFinite
        }
    }
  }

  private struct Description: Codable {
    let identity: TrainingIdentity
    let state: State
    let numbers: String
  }

  private let directory: String
  private let identity: TrainingIdentity

  /// - Parameters:
  ///   - directory: a folder that exists.
  ///   - identity: what must be the same for a training to go on.
  init(directory: String, identity: TrainingIdentity) {
    self.directory = directory
    self.identity = identity
  }

  private var descriptionPath: String { directory + "/state.json" }

  /// Takes the state that is there.
  ///
  /// - Parameter parameters: filled with the saved numbers.
  /// - Returns: the state; nil if nothing was saved yet.
  /// - Throws: ``TrainingError`` if it belongs to another training, `ModelError` if the numbers are damaged, or
  ///   `KernelError` if one is not finite.
  func restore(_ parameters: [Parameter]) throws -> State? {
    guard let data = FileManager.default.contents(atPath: descriptionPath) else { return nil }
    let saved: Description
    do {
      saved = try JSONDecoder().decode(Description.self, from: data)
    } catch {
      throw TrainingError.malformedCheckpoint(path: descriptionPath, problem: "it does not hold a training's state")
    }
    let differences = identity.differences(from: saved.identity)
    guard differences.isEmpty else {
      throw TrainingError.otherTraining(path: directory, difference: differences.joined(separator: ", "))
    }
    guard saved.state.isPossible(in: identity.settings) else {
      throw TrainingError.malformedCheckpoint(path: descriptionPath, problem: "its steps or losses are impossible")
    }
    let file = try SafetensorsFile(path: directory + "/" + saved.numbers)
    for parameter in parameters {
      for (name, matrix) in Self.matrices(of: parameter) {
        let numbers = try file.tensor(name, shape: [matrix.rows, matrix.columns]).finiteFloats()
        matrix.withMutableNumbers { _ = $0.update(fromContentsOf: numbers) }
      }
    }
    return saved.state
  }

  /// Saves a state in the place of the one before.
  func save(_ state: State, parameters: [Parameter]) throws {
    let name = "numbers-\(state.step).safetensors"
    let tensors = parameters.flatMap { parameter in
      Self.matrices(of: parameter).map { name, matrix in
        NamedTensor(name, shape: [matrix.rows, matrix.columns]) { range in matrix.withNumbers { Array($0[range]) } }
      }
    }
    try SafetensorsWriter.write(tensors, as: .float32, to: directory + "/" + name)
    try WholeJSONFile.write(Description(identity: identity, state: state, numbers: name), to: descriptionPath)
    for old in try FileManager.default.contentsOfDirectory(atPath: directory) {
      if old.hasPrefix("numbers-"), old != name { try FileManager.default.removeItem(atPath: directory + "/" + old) }
    }
  }

  private static func matrices(of parameter: Parameter) -> [(String, FloatMatrix)] {
    let name = parameter.parts[0].name
    guard let optimization = parameter.optimization else { return [] }
    return [
      (name, parameter.value),
      (name + ".first_moment", optimization.firstMoment),
      (name + ".second_moment", optimization.secondMoment),
    ]
  }
}
