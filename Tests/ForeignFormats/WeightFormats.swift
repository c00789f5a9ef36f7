import Foundation
import SpecModel
import SpecTestSupport

/// Weights.
extension ForeignFormat {
  static let weights = [
    ForeignFormat(name: "safetensors", file: "model.safetensors", seeds: { try [small($0)] }) { folder in
      try use(SafetensorsFile(path: folder + "/model.safetensors"))
    },
    ForeignFormat(
      name: "torch.save",
      file: "pytorch_model.bin",
      seeds: { folder in
        let tensors = try StoredTensor.reading(Data(small(folder)))
        return [
          [UInt8](TorchArchive(tensors).file()), [UInt8](TorchArchive(tensors, under: "state_dict").file(isWide: true)),
          [UInt8](TorchArchive.oldFile(tensors)),
        ]
      }
    ) { try use(TorchFile(path: $0 + "/pytorch_model.bin")) },
    // Damage to the ZIP file hides the pickle, so that is damaged on its own.
    ForeignFormat(
      name: "pickle",
      file: "data.pkl",
      seeds: { folder in
        let tensors = try StoredTensor.reading(Data(small(folder)))
        return [nil, "model"].map { TorchArchive(tensors, under: $0).entries[0].bytes }
      }
    ) { folder in
      let pickle = [UInt8](try Data(contentsOf: URL(fileURLWithPath: folder + "/data.pkl")))
      let storages = (0..<4).map { ("\($0)", [UInt8](repeating: 0x3C, count: 64)) }
      let path = folder + "/data.pkl"
      try TorchArchive(pickle: pickle, storages: storages).file().write(to: URL(fileURLWithPath: path))
      try use(TorchFile(path: path))
    },
    ForeignFormat(
      name: "GGUF",
      file: "model.gguf",
      seeds: { _ in
        [
          SmallGGUF.file(type: 1, bytesOfBlock: 64, tokenizer: "gpt2"),
          SmallGGUF.file(type: 8, bytesOfBlock: 34, tokenizer: "llama"),
        ]
      }
    ) { folder in
      let location = ModelLocation(folder + "/model.gguf")
      let checkpoint = try Checkpoint(location)
      for (name, shape) in checkpoint.configuration.tensorShapes {
        _ = try checkpoint.tensor(name, shape: shape).finiteFloats()
      }
      let tokenizer = try Tokenizer(location)
      _ = tokenizer.decode(tokenizer.encode(text))
    },
    ForeignFormat(name: "index", file: "model.safetensors.index.json", seeds: { _ in [Array(index.utf8)] }) {
      _ = try Checkpoint(directory: $0)
    },
  ]

  private static let index = """
    {"metadata": {"total_size": 1}, "weight_map": {"lm_head.weight": "model.safetensors", "b": "model.safetensors"}}
    """

  /// Three small tensors in safetensors.
  private static func small(_ folder: TinyCheckpoint) throws -> [UInt8] {
    [UInt8](
      StoredTensor.file([
        StoredTensor("layers.0.a", [2, 4], .float32, [1, 2, 3, 4, 5, 6, 7, 8]),
        StoredTensor("b", [3], .bfloat16, [1, -2, 0.5]), StoredTensor("c.weight", [2, 2], .float16, [1, 2, 3, 4]),
      ])
    )
  }

  private static func use(_ file: some TensorFile) throws {
    for name in file.names {
      guard let shape = file.shape(of: name), file.numberType(of: name) != nil else { continue }
      _ = try file.tensor(name, shape: shape).finiteFloats()
    }
  }
}
