import SpecFiles
import SpecKernels

/// A family of models: how the members of its `config.json` become a description of what its models compute.
struct ModelFamily: Sendable {
  /// `model_type` in `config.json`.
  let modelType: String
  /// What people call the family.
  let title: String
  /// The class that the files name where they name none.
  let architecture: String
  /// Values of members that a file may leave out, where they are not those of a plain Llama.
  var defaults: [String: JSONValue] = [:]
  /// Where the activation is named; the first member that is there counts.
  var activationKeys = ["hidden_act"]
  /// The activations by the names that the files give them.
  var activations = GateActivation.names
  /// What all models of the family have.
  var parts = ModelParts()
  /// What some models of the family have, as their files say.
  var options: [ConfigurationOption] = []

  /// The members that the family's options read.
  var optionalKeys: Set<String> { Set(options.flatMap(\.keys)) }
}

extension ModelFamily {
  /// The family of a file.
  ///
  /// - Parameter file: the configuration.
  /// - Returns: the family; nil if its models cannot be read.
  /// - Throws: ``ModelError`` if the type is not a string.
  static func of(_ file: JSONFile) throws(ModelError) -> ModelFamily? {
    if let type = try file["model_type"]?.string() { return named(type) }
    let name = try file["architectures"]?.elements().first?.string()
    return known.first { $0.architecture == name } ?? llama
  }

  /// The family of a `model_type`; nil if its models cannot be read.
  static func named(_ modelType: String) -> ModelFamily? { known.first { $0.modelType == modelType } }

  /// The titles of all families, for a message.
  static var titles: String { known.map(\.title).joined(separator: ", ") }
}
