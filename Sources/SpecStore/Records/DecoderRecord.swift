internal import GRDB
import SpecCore

/// One decoder of a run with its settings.
public struct DecoderRecord: Codable, Equatable, Sendable {
  /// The decoder's place in the run, from 0.
  public var ordinal: Int
  /// The decoder's name, unique in its run, for example `kangaroo` or `kangaroo-2`.
  public var name: String
  /// The method's name in the catalogue; `vanilla` marks the baseline.
  public var method: String
  /// The full text of the decoder with all its settings.
  public var spec: String
  /// The settings as the text of a JSON object.
  public var settings: String
  /// Number of parameters that the method adds to the target.
  public var addedParameters: Int
  /// Whether this is vanilla once more, measured to see how far two measurements of the same thing differ.
  public var isNoiseFloor: Bool

  enum CodingKeys: String, CodingKey {
    case ordinal, name, method, spec, settings
    case addedParameters = "added_parameters"
    case isNoiseFloor = "is_noise_floor"
  }

  /// Makes a record; the properties say what each value means.
  public init(
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
  public var isVanilla: Bool { method == Baseline.method }
}

extension DecoderRecord: StoredRecord {
  static let databaseTableName = "decoder"
}
