import SpecFiles

/// Paths of files that come with a suite: trained parts, trees, counts of tokens. In specs they are written
/// `suite:FOLDER`, so that a spec names the same files on every machine.
public enum SuitePath {
  /// What such a path begins with.
  public static let prefix = "suite:"

  /// The part of a path inside the suite's folder; nil for a path that does not begin there.
  static func inner(_ path: String) -> String? {
    path.hasPrefix(prefix) ? String(path.dropFirst(prefix.count)) : nil
  }
}

extension MethodRegistry {
  /// A spec of a suite's manifest, its relative paths written as those of the suite's folder. A default that is written out
  /// names a file in that folder where there is one, else the one beside the model.
  ///
  /// - Parameters:
  ///   - spec: the spec.
  ///   - directory: the suite's folder.
  /// - Returns: the spec for any working directory.
  /// - Throws: ``DecodingError`` for a method that there is not, and for a path that leads out of the folder.
  public func ofSuite(_ spec: DecoderSpec, in directory: String) throws(DecodingError) -> DecoderSpec {
    try mapPaths(of: spec) { (setting, path) throws(DecodingError) in
      if path.hasPrefix("/") { return path }
      let inner = SuitePath.inner(path) ?? path
      if path == setting.defaultValue, !isEntry(directory + "/" + inner) { return path }
      guard !InnerPath.leadsOut(inner) else {
        throw .invalidValue(
          method: spec.method,
          setting: setting.name,
          value: path,
          expected: "a path inside the suite's folder"
        )
      }
      return SuitePath.prefix + inner
    }
  }

  /// A spec whose paths are whole, for a manifest in another folder.
  ///
  /// - Parameters:
  ///   - spec: the spec of a run.
  ///   - workingDirectory: where its relative paths begin.
  ///   - suiteDirectory: the folder of the suite that was measured.
  /// - Returns: the spec; defaults are left as they are.
  /// - Throws: ``DecodingError`` for a method that there is not.
  public func withWholePaths(
    _ spec: DecoderSpec,
    workingDirectory: String,
    suiteDirectory: String
  ) throws(DecodingError) -> DecoderSpec {
    try mapPaths(of: spec) { setting, path in
      if path.hasPrefix("/") || path == setting.defaultValue { return path }
      return SuitePath.inner(path).map { suiteDirectory + "/" + $0 } ?? workingDirectory + "/" + path
    }
  }

  /// A spec with other paths. What is an example of a setting is a name and no path.
  private func mapPaths(
    of spec: DecoderSpec,
    _ change: (Setting, String) throws(DecodingError) -> String
  ) throws(DecodingError) -> DecoderSpec {
    let known = try method(named: spec.method).settings.filter(\.namesFile)
    var settings = spec.settings
    for index in settings.indices {
      guard let setting = known.first(where: { $0.name == settings[index].name }),
        !setting.examples.contains(settings[index].value)
      else { continue }
      settings[index].value = try change(setting, settings[index].value)
    }
    return DecoderSpec(method: spec.method, settings: settings)
  }
}
