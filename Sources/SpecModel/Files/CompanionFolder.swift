import Foundation

/// Tells a folder that holds a drafter's trained part from one that holds a model.
enum CompanionFolder {
  /// What is wrong with a folder of an adapter or of heads as a model; nil for others.
  ///
  /// - Parameter directory: the folder.
  /// - Returns: the error.
  static func problem(with directory: String) -> ModelError? {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
    guard names.contains("config.json"), !names.contains("tokenizer.json") else { return nil }
    if holdsHeads(directory) {
      return error(directory, "Medusa heads", "medusa:heads", weights: "medusa_lm_head.safetensors")
    }
    if holdsAdapter(directory, names) {
      return error(directory, "a Kangaroo adapter", "kangaroo:adapter", weights: "model.safetensors")
    }
    return nil
  }

  private static func error(_ directory: String, _ noun: String, _ setting: String, weights: String) -> ModelError {
    // Named as the setting says, the folder would be refused for the format of its weights.
    let conversion = FolderContent(directory).pyTorch(weights).map { "; \($0.found): \($0.advice)" } ?? ""
    return .notAFolder(
      path: directory,
      problem:
        "it holds \(noun), no model of its own: name the folder of the model that this was trained for, and this "
        + "folder as \(setting)=\(directory) with --decoders\(conversion)"
    )
  }

  /// Heads' configuration names their number and no shape of a model.
  private static func holdsHeads(_ directory: String) -> Bool {
    guard let file = try? JSONFile(path: directory + "/config.json", purpose: "a configuration") else { return false }
    return (try? file.size("medusa_num_heads")) ?? nil != nil && (try? file.size("hidden_size")) ?? nil == nil
  }

  /// Two tensors of an adapter, which is a layer's attention and a norm.
  private static let adapterNames = ["layers.0.self_attn.q_proj.weight", "norm.weight"]

  /// Parts of the names of tensors that a model has and an adapter has not.
  private static let modelNames = ["mlp.down_proj", "embed_tokens", "model.layers"]

  private static func holdsAdapter(_ directory: String, _ names: [String]) -> Bool {
    guard names.contains("model.safetensors") else {
      guard let name = FolderContent(directory).pyTorchFiles(insteadOf: "model.safetensors").first else { return false }
      return TorchFile.names(adapterNames + modelNames, in: directory + "/" + name) == Set(adapterNames)
    }
    guard let file = try? SafetensorsFile(path: directory + "/model.safetensors") else { return false }
    return adapterNames.allSatisfy(file.contains)
      && !file.names.contains { $0.contains("mlp") || $0.contains("embed") || $0.hasPrefix("model.") }
  }
}
