import Foundation
import SpecFiles
import SpecKernels

/// A model's folder in Hugging Face layout: its configuration and its tensors, in one file or sharded with an index.
public final class Checkpoint {
  /// The folder.
  public let directory: String
  /// The model's shape.
  public let configuration: ModelConfiguration
  /// The weight files, in the order of their names.
  public let weightFiles: [String]
  private let files: [String: SafetensorsFile]
  private let index: [String: String]?

  /// Maps the files; nothing is copied yet.
  ///
  /// - Parameter directory: the folder.
  /// - Throws: ``ModelError`` if a file is absent or malformed.
  public init(directory: String) throws(ModelError) {
    var isDirectory: ObjCBool = false
    let isThere = FileManager.default.fileExists(atPath: directory, isDirectory: &isDirectory)
    guard isThere, isDirectory.boolValue else {
      let purpose = "a checkpoint folder with config.json and model.safetensors"
      throw .missingFolder(path: directory, purpose: purpose, isFile: isThere)
    }
    self.directory = directory
    configuration = try ModelConfiguration(directory: directory)
    let indexPath = directory + "/model.safetensors.index.json"
    var files: [String: SafetensorsFile] = [:]
    if isEntry(indexPath) {
      let index = try Self.readIndex(indexPath)
      for name in Set(index.values) { files[name] = try SafetensorsFile(path: directory + "/" + name) }
      self.index = index
    } else {
      files["model.safetensors"] = try SafetensorsFile(path: directory + "/model.safetensors")
      index = nil
    }
    self.files = files
    weightFiles = files.keys.sorted().map { directory + "/" + $0 }
  }

  /// Files of a checkpoint's folder that say how its texts are written and how it generates, where they are there.
  public static let companionNames = [
    "generation_config.json", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json",
    "chat_template.json", "chat_template.jinja",
  ]

  private static func readIndex(_ path: String) throws(ModelError) -> [String: String] {
    let file = try JSONFile(path: path, purpose: "the index of the weight files")
    let names = try file.root.member("weight_map")
    var map: [String: String] = [:]
    for (tensor, field) in try names.members() { map[tensor] = try field.string() }
    guard !map.isEmpty else { throw names.mismatch(expected: "an object of tensor names and file names") }
    for name in map.values where !InnerPath.isName(name) {
      throw .malformedFile(path: path, problem: "the file name \(quoted(name)) leads out of the folder")
    }
    return map
  }

  /// A tensor's numbers, which keep their file mapped.
  ///
  /// - Parameters:
  ///   - name: the tensor's name.
  ///   - shape: what the configuration asks for.
  /// - Returns: the numbers.
  /// - Throws: ``ModelError`` if it is absent or not as the configuration says.
  public func tensor(_ name: String, shape: [Int]) throws(ModelError) -> NumberSource {
    guard let file = file(of: name) else {
      throw .missingTensor(path: weightFiles.first ?? directory, name: name)
    }
    return try file.tensor(name, shape: shape)
  }

  /// A one-dimensional tensor as float32.
  ///
  /// - Parameters:
  ///   - name: the tensor's name.
  ///   - count: its length.
  /// - Returns: the numbers, widened exactly.
  /// - Throws: ``ModelError`` as for ``tensor(_:shape:)``.
  public func vector(_ name: String, count: Int) throws(ModelError) -> [Float] {
    try tensor(name, shape: [count]).floats(0..<count)
  }

  /// Whether there is a tensor of this name.
  public func contains(_ name: String) -> Bool { file(of: name)?.contains(name) ?? false }

  /// The weight type that keeps every bit of the stored weights.
  public var naturalWeightType: WeightType {
    let name = "model.embed_tokens.weight"
    return switch file(of: name)?.numberType(of: name) {
    case .bfloat16: .bfloat16
    case .float16: .float16
    case .float32, nil: .float32
    }
  }

  private func file(of name: String) -> SafetensorsFile? {
    guard let index else { return files["model.safetensors"] }
    return index[name].flatMap { files[$0] }
  }
}
