/// The rotary embedding that a configuration asks for: plain, with one base.
struct RotarySettings {
  /// Base of the frequencies.
  let theta: Double

  /// Reads the base from `rope_theta`, or from `rope_parameters`, where newer files keep it together with the scaling.
  ///
  /// - Throws: ``ModelError`` if frequencies are scaled, or the base is out of range.
  init(_ file: JSONFile) throws(ModelError) {
    var theta = try file["rope_theta"]?.number() ?? 10000
    for key in ["rope_scaling", "rope_parameters"] {
      guard let settings = try file[key] else { continue }
      let (type, oldType) = (try settings.member("rope_type").unlessNull, try settings.member("type").unlessNull)
      let unnamed = key == "rope_parameters" ? "default" : "unknown"
      let name = try (type ?? oldType)?.string() ?? unnamed
      guard name == "default" else {
        throw .unsupportedFeature(
          path: file.path,
          feature: "'\(key)' of the type '\(name)'",
          supported: "plain rotary embeddings with 'rope_theta' are"
        )
      }
      for part in ["full_attention", "sliding_attention"] where try settings.member(part).unlessNull != nil {
        throw .unsupportedFeature(
          path: file.path,
          feature: "'\(key)' for each type of layer",
          supported: "one for all layers is"
        )
      }
      if let share = try settings.member("partial_rotary_factor").unlessNull?.number(), share != 1 {
        throw .unsupportedFeature(
          path: file.path,
          feature: "'partial_rotary_factor': \(share) in '\(key)'",
          supported: "rotating whole heads is"
        )
      }
      if let own = try settings.member("rope_theta").unlessNull { theta = try own.number() }
    }
    guard theta >= 1, theta.isFinite else {
      throw .malformedFile(path: file.path, problem: "'rope_theta' is \(theta) where a number from 1 is expected")
    }
    self.theta = theta
  }
}

extension JSONFile {
  /// The epsilon of the normalizations.
  func normEpsilon() throws(ModelError) -> Float {
    let epsilon = try self["rms_norm_eps"]?.number() ?? 1e-6
    // What a float32 would round to 0 is no epsilon either.
    guard Float(epsilon) > 0, epsilon < 1 else {
      throw .malformedFile(
        path: path,
        problem: "'rms_norm_eps' is \(epsilon) where a number between 0 and 1 is expected"
      )
    }
    return Float(epsilon)
  }
}
