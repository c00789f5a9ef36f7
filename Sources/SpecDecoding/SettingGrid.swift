/// Specs whose settings have several values each, written `kangaroo:steps=2+4+6,threshold=0.2+0.6`.
public enum SettingGrid {
  /// More combinations than this are taken for a slip of the pen.
  public static let mostSpecs = 1000

  /// Every combination of the values of each spec, the last setting changing fastest.
  ///
  /// - Parameter text: specs separated by commas; the values of a setting are separated by plus signs.
  /// - Returns: the specs, each with all settings, none twice.
  /// - Throws: ``DecodingError`` for a malformed spec, a method or a setting that is not there, too many of them, or exit
  ///   layers that share an adapter.
  public static func specs(_ text: String) throws(DecodingError) -> [DecoderSpec] {
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
        let complete = try MethodCatalogue.complete(DecoderSpec(method: spec.method, settings: settings))
        if !specs.contains(complete) { specs.append(complete) }
      }
    }
    try checkAdapters(specs)
    return specs
  }

  /// An adapter is trained for one exit layer: at another it would draft worse than one of that layer's own, and the grid
  /// would compare layers by it.
  private static func checkAdapters(_ specs: [DecoderSpec]) throws(DecodingError) {
    var exits: [String: String] = [:]
    for spec in specs {
      let settings = Dictionary(spec.settings.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
      guard let adapter = settings["adapter"], let exit = settings["exit"] else { continue }
      if let other = exits[adapter], other != exit { throw .sharedAdapter(adapter: adapter, exits: [other, exit]) }
      exits[adapter] = exit
    }
  }
}
