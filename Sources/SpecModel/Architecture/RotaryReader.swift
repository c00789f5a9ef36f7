import SpecFiles
import SpecKernels

/// Reads the rotary embedding that a configuration asks for: in newer files `rope_parameters`, which may have members for
/// each type of layer, in older ones `rope_theta` beside `rope_scaling`.
struct RotaryReader {
  private let file: JSONFile
  private let headDimension: Int
  /// `max_position_embeddings`.
  private let context: Int

  /// - Parameters:
  ///   - file: the configuration.
  ///   - headDimension: numbers in a head.
  /// - Throws: ``ModelError`` if the context is no size.
  init(_ file: JSONFile, headDimension: Int) throws(ModelError) {
    self.file = file
    self.headDimension = headDimension
    context = try file.contextLength()
  }

  /// The types of frequencies that can be read.
  private static let types = ["default", "linear", "dynamic", "llama3", "yarn", "longrope"]

  /// The embedding, and the positions that it is fit for: for dynamic NTK and LongRoPE, whose angles change with the length
  /// of each pass, those up to which they are the same for all lengths.
  struct Settings {
    var rotary: RotaryEmbedding
    var limit: ContextLimit?
  }

  /// Reads the settings of some layers.
  ///
  /// - Parameter ofWindows: whether those of layers with a window are meant, where they differ.
  /// - Returns: the embedding.
  /// - Throws: ``ModelError`` if it is malformed or of a type that is not supported.
  func settings(ofWindows: Bool = false) throws(ModelError) -> Settings {
    let parameters = try Self.parameters(of: file, ofWindows: ofWindows)
    var rotary = RotaryEmbedding(
      theta: try file[ofWindows ? "rope_local_base_freq" : "rope_theta"]?.number() ?? 10000,
      share: try file["partial_rotary_factor"]?.number() ?? 1
    )
    if let own = try parameters?.number("rope_theta") { rotary.theta = own }
    if let own = try parameters?.number("partial_rotary_factor") { rotary.share = own }
    guard rotary.theta >= 1, rotary.theta.isFinite else {
      throw malformed("'rope_theta' is \(rotary.theta) where a number from 1 is expected")
    }
    guard (0...1).contains(rotary.share), rotated(rotary) >= 2, rotated(rotary) % 2 == 0 else {
      throw malformed(
        "'partial_rotary_factor' is \(rotary.share), which rotates no even part of a head of \(headDimension)"
      )
    }
    var limit: ContextLimit?
    if let parameters { limit = try scale(&rotary, parameters) }
    guard rotary.inverseFrequencies(headDimension: headDimension).allSatisfy({ (0...1e6).contains($0) }) else {
      throw malformed("the frequencies of its rotary embedding are beyond those of any known model")
    }
    return Settings(rotary: rotary, limit: limit)
  }

  private func rotated(_ rotary: RotaryEmbedding) -> Int { rotary.rotatedDimensions(of: headDimension) }

  private func malformed(_ problem: String) -> ModelError { .malformedFile(path: file.path, problem: problem) }

  /// The members that say how frequencies are changed. An object without members says nothing.
  private static func parameters(of file: JSONFile, ofWindows: Bool) throws(ModelError) -> RotaryParameters? {
    var field = try file["rope_parameters"]
    let old = try file["rope_scaling"]
    let isOld = try old?.members().isEmpty == false
    if isOld { field = old }
    guard let field else { return nil }
    let kind = ofWindows ? "sliding_attention" : "full_attention"
    if let own = try field.member(kind).unlessNull { return RotaryParameters(field: own, isOld: false) }
    // What is said of all layers does not hold for those with settings of their own.
    return ofWindows ? nil : RotaryParameters(field: field, isOld: isOld)
  }

  /// Takes over a change of the frequencies.
  ///
  /// - Returns: what limits the context.
  private func scale(
    _ rotary: inout RotaryEmbedding,
    _ parameters: RotaryParameters
  ) throws(ModelError) -> ContextLimit? {
    let type = try parameters.type
    switch type {
    case "default": return nil
    case "dynamic": return ContextLimit(type: type, positions: context)
    case "linear": rotary.scaling = .linear(factor: try parameters.requiredFactor("factor"))
    case "llama3":
      let scaling = Llama3Scaling(
        factor: try parameters.requiredFactor("factor"),
        lowFrequencyFactor: try parameters.requiredFactor("low_freq_factor"),
        highFrequencyFactor: try parameters.requiredFactor("high_freq_factor"),
        originalContext: try originalContext(parameters)
      )
      guard scaling.highFrequencyFactor > scaling.lowFrequencyFactor else {
        throw malformed("'high_freq_factor' of '\(parameters.field.path)' is not above 'low_freq_factor'")
      }
      rotary.scaling = .llama3(scaling)
    case "yarn": rotary.scaling = .yarn(try yarn(parameters))
    case "longrope": return try longRope(&rotary, parameters)
    default: throw Self.unsupported(type, parameters, path: file.path)
    }
    return nil
  }

  private static func unsupported(_ type: String, _ parameters: RotaryParameters, path: String) -> ModelError {
    let known = types.map { "'\($0)'" }
    return .unsupportedFeature(
      path: path,
      feature: "'\(parameters.field.path)' of the type \(quoted(type))",
      supported: known.dropLast().joined(separator: ", ") + " and \(known.last ?? "") are"
    )
  }

  /// Looks at the type alone, for a model whose sizes are not known.
  ///
  /// - Parameter file: the configuration.
  /// - Throws: ``ModelError`` if the settings are malformed or of a type that is not supported.
  static func checkType(in file: JSONFile) throws(ModelError) {
    guard let parameters = try parameters(of: file, ofWindows: false) else { return }
    let type = try parameters.type
    guard types.contains(type) else { throw unsupported(type, parameters, path: file.path) }
  }

  /// Positions of the first training, which some files say outside of the settings.
  private func originalContext(_ parameters: RotaryParameters) throws(ModelError) -> Int {
    let key = "original_max_position_embeddings"
    let (outer, inner) = (try file.size(key), try parameters.size(key))
    return outer ?? inner ?? context
  }

  private func yarn(_ parameters: RotaryParameters) throws(ModelError) -> YarnScaling {
    let original = try originalContext(parameters)
    let factor = try parameters.factor("factor") ?? Double(context) / Double(original)
    // 0 counts as not given.
    let scales = (try parameters.number("mscale") ?? 0, try parameters.number("mscale_all_dim") ?? 0)
    let own =
      scales.0 != 0 && scales.1 != 0
      ? YarnScaling.attentionFactor(of: factor, scale: scales.0)
        / YarnScaling.attentionFactor(of: factor, scale: scales.1)
      : YarnScaling.attentionFactor(of: factor)
    return YarnScaling(
      factor: factor,
      betaFast: try parameters.factor("beta_fast") ?? 32,
      betaSlow: try parameters.factor("beta_slow") ?? 1,
      originalContext: original,
      truncates: try parameters.field.member("truncate").unlessNull?.boolean() ?? true,
      attentionFactor: try parameters.factor("attention_factor") ?? own
    )
  }

  /// LongRoPE up to the original context, beyond which other divisors hold for all positions.
  private func longRope(
    _ rotary: inout RotaryEmbedding,
    _ parameters: RotaryParameters
  ) throws(ModelError) -> ContextLimit? {
    let original = try originalContext(parameters)
    let field = try parameters.field.member("short_factor")
    let divisors = try field.elements().map { (element) throws(ModelError) in Float(try element.number()) }
    guard divisors.count == rotated(rotary) / 2, divisors.allSatisfy({ $0 > 0 && $0.isFinite }) else {
      throw field.mismatch(expected: "a list of \(rotated(rotary) / 2) numbers above 0")
    }
    let factor = try parameters.factor("factor") ?? Double(context) / Double(original)
    let own = try parameters.factor("attention_factor")
    rotary.scaling = .divided(by: divisors, attentionFactor: own ?? longRopeFactor(factor, original))
    return context > original ? ContextLimit(type: "longrope", positions: original) : nil
  }

  /// What rotated vectors are multiplied by where the file does not say it (Ding et al. 2024, §3.3).
  private func longRopeFactor(_ factor: Double, _ original: Int) -> Double {
    guard factor > 1, original > 1 else { return 1 }
    let share = canonicalLogarithm(factor) / canonicalLogarithm(Double(original))
    return (1 + share).squareRoot()
  }
}

/// The members of `rope_scaling`, or of `rope_parameters`.
private struct RotaryParameters {
  let field: JSONField<ModelError>
  let isOld: Bool

  /// The type, by its newer name.
  var type: String {
    get throws(ModelError) {
      let (newer, older) = (try field.member("rope_type").unlessNull, try field.member("type").unlessNull)
      let type = try (newer ?? older)?.string() ?? (isOld ? "unknown" : "default")
      let hasDivisors = try field.member("short_factor").unlessNull != nil
      // Older files of Phi-3 call LongRoPE by other names.
      return type == "su" || type == "yarn" && hasDivisors ? "longrope" : type
    }
  }

  func number(_ key: String) throws(ModelError) -> Double? { try field.member(key).unlessNull?.number() }

  func size(_ key: String) throws(ModelError) -> Int? {
    guard let field = try field.member(key).unlessNull else { return nil }
    let number = try field.integer()
    guard (1...1 << 28).contains(number) else { throw field.mismatch(expected: "an integer from 1 to \(1 << 28)") }
    return number
  }

  /// A factor above 0; nil if the member is null, absent or 0, as which Python takes it.
  func factor(_ key: String) throws(ModelError) -> Double? {
    guard let number = try number(key), number != 0 else { return nil }
    guard number > 0, number.isFinite else { throw try field.member(key).mismatch(expected: "a number above 0") }
    return number
  }

  func requiredFactor(_ key: String) throws(ModelError) -> Double {
    guard let factor = try factor(key) else { throw try field.member(key).mismatch(expected: "a number above 0") }
    return factor
  }
}
