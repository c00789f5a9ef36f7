/// Specs whose settings have several values each, written `kangaroo:steps=2+4+6,threshold=0.2+0.6`.
public enum SettingGrid {
  /// More combinations than this are taken for a slip of the pen.
  public static let mostSpecs = 1000

  /// Every combination of the values of each spec, the last setting changing fastest.
  ///
  /// - Parameters:
  ///   - text: specs separated by commas; the values of a setting are separated by plus signs.
  ///   - registry: the methods.
  /// - Returns: the specs, each with all settings, none twice.
  /// - Throws: ``DecodingError`` for a malformed spec, a method or a setting that is not there, too many of them, or a
  ///   companion that would serve settings that it is not trained for.
  public static func specs(
    _ text: String,
    registry: MethodRegistry = .builtIn
  ) throws(DecodingError) -> [DecoderSpec] {
    var specs: [DecoderSpec] = []
    for spec in try DecoderSpec.list(text) {
      var partial: [[(name: String, value: String)]] = [[]]
      for setting in spec.settings {
        let values = setting.value.split(separator: "+", omittingEmptySubsequences: false).map(String.init)
        partial = partial.flatMap { settings in values.map { settings + [(setting.name, $0)] } }
        guard specs.count + partial.count <= mostSpecs else {
          throw .malformedSpec(text: text, problem: "it stands for more than \(mostSpecs) combinations")
        }
      }
      for settings in partial {
        let complete = try registry.complete(DecoderSpec(method: spec.method, settings: settings))
        if !specs.contains(complete) { specs.append(complete) }
      }
    }
    try checkCompanions(specs, registry)
    return specs
  }

  /// A companion is trained for some settings, as an adapter for one exit layer: with another value it would draft worse
  /// than one of that value's own, and the grid would compare values by it.
  private static func checkCompanions(_ specs: [DecoderSpec], _ registry: MethodRegistry) throws(DecodingError) {
    var trained: [String: String] = [:]
    for spec in specs {
      let settings = Dictionary(spec.settings.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
      guard let companion = try registry.method(named: spec.method).companion,
        let folder = settings[companion.setting.name]
      else { continue }
      for setting in companion.trainedFor.map(\.setting) {
        guard let value = settings[setting] else { continue }
        let key = [companion.training, folder, setting].joined(separator: "\u{0}")
        if let other = trained[key], other != value {
          let use = Companion.Use(method: spec.method, setting: companion.setting.name, folder: folder)
          throw .sharedCompanion(companion: use, setting: setting, values: [other, value])
        }
        trained[key] = value
      }
    }
  }
}

extension Companion {
  /// A companion as a spec names it.
  public struct Use: Sendable, Equatable {
    /// The method.
    let method: String
    /// The setting that names the folder.
    let setting: String
    /// The folder.
    let folder: String
  }
}
