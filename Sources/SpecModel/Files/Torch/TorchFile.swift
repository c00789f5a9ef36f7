import Foundation
import SpecFiles
import SpecKernels

/// A mapped file of torch.save that holds a state dict: tensors by name. Nothing of it is run, and nothing that it says
/// of itself is believed before it is checked against the file's size. Tensors whose numbers lie in order stay in the
/// file; others are gathered when they are asked for.
public final class TorchFile: TensorFile {
  /// Where the file lies.
  public let path: String
  private let file: MappedFile
  private let tensors: [String: Tensor]

  private struct Tensor {
    let view: TorchView
    /// Where its storage lies in the file.
    let storage: Range<Int>

    /// Where its numbers lie in the file, if they lie side by side.
    func bytes(size: Int) -> Range<Int> {
      let start = storage.lowerBound + (view.count == 0 ? 0 : view.offset * size)
      return start..<start + view.count * size
    }
  }

  /// - Parameter path: an existing file.
  /// - Throws: ``ModelError`` if it is damaged, no file of torch.save, or holds anything but tensors and plain values.
  public init(path: String) throws(ModelError) {
    self.path = path
    file = try MappedFile(weights: path)
    do {
      let contents = try TorchContents(file)
      tensors = try Self.tensors(of: contents)
    } catch {
      throw Self.error(error, file)
    }
  }

  /// The names of all tensors, sorted.
  public var names: [String] { tensors.keys.sorted() }

  /// Whether there is a tensor of this name.
  public func contains(_ name: String) -> Bool { tensors[name] != nil }

  /// The shape of a tensor, nil if it is not there.
  public func shape(of name: String) -> [Int]? { tensors[name]?.view.shape }

  /// How a tensor is stored; nil if it is absent or of a type that is not read.
  public func numberType(of name: String) -> NumberType? { tensors[name]?.view.storage.type.number }

  /// Compares a tensor with what is needed, without gathering it.
  public func check(_ name: String, shape: [Int]) throws(ModelError) { _ = try find(name, shape: shape) }

  /// A tensor's numbers: in the file, which they keep mapped, or gathered in memory of their own.
  ///
  /// - Parameters:
  ///   - name: the tensor.
  ///   - shape: what the configuration asks for.
  /// - Returns: the numbers, row after row.
  /// - Throws: ``ModelError`` if it is absent, of another shape or of a type that is not read.
  public func tensor(_ name: String, shape: [Int]) throws(ModelError) -> NumberSource {
    let (tensor, type) = try find(name, shape: shape)
    guard tensor.view.isContiguous else {
      return file.withBytes { bytes in
        GatheredNumbers(tensor.view, from: UnsafeRawBufferPointer(rebasing: bytes[tensor.storage]))
          .source(type, name: name, file: path)
      }
    }
    return file.numbers(type, tensor.bytes(size: type.size), name: name)
  }

  /// A list of whole numbers.
  public func integers(_ name: String, count: Int) throws(ModelError) -> [Int] {
    let tensor = try shaped(name, [count])
    guard tensor.view.storage.type.name == MappedFile.integerType, tensor.view.isContiguous else {
      let found = tensor.view.isContiguous ? tensor.view.storage.type.name : "numbers that do not lie side by side"
      throw .malformedFile(
        path: path,
        problem: "the tensor \(quoted(name)) is stored as \(found) where \(MappedFile.integerType) is expected"
      )
    }
    return file.integers(tensor.bytes(size: tensor.view.storage.type.size))
  }

  private func shaped(_ name: String, _ shape: [Int]) throws(ModelError) -> Tensor {
    guard let tensor = tensors[name] else { throw .missingTensor(path: path, name: name) }
    guard tensor.view.shape == shape else {
      throw .wrongShape(path: path, name: name, found: tensor.view.shape, expected: shape)
    }
    return tensor
  }

  private func find(_ name: String, shape: [Int]) throws(ModelError) -> (Tensor, NumberType) {
    let tensor = try shaped(name, shape)
    guard let type = tensor.view.storage.type.number else {
      throw .unsupportedType(path: path, name: name, found: tensor.view.storage.type.name)
    }
    guard !tensor.view.isRepeated else {
      throw .malformedFile(path: path, problem: "its tensor \(quoted(name)) repeats the numbers of its storage")
    }
    return (tensor, type)
  }

  /// The most bytes of a tensor's name: a long one that is repeated would take more time than its bytes justify.
  private static let longestName = 4096

  /// The tensors of a state dict, each checked against its storage.
  private static func tensors(of contents: TorchContents) throws(TorchContents.Fault) -> [String: Tensor] {
    var tensors: [String: Tensor] = [:]
    for (name, view) in try contents.stateDictionary() {
      guard name.utf8.count <= longestName else {
        throw .malformed("the name of a tensor has \(name.utf8.count) bytes")
      }
      guard let storage = contents.storages[view.storage.key] else {
        throw .malformed("the storage \(quoted(view.storage.key)) of its tensor \(quoted(name)) is not there")
      }
      if let problem = view.problem(in: storage.count) { throw .malformed("its tensor \(quoted(name)) \(problem)") }
      tensors[name] = Tensor(view: view, storage: storage)
    }
    return tensors
  }

  private static func error(_ fault: TorchContents.Fault, _ file: MappedFile) -> ModelError {
    switch fault {
    case .pickle(.forbidden(let name)): return .forbiddenGlobal(path: file.path, name: name)
    case .pickle(.malformed(let problem)), .malformed(let problem):
      return .malformedFile(path: file.path, problem: problem)
    case .unsupported(let feature):
      let advice = "load it with torch.load(FILE, weights_only=True) and save it again with torch.save"
      return .unsupportedFeature(path: file.path, feature: feature, supported: advice)
    case .foreign:
      if let kind = file.withBytes({ ForeignFile(beginning: $0.prefix(512)) }) {
        return .foreignFile(path: file.path, kind)
      }
      return .malformedFile(path: file.path, problem: "it is no file of torch.save")
    }
  }
}

extension TorchContents {
  /// The tensors by name: of the one dictionary in the object that has any, as the checkpoints of a training have beside
  /// other things, tensors among them; else of the object itself.
  ///
  /// - Returns: the tensors in their order.
  /// - Throws: ``Fault`` if there is no such dictionary, or more than one.
  fileprivate func stateDictionary() throws(Fault) -> [(name: String, view: TorchView)] {
    guard let members = machine.entries(of: root) else {
      throw .malformed("what was saved in it is no state dict")
    }
    // Each dictionary is looked at once, however often it is named.
    var seen: Set<Int> = []
    let inner = members.compactMap { key, value -> (key: String, tensors: [(name: String, view: TorchView)])? in
      guard case .object(let number) = value, seen.insert(number).inserted else { return nil }
      let found = tensors(in: value)
      return found.isEmpty ? nil : (key, found)
    }
    guard inner.count <= 1 else {
      let keys = inner.prefix(4).map { quoted($0.key) }.joined(separator: ", ")
      throw .malformed("it holds \(inner.count) state dicts, under \(keys), so which one is meant is not known")
    }
    let chosen = inner.first?.tensors ?? tensors(in: root)
    if chosen.isEmpty { throw .malformed("it holds no tensors by name") }
    return chosen
  }

  private func tensors(in value: PickleValue) -> [(name: String, view: TorchView)] {
    (machine.entries(of: value) ?? []).compactMap { name, value in
      if case .tensor(let view) = value { (name, view) } else { nil }
    }
  }
}
