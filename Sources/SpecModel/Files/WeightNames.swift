import Foundation
import SpecFiles
import SpecKernels

/// The names under which programs save a folder's weights: safetensors, or as torch.save wrote them.
package struct WeightNames: Sendable {
  /// The file in safetensors, which is preferred.
  package let safetensors: String
  /// The file of torch.save.
  package let torch: String
  /// What they hold.
  let purpose: String

  /// A model's weights.
  package static let model = WeightNames("the model's weights")
  /// The weights of Kangaroo's adapter, as the official one has them.
  package static let adapter = WeightNames("the Kangaroo adapter's weights")
  /// The weights of an EAGLE head, as the official ones have them.
  package static let eagle = WeightNames("the EAGLE head's weights")
  /// The weights of Medusa's heads, as the official ones have them.
  package static let heads = WeightNames(
    safetensors: "medusa_lm_head.safetensors",
    torch: "medusa_lm_head.pt",
    "the Medusa heads' weights"
  )

  /// The weights of Hydra heads, as the official ones have them.
  package static let hydra = WeightNames(
    safetensors: "hydra_lm_head.safetensors",
    torch: "hydra_lm_head.pt",
    "the Hydra heads' weights"
  )

  private init(safetensors: String = "model.safetensors", torch: String = "pytorch_model.bin", _ purpose: String) {
    (self.safetensors, self.torch, self.purpose) = (safetensors, torch, purpose)
  }

  /// Both names, for a sentence.
  package var alternatives: String { "\(safetensors) or \(torch)" }

  /// Maps a folder's weights and checks their headers: one file, or shards with an index.
  ///
  /// - Parameter directory: the folder.
  /// - Returns: the tensors.
  /// - Throws: ``ModelError`` if there are none, or a file of them is absent or malformed.
  package func open(in directory: String) throws(ModelError) -> any TensorFile {
    let hasTorch = isEntry("\(directory)/\(torch)") || isEntry("\(directory)/\(torch).index.json")
    do {
      if let file = try open(safetensors, in: directory) { return file }
    } catch ModelError.missingShards where hasTorch {
      // A download of the other files alone often brings the index along.
    }
    if let file = try open(torch, in: directory) { return file }
    throw FolderContent(directory).missingWeights(self)
  }

  private func open(_ name: String, in directory: String) throws(ModelError) -> (any TensorFile)? {
    let path = directory + "/" + name
    if isEntry(path + ".index.json") { return try ShardedTensors(index: path + ".index.json", in: directory) }
    return isEntry(path) ? try Self.file(path) : nil
  }

  /// Maps one file of weights, whose format its name tells.
  static func file(_ path: String) throws(ModelError) -> any TensorFile {
    path.hasSuffix(".safetensors") ? try SafetensorsFile(path: path) : try TorchFile(path: path)
  }
}

extension MappedFile {
  /// Maps a file of weights that is there, and notes it.
  ///
  /// - Parameter path: the file.
  /// - Throws: ``ModelError`` if it is no ordinary file.
  convenience init(weights path: String) throws(ModelError) {
    do {
      try self.init(path: path)
    } catch {
      switch FilePlace.kind(at: path) {
      case nil: throw ModelError(.danglingLink, file: path)
      case .file: throw .malformedFile(path: path, problem: "it cannot be mapped into memory")
      case let kind?: throw ModelError(.notOrdinary(kind), file: path)
      }
    }
    InputLog.note(mapped: path)
  }
}
