import SpecFiles
import SpecKernels

/// Tensors in several files, with an index that says which lies where.
final class ShardedTensors: TensorFile {
  /// Where the index lies.
  let path: String
  /// The files, in the order of their names.
  let files: [String]
  private let shards: [String: any TensorFile]
  private let index: [String: String]

  /// Maps the files and checks their headers.
  ///
  /// - Parameters:
  ///   - path: the index, like `model.safetensors.index.json`.
  ///   - directory: the folder that it names files of.
  /// - Throws: ``ModelError`` if a file is absent or malformed.
  init(index path: String, in directory: String) throws(ModelError) {
    self.path = path
    index = try Self.read(path)
    let names = Set(index.values).sorted()
    let missing = names.filter { !isEntry(directory + "/" + $0) }
    guard missing.isEmpty else { throw .missingShards(path: path, names: missing) }
    var shards: [String: any TensorFile] = [:]
    for name in names { shards[name] = try WeightNames.file(directory + "/" + name) }
    self.shards = shards
    files = names.map { directory + "/" + $0 }
  }

  private static func read(_ path: String) throws(ModelError) -> [String: String] {
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

  var names: [String] { index.keys.sorted() }

  func contains(_ name: String) -> Bool { shard(of: name)?.contains(name) ?? false }

  func shape(of name: String) -> [Int]? { shard(of: name)?.shape(of: name) }

  func numberType(of name: String) -> NumberType? { shard(of: name)?.numberType(of: name) }

  func check(_ name: String, shape: [Int]) throws(ModelError) { try needed(name).check(name, shape: shape) }

  func tensor(_ name: String, shape: [Int]) throws(ModelError) -> NumberSource {
    try needed(name).tensor(name, shape: shape)
  }

  func integers(_ name: String, count: Int) throws(ModelError) -> [Int] {
    try needed(name).integers(name, count: count)
  }

  private func shard(of name: String) -> (any TensorFile)? { index[name].flatMap { shards[$0] } }

  private func needed(_ name: String) throws(ModelError) -> any TensorFile {
    guard let shard = shard(of: name) else { throw .missingTensor(path: files.first ?? path, name: name) }
    return shard
  }
}
