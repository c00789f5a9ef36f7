import Foundation
import SpecDecoding
import SpecFiles
import SpecModel

/// A folder that holds a companion for every registered method, as it would lie beside a target's files.
public final class CompanionFolder {
  /// The folder's path.
  public let path: String

  /// Writes the companions.
  ///
  /// - Parameters:
  ///   - registry: the methods.
  ///   - target: the shape of the model that they draft for.
  ///   - tensors: gives their numbers by name. A name of the target's gives the target's own tensor, so that a draft
  ///     model agrees with it now and then.
  /// - Throws: what writing files throws.
  public init(of registry: MethodRegistry = .builtIn, for target: ModelConfiguration, tensors: RandomTensors) throws {
    path = FileManager.default.temporaryDirectory.appending(path: "companions-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    for (name, bytes) in Self.sampleFiles(of: registry, for: target) {
      try Data(bytes).write(to: URL(fileURLWithPath: path + "/" + name))
    }
    for companion in registry.methods.compactMap(\.companion) {
      let folder = path + "/" + companion.setting.defaultValue
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      let blueprint = companion.blueprint(target)
      let stored = blueprint.tensors.sorted { $0.key < $1.key }.map { name, shape in
        StoredTensor(name, shape, .float32, tensors.numbers(name, shape: shape))
      }
      let lists = blueprint.integers.sorted { $0.key < $1.key }.map { StoredTensor($0.key, integers: $0.value) }
      try Data(blueprint.configuration.document.utf8).write(to: URL(fileURLWithPath: folder + "/config.json"))
      try StoredTensor.file(stored + lists).write(to: URL(fileURLWithPath: folder + "/" + companion.weights))
    }
  }

  /// The files that methods need beside their companions.
  ///
  /// - Parameters:
  ///   - registry: the methods.
  ///   - target: the shape of the model that they draft for.
  /// - Returns: their bytes by name.
  static func sampleFiles(
    of registry: MethodRegistry = .builtIn,
    for target: ModelConfiguration
  ) -> [(name: String, bytes: [UInt8])] {
    registry.methods.flatMap { method in method.sampleFiles(target).map { (name: $0.key, bytes: $0.value) } }
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}

extension Method {
  /// A spec with random settings. They may not fit a target, or one another.
  ///
  /// - Parameter random: what is drawn from.
  /// - Returns: the spec.
  public func randomSpec(_ random: inout SeededRandom) -> DecoderSpec {
    var values: [(name: String, value: String)] = []
    for setting in settings where setting.name != companion?.setting.name && random.below(5) > 0 {
      values.append((setting.name, setting.randomValue(&random)))
    }
    return DecoderSpec(method: name, settings: values)
  }

  /// A spec with random settings that fit a target.
  ///
  /// - Parameters:
  ///   - target: shape and folder.
  ///   - registry: where the method is registered.
  ///   - random: what is drawn from.
  /// - Returns: the spec; nil if a thousand draws do not fit.
  /// - Throws: what a companion throws that cannot be used.
  public func fittingSpec(
    _ target: TargetFiles,
    registry: MethodRegistry = .builtIn,
    _ random: inout SeededRandom
  ) throws -> DecoderSpec? {
    for _ in 0..<1000 {
      let spec = randomSpec(&random)
      do {
        try registry.check(spec, target: target)
        return spec
      } catch is DecodingError {
        continue
      }
    }
    return nil
  }
}

extension Setting {
  /// A value of the setting's kind, small ones often.
  public func randomValue(_ random: inout SeededRandom) -> String {
    switch kind {
    case .integer(let range):
      return "\(range.lowerBound + random.below(min(range.count, [3, 8, range.count][random.below(3)])))"
    case .number(let range):
      return "\(range.lowerBound + (range.upperBound - range.lowerBound) * Double(random.below(11)) / 10)"
    case .flag: return random.below(2) == 0 ? "false" : "true"
    case .choice(let words): return words[random.below(words.count)]
    case .text:
      let words = [defaultValue] + examples
      return words[random.below(words.count)]
    }
  }
}
