import Foundation
import SpecFiles

/// What lies in a folder where a file of a checkpoint is missing, and how it becomes what is needed.
struct FolderContent {
  private let directory: String
  private let names: [String]

  init(_ directory: String) {
    self.directory = directory
    // A folder that cannot be listed holds nothing to tell of: the error about the missing file stays as it is.
    names = ((try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []).sorted()
  }

  /// The error for weights that are not there under the name that is read.
  ///
  /// - Parameter wanted: the files that are missing.
  /// - Returns: the error.
  func missingWeights(_ wanted: WeightNames) -> ModelError {
    let path = directory + "/" + wanted.safetensors
    let findings = [
      adapter, shards(of: "model", ".safetensors"), shards(of: "pytorch_model", ".bin"), gguf, original,
      others(wanted.safetensors, [".safetensors"]), others(wanted.torch, [".bin", ".pt", ".pth"]), other,
    ]
    for finding in findings {
      if let (found, advice) = finding { return .otherWeights(path: path, found: found, advice: advice) }
    }
    return .missingFile(path: path, purpose: wanted.purpose)
  }

  /// The error for a `config.json` that is not there.
  func missingConfiguration(purpose: String) -> ModelError {
    let path = directory + "/config.json"
    if names.contains("params.json"), let (found, advice) = original {
      return .otherWeights(path: path, found: found, advice: advice)
    }
    if let (found, advice) = adapter { return .otherWeights(path: path, found: found, advice: advice) }
    let inner = names.filter { FileManager.default.fileExists(atPath: "\(directory)/\($0)/config.json") }
    if let snapshot = hubSnapshot ?? (inner.count == 1 ? inner[0] : nil) {
      return .otherWeights(
        path: path,
        found: "there is one in the folder \(quoted(snapshot)) of this folder",
        advice: "name \(directory)/\(snapshot)"
      )
    }
    if let (found, advice) = gguf { return .otherWeights(path: path, found: found, advice: advice) }
    return .missingFile(path: path, purpose: purpose)
  }

  /// The newest snapshot in a model's folder of the hub's cache.
  private var hubSnapshot: String? {
    guard names.contains("snapshots"), names.contains("blobs") else { return nil }
    let snapshots = (try? FileManager.default.contentsOfDirectory(atPath: directory + "/snapshots")) ?? []
    return snapshots.sorted().last {
      FileManager.default.fileExists(atPath: "\(directory)/snapshots/\($0)/config.json")
    }
    .map { "snapshots/\($0)" }
  }

  private typealias Finding = (found: String, advice: String)?

  private var adapter: Finding {
    guard let name = names.first(where: { $0.hasPrefix("adapter_model.") }) else { return nil }
    return (
      "\(quoted(name)) is there, a LoRA adapter, which is no model of its own",
      "merge it into its base model with "
        + python(
          "from peft import AutoPeftModelForCausalLM as M; "
            + "M.from_pretrained('.').merge_and_unload().save_pretrained('merged')"
        )
    )
  }

  private func shards(of stem: String, _ ending: String) -> Finding {
    let shards = names.filter { $0.hasPrefix(stem + "-") && $0.hasSuffix(ending) && $0.contains("-of-") }
    guard let first = shards.first else { return nil }
    return (
      "\(shards.count) \(shards.count == 1 ? "part" : "parts") of it, like \(quoted(first)), "
        + "without \(stem)\(ending).index.json",
      "fetch that index, which says what lies in which part"
    )
  }

  private var gguf: Finding {
    guard let name = names.first(where: { $0.hasSuffix(".gguf") }) else { return nil }
    return ("\(quoted(name)) is there, a GGUF file", Self.ggufAdvice(directory: directory, name: name))
  }

  /// How a GGUF file becomes a checkpoint.
  static func ggufAdvice(directory: String, name: String) -> String {
    "that format is not read yet; fetch the model in Hugging Face layout, or convert it with "
      + FolderContent(directory).python(
        "from transformers import AutoModelForCausalLM as M, AutoTokenizer as T; f = '\(plain(name))'; "
          + "M.from_pretrained('.', gguf_file=f).save_pretrained('hf'); "
          + "T.from_pretrained('.', gguf_file=f).save_pretrained('hf')"
      )
  }

  /// The layout in which Meta and Mistral hand out weights.
  private var original: Finding {
    guard let name = names.first(where: { $0.hasPrefix("consolidated.") }) else { return nil }
    return (
      "\(quoted(name)) is there, in the layout of the model's makers",
      "fetch the model in Hugging Face layout, whose repositories have names that end with -hf or hold config.json and "
        + "model.safetensors"
    )
  }

  private func others(_ name: String, _ endings: [String]) -> Finding {
    let files = names.filter { file in endings.contains { file.hasSuffix($0) } }
    guard let first = files.first else { return nil }
    return files.count == 1
      ? ("\(quoted(first)) is there", "rename it to \(name) if it holds the whole model")
      : ("\(files.count) other files like \(quoted(first)) are there", "rename the one that holds the whole model")
  }

  private var other: Finding {
    let endings = [".ckpt", ".h5", ".msgpack", ".onnx", ".npz", ".ot"]
    guard let name = names.first(where: { name in endings.contains { name.hasSuffix($0) } }) else { return nil }
    return ("\(quoted(name)) is there, in a format that is not read", "fetch or save the weights as safetensors")
  }

  /// A command line that runs a program of Python, without double quotes, in the folder.
  private func python(_ program: String) -> String {
    "cd \(ShellText.argument(directory)) && python3 -c \"\(program)\""
  }

  /// A file's name as it can stand between quotes in a command; a placeholder for one that would need care.
  private static func plain(_ name: String) -> String {
    name.utf8.allSatisfy {
      Set("-_.".utf8).contains($0) || Unicode.Scalar($0).properties.isAlphabetic
        || (0x30...0x39).contains($0)
    } ? name : "FILE"
  }
}
