import SpecFiles
import SpecModel

/// The methods that decoder specs may name.
///
/// A method of your own is a ``Drafter`` and a ``Method``, registered in a copy of ``builtIn``. The methods of this
/// package are listed in ``builtIn``: to add one is to write its file in `Methods/` and to name it there.
public struct MethodRegistry: Sendable {
  /// Every method, the baseline first.
  public private(set) var methods: [Method]

  /// The methods of this package.
  public static let builtIn = MethodRegistry(methods: [
    Vanilla.method, Kangaroo.method, KangarooTree.method, Medusa.method, Hydra.method, DraftModel.method,
    PromptLookup.method,
    Lookahead.method, SelfSpeculative.method, SuffixDecoding.method, SAMDecoding.method, TokenRecycling.method,
    Rest.method, NgramDecoding.method, Eagle.method, Eagle3.method, Oracle.method,
  ])

  private init(methods: [Method]) { self.methods = methods }

  /// Adds a method.
  ///
  /// - Parameter method: its name is not taken yet.
  /// - Throws: ``DecodingError/methodExists(name:)``.
  public mutating func register(_ method: Method) throws(DecodingError) {
    guard !methods.contains(where: { $0.name == method.name }) else { throw .methodExists(name: method.name) }
    methods.append(method)
  }

  /// What every other method is compared with.
  public var baseline: Method { methods[0] }

  /// The method of this name.
  ///
  /// - Parameter name: as in a decoder spec.
  /// - Returns: the method.
  /// - Throws: ``DecodingError/unknownMethod(name:known:)``.
  public func method(named name: String) throws(DecodingError) -> Method {
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
  public func complete(_ spec: DecoderSpec) throws(DecodingError) -> DecoderSpec {
    let method = try method(named: spec.method)
    let values = try SettingValues(spec, of: method)
    return DecoderSpec(method: method.name, settings: method.settings.map { ($0.name, values.text($0.name)) })
  }

  /// The decoders that are measured beside the baseline where neither the user nor the suite names any.
  public var defaults: [DecoderSpec] { methods.filter(\.isDefault).map { DecoderSpec(method: $0.name) } }

  /// Checks a decoder against a target whose weights need not be read: by the headers of its companion's files.
  ///
  /// - Parameters:
  ///   - spec: method and settings.
  ///   - target: the target's shape and folder.
  ///   - sampling: how tokens are chosen.
  /// - Throws: ``DecodingError`` for the spec, ``MissingCompanion``, `ModelError` for a companion that does not fit.
  public func check(_ spec: DecoderSpec, target: TargetFiles, sampling: Sampling = .greedy) throws {
    let method = try method(named: spec.method)
    try checkVerification(method, sampling)
    try method.check(spec, SettingValues(spec, of: method), target)
  }

  private func checkVerification(_ method: Method, _ sampling: Sampling) throws(DecodingError) {
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
  public func prepare(_ spec: DecoderSpec, resources: DecoderResources) throws -> PreparedDecoder {
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
