import Foundation
import SpecModel
import SpecTestSupport

/// What lies beside the weights, in JSON.
extension ForeignFormat {
  static let configurations =
    ["config.json", "generation_config.json", "kangaroo/config.json", "medusa/config.json", "hydra/config.json"].map {
      file in
      ForeignFormat(name: file, file: file, seeds: { try [[UInt8](seed(file, $0))] }) { folder in
        let checkpoint = try Checkpoint(directory: folder)
        if file.hasPrefix("k") {
          _ = try KangarooAdapter.Header(directory: folder + "/kangaroo", target: checkpoint.configuration)
        }
        if file.hasPrefix("h") {
          _ = try HydraHeads.Header(directory: folder + "/hydra", target: checkpoint.configuration)
        }
        if file.hasPrefix("m") {
          _ = try MedusaHeads.Header(directory: folder + "/medusa", target: checkpoint.configuration)
        }
      }
    }

  private static func seed(_ file: String, _ folder: TinyCheckpoint) throws -> Data {
    if file != "generation_config.json" { return try folder.read(file) }
    return Data(#"{"bos_token_id": 1, "eos_token_id": [2, 3], "pad_token_id": null, "temperature": 0.6}"#.utf8)
  }
}
