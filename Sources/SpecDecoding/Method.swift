import SpecFiles
import SpecModel

/// An entry of the registry: what a method is, its settings, and how a decoder is made.
public struct Method: Sendable {
  /// The name in decoder specs.
  public let name: String
  /// One sentence on how it drafts and verifies.
  public let summary: String
  /// Where it was published.
  public let paper: String
  /// Its settings, with the published defaults.
  public let settings: [Setting]
  /// Trained parameters that it would add to a target of this shape, with the published companion; computed from the
  /// configuration alone.
  public let addedParameters: @Sendable (ModelConfiguration) -> Int
  /// What it needs beside the target's own files; nil for methods that need nothing.
  public let companion: Companion?
  /// The value of a setting with which alone it needs its companion; nil where it always does.
  public let companionCondition: (setting: String, value: String)?
  /// Whether it is measured beside vanilla where neither the user nor the suite names any method.
  public let isDefault: Bool
  /// Whether its drafts can be verified by rejection: those that form a chain.
  public let verifiesByRejection: Bool
  /// Files that it needs beside the target's own, apart from its companion, made up for a target of a shape: tests write
  /// them.
  public let sampleFiles: @Sendable (ModelConfiguration) -> [String: [UInt8]]
  /// Checks settings against the target's shape, and files that they name.
  let checkSettings: @Sendable (SettingValues, TargetFiles) throws -> Void
  /// Bytes that a decoder keeps for each position of a text, beside the target's keys and values.
  let bytesPerPosition: @Sendable (SettingValues, TargetFiles) throws -> Int
  /// What a draft vocabulary takes of memory with some settings; nil where all tokens may be drafted.
  let vocabularyNeed: @Sendable (SettingValues, TargetFiles) throws -> DraftVocabularyNeed?
  /// Makes a decoder.
  let make: @Sendable (SettingValues, DecoderResources) throws -> PreparedDecoder

  /// - Parameters:
  ///   - name: the name in decoder specs; lower case, words joined by hyphens.
  ///   - summary: one sentence on how it drafts and verifies.
  ///   - paper: where it was published.
  ///   - settings: its settings, with the published defaults.
  ///   - companion: what it needs beside the target's own files; nil for nothing.
  ///   - companionCondition: the value of a setting with which alone it needs its companion; nil where it always does.
  ///   - isDefault: whether it is measured where nobody names a method.
  ///   - verifiesByRejection: whether its drafts are chains, so that they can be verified by rejection.
  ///   - addedParameters: trained parameters that the published companion adds to a target of a shape.
  ///   - sampleFiles: files that it needs beside the target's own, apart from its companion, by name, made up for a target
  ///     of a shape.
  ///   - checkSettings: checks settings against the target's shape, and files that they name. It throws
  ///     ``SettingValues/invalid(_:_:)`` for a setting.
  ///   - bytesPerPosition: bytes that a decoder keeps for each position of a text, beside the target's keys and values.
  ///   - vocabularyNeed: what a draft vocabulary takes of memory; nil where all tokens may be drafted.
  ///   - make: makes a decoder of settings that were checked.
  public init(
    name: String,
    summary: String,
    paper: String,
    settings: [Setting] = [],
    companion: Companion? = nil,
    companionCondition: (setting: String, value: String)? = nil,
    isDefault: Bool = false,
    verifiesByRejection: Bool = false,
    addedParameters: @escaping @Sendable (ModelConfiguration) -> Int = { _ in 0 },
    sampleFiles: @escaping @Sendable (ModelConfiguration) -> [String: [UInt8]] = { _ in [:] },
    checkSettings: @escaping @Sendable (SettingValues, TargetFiles) throws -> Void = { _, _ in },
    bytesPerPosition: @escaping @Sendable (SettingValues, TargetFiles) throws -> Int = { _, _ in 0 },
    vocabularyNeed: @escaping @Sendable (SettingValues, TargetFiles) throws -> DraftVocabularyNeed? = { _, _ in nil },
    make: @escaping @Sendable (SettingValues, DecoderResources) throws -> PreparedDecoder
  ) {
    self.name = name
    self.summary = summary
    self.paper = paper
    self.settings = settings
    self.companion = companion
    self.companionCondition = companionCondition
    self.isDefault = isDefault
    self.verifiesByRejection = verifiesByRejection
    self.addedParameters = addedParameters
    self.sampleFiles = sampleFiles
    self.checkSettings = checkSettings
    self.bytesPerPosition = bytesPerPosition
    self.vocabularyNeed = vocabularyNeed
    self.make = make
  }
}

/// One setting of a method.
public struct Setting: Sendable {
  /// What values it takes.
  public enum Kind: Sendable {
    /// A whole number in a range.
    case integer(ClosedRange<Int>)
    /// A number in a range.
    case number(ClosedRange<Double>)
    /// `true` or `false`.
    case flag
    /// One of some words.
    case choice([String])
    /// A file, a folder or a name.
    case text
  }

  /// The most tokens that a setting may let a method draft in a cycle.
  static let longestDraft = 64

  /// The name in decoder specs.
  public let name: String
  /// What values it takes.
  public let kind: Kind
  /// The published default, as it would be written.
  public let defaultValue: String
  /// What it does.
  public let help: String
  /// Values that tests use, beside those that follow from the kind. Some may not fit a small target.
  public let examples: [String]
  /// Whether its values are paths of files or folders, but for its examples, which are names.
  public let namesFile: Bool

  /// - Parameters:
  ///   - name: the name in decoder specs.
  ///   - kind: what values it takes.
  ///   - defaultValue: the published default, as it would be written.
  ///   - help: what it does.
  ///   - examples: values that tests use, beside those that follow from the kind.
  ///   - namesFile: whether its values are paths of files or folders, but for its examples, which are names.
  public init(
    name: String,
    kind: Kind,
    default defaultValue: String,
    help: String,
    examples: [String] = [],
    namesFile: Bool = false
  ) {
    self.namesFile = namesFile
    self.name = name
    self.kind = kind
    self.defaultValue = defaultValue
    self.help = help
    self.examples = examples
  }

  /// The values it takes, in words.
  public var range: String {
    switch kind {
    case .integer(let range): "a whole number from \(range.lowerBound) to \(range.upperBound)"
    case .number(let range): "a number from \(range.lowerBound) to \(range.upperBound)"
    case .flag: "true or false"
    case .choice(let words): words.joined(separator: " or ")
    case .text: "a name or path"
    }
  }

  /// The setting of a method that can also do as its reference implementation does, quirks included.
  public static func reference(_ help: String) -> Setting {
    Setting(name: "reference", kind: .flag, default: "false", help: help)
  }
}

extension Setting.Kind {
  /// How many tokens are drafted in a cycle.
  static let draftLength = Setting.Kind.integer(1...Setting.longestDraft)
}

/// What every decoder of a run shares.
public struct DecoderResources {
  /// The model whose output is reproduced.
  public let target: Transformer
  /// Where the target lies, and companions beside it by default; nil for a model made in memory.
  public let model: ModelLocation?
  /// How tokens are chosen.
  public let sampling: Sampling
  /// The folder that relative paths in settings begin at; nil for the present working directory.
  public let workingDirectory: String?
  /// The suite's folder, where paths that begin with ``SuitePath/prefix`` begin; nil where no suite is measured.
  public let suiteDirectory: String?

  /// - Parameters:
  ///   - target: the model.
  ///   - model: where it lies; nil for a model made in memory.
  ///   - sampling: how tokens are chosen.
  ///   - workingDirectory: where relative paths in settings begin; nil for the present working directory.
  ///   - suiteDirectory: the suite's folder; nil where no suite is measured.
  public init(
    target: Transformer,
    model: ModelLocation?,
    sampling: Sampling = .greedy,
    workingDirectory: String? = nil,
    suiteDirectory: String? = nil
  ) {
    self.target = target
    self.model = model
    self.sampling = sampling
    self.workingDirectory = workingDirectory
    self.suiteDirectory = suiteDirectory
  }

  /// The same for a model in a folder.
  public init(
    target: Transformer,
    modelDirectory: String?,
    sampling: Sampling = .greedy,
    workingDirectory: String? = nil,
    suiteDirectory: String? = nil
  ) {
    self.init(
      target: target,
      model: modelDirectory.map(ModelLocation.init),
      sampling: sampling,
      workingDirectory: workingDirectory,
      suiteDirectory: suiteDirectory
    )
  }

  /// What settings are checked against.
  var files: TargetFiles {
    TargetFiles(
      configuration: target.configuration,
      model: model,
      workingDirectory: workingDirectory,
      suiteDirectory: suiteDirectory
    )
  }

  /// The folder of a method's companion.
  ///
  /// - Parameters:
  ///   - companion: the companion.
  ///   - settings: one of them names the folder.
  /// - Returns: the folder as given, or the default one beside the model.
  public func folder(of companion: Companion, _ settings: SettingValues) -> String {
    files.folder(of: companion, settings)
  }
}

/// A decoder that is ready, with what a report tells of it.
public struct PreparedDecoder {
  /// The decoder.
  public let decoder: any Decoder
  /// Trained parameters added to the target.
  public let addedParameters: Int
  /// The files that it was made from, beside the target's.
  public internal(set) var inputs: [InputLog.Entry] = []
  /// What limits it beside this target, as a clause about it; nil for nothing.
  public let warning: String?

  /// - Parameters:
  ///   - decoder: the decoder.
  ///   - addedParameters: trained parameters added to the target.
  ///   - warning: what limits it beside this target, as a clause about it.
  public init(decoder: any Decoder, addedParameters: Int, warning: String? = nil) {
    self.decoder = decoder
    self.addedParameters = addedParameters
    self.warning = warning
  }
}

/// A spec's settings after checking, the defaults filled in.
public struct SettingValues: Sendable {
  private let values: [String: String]
  private let defaults: [String: String]
  private let method: String

  init(_ spec: DecoderSpec, of method: Method) throws(DecodingError) {
    self.method = method.name
    var values: [String: String] = [:]
    for setting in method.settings { values[setting.name] = setting.defaultValue }
    defaults = values
    for (name, value) in spec.settings {
      guard let setting = method.settings.first(where: { $0.name == name }) else {
        throw .unknownSetting(method: method.name, setting: name, known: method.settings.map(\.name))
      }
      guard setting.accepts(value) else {
        throw .invalidValue(method: method.name, setting: name, value: value, expected: setting.range)
      }
      values[name] = value
    }
    self.values = values
  }

  /// Whether a setting has its default.
  func isDefault(_ name: String) -> Bool { values[name] == defaults[name] }

  /// A setting's value as it was written; empty for a setting that the method does not have.
  public func text(_ name: String) -> String { values[name] ?? "" }

  /// The value of a flag.
  public func flag(_ name: String) -> Bool { text(name) == "true" }

  /// The value of a whole number.
  ///
  /// - Throws: ``DecodingError/invalidValue(method:setting:value:expected:)`` if it is none.
  public func integer(_ name: String) throws(DecodingError) -> Int {
    guard let value = Int(text(name)) else { throw invalid(name, "a whole number") }
    return value
  }

  /// The value of a number.
  ///
  /// - Throws: ``DecodingError/invalidValue(method:setting:value:expected:)`` if it is none.
  public func number(_ name: String) throws(DecodingError) -> Float {
    guard let value = Float(text(name)) else { throw invalid(name, "a number") }
    return value
  }

  /// The error for a value that the target does not allow.
  ///
  /// - Parameters:
  ///   - name: the setting.
  ///   - expected: what its value should be, as in "'steps' is '9' where … is expected".
  /// - Returns: the error.
  public func invalid(_ name: String, _ expected: String) -> DecodingError {
    .invalidValue(method: method, setting: name, value: text(name), expected: expected)
  }
}

extension Setting {
  fileprivate func accepts(_ value: String) -> Bool {
    switch kind {
    case .integer(let range): Int(value).map(range.contains) ?? false
    case .number(let range): Double(value).map(range.contains) ?? false
    case .flag: Bool(value) != nil
    case .choice(let words): words.contains(value)
    case .text: !value.isEmpty
    }
  }
}
