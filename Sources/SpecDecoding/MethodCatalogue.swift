import SpecFiles
import SpecModel

/// All methods. To add one is to add a file in `Methods/` and its entry here.
public enum MethodCatalogue {
  /// Every method, vanilla first.
  public static let methods: [Method] = [
    Vanilla.method, Kangaroo.method, KangarooTree.method, Medusa.method, DraftModel.method, PromptLookup.method,
    Lookahead.method, SelfSpeculative.method,
  ]

  /// What every other method is compared with.
  public static var baseline: Method { Vanilla.method }

  /// The method of this name.
  ///
  /// - Parameter name: as in a decoder spec.
  /// - Returns: the method.
  /// - Throws: ``DecodingError/unknownMethod(name:known:)``.
  public static func method(named name: String) throws(DecodingError) -> Method {
    guard let method = methods.first(where: { $0.name == name }) else {
      throw .unknownMethod(name: name, known: methods.map(\.name))
    }
    return method
  }

  /// Checks a spec's method and settings without making a decoder.
  ///
  /// - Parameter spec: the spec.
  /// - Returns: the spec with every setting written out.
  /// - Throws: ``DecodingError``.
  public static func complete(_ spec: DecoderSpec) throws(DecodingError) -> DecoderSpec {
    let method = try method(named: spec.method)
    let values = try SettingValues(spec, of: method)
    return DecoderSpec(method: method.name, settings: method.settings.map { ($0.name, values.text($0.name)) })
  }

  /// The decoders that are measured beside vanilla where neither the user nor the suite names any.
  public static var defaults: [DecoderSpec] { methods.filter(\.isDefault).map { DecoderSpec(method: $0.name) } }

  /// Checks a decoder against a target whose weights need not be read: by the headers of its companion's files.
  ///
  /// - Parameters:
  ///   - spec: method and settings.
  ///   - target: the target's shape and folder.
  ///   - sampling: how tokens are chosen.
  /// - Throws: ``DecodingError`` for the spec, ``MissingCompanion``, `ModelError` for a companion that does not fit.
  public static func check(_ spec: DecoderSpec, target: TargetFiles, sampling: Sampling = .greedy) throws {
    let method = try method(named: spec.method)
    try checkVerification(method, sampling)
    try method.check(spec, SettingValues(spec, of: method), target)
  }

  private static func checkVerification(_ method: Method, _ sampling: Sampling) throws(DecodingError) {
    guard sampling.isLossless || method.verifiesByRejection else {
      throw .noRejection(method: method.name, known: methods.filter(\.verifiesByRejection).map(\.name))
    }
  }

  /// Makes a decoder.
  ///
  /// - Parameters:
  ///   - spec: method and settings.
  ///   - resources: the target.
  /// - Returns: the decoder, ready to begin.
  /// - Throws: ``DecodingError`` for the spec, `ModelError` for a companion, `KernelError` for memory.
  public static func prepare(_ spec: DecoderSpec, resources: DecoderResources) throws -> PreparedDecoder {
    let method = try method(named: spec.method)
    try checkVerification(method, resources.sampling)
    let settings = try SettingValues(spec, of: method)
    try method.check(spec, settings, resources.files)
    let log = InputLog()
    var prepared = try log.recording { try method.make(settings, resources) }
    log.addCompanions(Checkpoint.companionNames, beside: "config.json")
    prepared.inputs = log.entries
    return prepared
  }
}
