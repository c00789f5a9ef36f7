import SpecModel

/// What a decoder's settings are checked against before any weight is read: the target's shape, and where files lie.
public struct TargetFiles: Sendable {
  /// The target's shape.
  public let configuration: ModelConfiguration
  /// Where the target lies; nil for a model made in memory.
  public let model: ModelLocation?
  /// The target's folder, where companions lie by default; nil for a model made in memory.
  public var modelDirectory: String? { model?.directory }
  /// The folder that relative paths in settings begin at; nil for the present working directory.
  public let workingDirectory: String?
  /// The suite's folder, where paths that begin with ``SuitePath/prefix`` begin; nil where no suite is measured.
  public let suiteDirectory: String?

  /// - Parameters:
  ///   - configuration: the target's shape.
  ///   - model: where it lies; nil for a model made in memory.
  ///   - workingDirectory: where relative paths in settings begin; nil for the present working directory.
  ///   - suiteDirectory: the suite's folder; nil where no suite is measured.
  public init(
    configuration: ModelConfiguration,
    model: ModelLocation?,
    workingDirectory: String? = nil,
    suiteDirectory: String? = nil
  ) {
    self.configuration = configuration
    self.model = model
    self.workingDirectory = workingDirectory
    self.suiteDirectory = suiteDirectory
  }

  /// The same for a model in a folder.
  public init(
    configuration: ModelConfiguration,
    modelDirectory: String?,
    workingDirectory: String? = nil,
    suiteDirectory: String? = nil
  ) {
    self.init(
      configuration: configuration,
      model: modelDirectory.map(ModelLocation.init),
      workingDirectory: workingDirectory,
      suiteDirectory: suiteDirectory
    )
  }

  /// A companion's folder: as given, or the default one beside the model.
  func folder(of companion: Companion, _ settings: SettingValues) -> String {
    let (path, setting) = (settings.text(companion.setting.name), companion.setting)
    return file(path, beside: path == setting.defaultValue)
  }

  /// Where a file of a method lies.
  ///
  /// - Parameters:
  ///   - path: as written in a spec, or by default.
  ///   - isDefault: whether it is the name of the file beside the model.
  /// - Returns: the path seen from the present working directory.
  func file(_ path: String, beside isDefault: Bool) -> String {
    if isDefault, let modelDirectory { return modelDirectory + "/" + path }
    return file(path)
  }

  /// A candidate tree: the name of a shipped one, or where its file lies.
  func tree(_ name: String) -> String { CandidateTree.shippedNames.contains(name) ? name : file(name) }

  /// Where a setting's path leads.
  ///
  /// - Parameter path: as written in a spec.
  /// - Returns: the path seen from the present working directory.
  public func file(_ path: String) -> String {
    if let suiteDirectory, let inner = SuitePath.inner(path) { return suiteDirectory + "/" + inner }
    guard let workingDirectory, !path.hasPrefix("/") else { return path }
    return workingDirectory + "/" + path
  }
}
