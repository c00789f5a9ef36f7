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
    if holdsHeads(directory, "medusa_num_heads") { return error(directory, "Medusa heads", "medusa:heads") }
    if holdsHeads(directory, "hydra_num_heads") { return error(directory, "Hydra heads", "hydra:heads") }
    if holdsAdapter(directory) { return error(directory, "a Kangaroo adapter", "kangaroo:adapter") }
    guard let kind = eagleKind(directory) else { return nil }
    return error(directory, "an \(kind.rawValue) head", "\(kind.method):head")
  }

  private static func error(_ directory: String, _ noun: String, _ setting: String) -> ModelError {
    .notAFolder(
      path: directory,
      problem:
        "it holds \(noun), no model of its own: name the folder of the model that this was trained for, and this "
        + "folder as \(setting)=\(directory) with --decoders"
    )
  }

  /// Heads' configuration names their number and no shape of a model.
  private static func holdsHeads(_ directory: String, _ count: String) -> Bool {
    guard let file = try? JSONFile(path: directory + "/config.json", purpose: "a configuration") else { return false }
    return (try? file.size(count)) ?? nil != nil && (try? file.size("hidden_size")) ?? nil == nil
  }

  /// Two tensors of an adapter, which is a layer's attention and a norm.
  private static let adapterNames = ["layers.0.self_attn.q_proj.weight", "norm.weight"]

  private static func holdsAdapter(_ directory: String) -> Bool {
    guard let file = try? WeightNames.adapter.open(in: directory) else { return false }
    return adapterNames.allSatisfy(file.contains)
      && !file.names.contains { $0.contains("mlp") || $0.contains("embed") || $0.hasPrefix("model.") }
  }

  private static func eagleKind(_ directory: String) -> EagleKind? {
    guard let file = try? WeightNames.eagle.open(in: directory) else { return nil }
    return file.names.contains { $0.hasPrefix("model.") } ? nil : EagleNames(file)?.kind
  }
}
