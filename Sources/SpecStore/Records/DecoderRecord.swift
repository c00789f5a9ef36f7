internal import GRDB
import SpecCore

/// One decoder of a run with its settings.
package struct DecoderRecord: Codable, Equatable, Sendable {
  /// The decoder's place in the run, from 0.
  package var ordinal: Int
  /// The decoder's name, unique in its run, for example `kangaroo` or `kangaroo-2`.
  package var name: String
  /// The method's name in the registry; `vanilla` marks the baseline.
  package var method: String
  /// The full text of the decoder with all its settings.
  package var spec: String
  /// The settings as the text of a JSON object.
  package var settings: String
  /// Number of parameters that the method adds to the target.
  package var addedParameters: Int
  /// Whether this is vanilla once more, measured to see how far two measurements of the same thing differ.
  package var isNoiseFloor: Bool

  enum CodingKeys: String, CodingKey {
    case ordinal, name, method, spec, settings
    case addedParameters = "added_parameters"
    case isNoiseFloor = "is_noise_floor"
  }

  /// Makes a record; the properties say what each value means.
  package init(
    ordinal: Int,
    name: String,
    method: String,
    spec: String,
    settings: String = "{}",
    addedParameters: Int = 0,
    isNoiseFloor: Bool = false
  ) {
    self.ordinal = ordinal
    self.name = name
    self.method = method
    self.spec = spec
    self.settings = settings
    self.addedParameters = addedParameters
    self.isNoiseFloor = isNoiseFloor
  }
}

extension DecoderRecord {
  /// Whether this is vanilla, the baseline or its second measurement.
  package var isVanilla: Bool { method == Baseline.method }
}

extension DecoderRecord: StoredRecord {
  static let databaseTableName = "decoder"
}
