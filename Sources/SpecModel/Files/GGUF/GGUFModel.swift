import Foundation
import SpecFiles
import SpecKernels

/// A model in the format GGUF, in one file or split into several: its tensors under Hugging Face's names, and what its
/// metadata says of it.
final class GGUFModel: TensorFile {
  /// The file with the metadata, the first one of several.
  let path: String
  /// All files, in order.
  let files: [String]
  /// The model's family.
  let architecture: GGUFArchitecture
  /// The file with the metadata.
  var main: GGUFFile { parts[0] }
  private let parts: [GGUFFile]
  private let places: [String: Place]

  /// Where a tensor lies.
  private struct Place {
    let file: GGUFFile
    let name: String
    let entry: GGUFFile.Entry
  }

  /// Maps the files and checks their headers.
  ///
  /// - Parameter path: the file, or any one of a split model's.
  /// - Throws: ``ModelError`` if a file is absent or malformed, or holds what cannot be read.
  convenience init(path: String) throws(ModelError) { try self.init(GGUFParts.open(path)) }

  /// Takes over a model's files.
  ///
  /// - Parameter parts: all of them, the one with the metadata first.
  /// - Throws: ``ModelError`` if they hold what cannot be read.
  init(_ parts: [GGUFFile]) throws(ModelError) {
    self.parts = parts
    let main = parts[0]
    self.path = main.path
    files = parts.map(\.path)
    let name = try main.text("general.architecture") ?? ""
    guard let architecture = GGUFArchitecture.named(name) else {
      throw .unsupportedFeature(
        path: main.path,
        feature: "the architecture \(quoted(name))",
        supported: "GGUF files of these can be read: \(GGUFArchitecture.known.map(\.name).joined(separator: ", "))"
      )
    }
    self.architecture = architecture
    var places: [String: Place] = [:]
    var others: [String] = []
    for part in parts {
      for (name, entry) in part.entries {
        // Factors of the frequencies are read with the metadata.
        guard !GGUFRotation.tensorNames.contains(name) else { continue }
        guard let known = architecture.huggingFaceName(of: name) else {
          others.append(name)
          continue
        }
        places[known] = Place(file: part, name: name, entry: entry)
      }
    }
    self.places = places
    let problems = [typeProblem, Self.problem(withOthers: others.sorted(), architecture, path: main.path)]
    if let error = ModelError.joining(problems.compactMap(\.self), path: main.path) { throw error }
  }

  /// Every type that cannot be read, not only the first.
  private var typeProblem: ModelError? {
    var counts: [String: Int] = [:]
    for entry in parts.flatMap(\.entries.values) where entry.type.readable == nil {
      counts[entry.type.name, default: 0] += 1
    }
    guard !counts.isEmpty else { return nil }
    let found = counts.sorted { $0.key < $1.key }.map { "\($0.key) (\(quantity($0.value, "tensor")))" }
    return .unsupportedFeature(
      path: path,
      feature: "the quantization \(found.joined(separator: ", "))",
      supported:
        "\(GGUFTensorType.readableNames.joined(separator: ", ")) can be read; fetch a file of the model in one of them"
    )
  }

  /// A tensor that the family does not have would be left out of every product.
  private static func problem(
    withOthers names: [String],
    _ architecture: GGUFArchitecture,
    path: String
  ) -> ModelError? {
    guard let first = names.first else { return nil }
    let more = names.count > 1 ? " and \(quantity(names.count - 1, "other tensor"))" : ""
    return .unsupportedFeature(
      path: path,
      feature: "a model of the architecture \(quoted(architecture.name)) with the tensor \(quoted(first))\(more)",
      supported: "models whose tensors are those of the family are"
    )
  }

  var names: [String] { places.keys.sorted() }

  func contains(_ name: String) -> Bool { places[name] != nil }

  func shape(of name: String) -> [Int]? { places[name]?.entry.shape }

  func numberType(of name: String) -> NumberType? { places[name]?.entry.type.readable }

  func tensor(_ name: String, shape: [Int]) throws(ModelError) -> NumberSource {
    guard let place = places[name] else { throw .missingTensor(path: path, name: name) }
    guard place.entry.shape == shape else {
      throw .wrongShape(path: place.file.path, name: place.name, found: place.entry.shape, expected: shape)
    }
    guard let type = place.entry.type.readable else {
      throw .unsupportedType(path: place.file.path, name: place.name, found: place.entry.type.name)
    }
    let numbers = place.file.numbers(place.entry, type, name: place.name)
    guard architecture.pairsRows(of: place.name) else { return numbers }
    let rows = try configurationReader.headDimension()
    guard let outputs = shape.first, outputs % rows == 0 else {
      throw .malformedFile(
        path: place.file.path,
        problem: "the tensor \(quoted(place.name)) holds no whole heads of \(rows)"
      )
    }
    return numbers.separatingPairs(columns: shape.dropFirst().reduce(1, *), headRows: rows)
  }

  private var configurationReader: GGUFConfiguration { GGUFConfiguration(parts, architecture, hasTensor: contains) }

  /// The model's shape, as the metadata and the embedding's rows tell it.
  ///
  /// - Throws: ``ModelError`` if it is incomplete, or asks for what the engine does not do.
  func configuration() throws(ModelError) -> ModelConfiguration {
    guard let shape = shape(of: "model.embed_tokens.weight"), shape.count == 2 else {
      throw .missingTensor(path: path, name: "token_embd.weight")
    }
    var configuration = try ModelConfiguration(
      file: JSONFile(root: configurationReader.members(vocabularySize: shape[0]), path: path),
      generation: nil
    )
    if architecture.addsOneToNorms { configuration.parts.normOffset = 0 }
    return configuration
  }
}
