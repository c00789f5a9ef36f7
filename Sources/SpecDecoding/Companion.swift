import Foundation
import SpecFiles
import SpecModel

/// What a method needs beside the target's own files, in a folder of its own: an adapter, heads or a smaller model.
public struct Companion: Sendable {
  /// The setting that names the folder. Its default is the folder's name beside the target's files.
  public let setting: Setting
  /// What it is, with its article.
  public let noun: String
  /// The file of its weights in safetensors, beside `config.json`.
  public let weights: String
  /// The file of its weights that is read where that one is missing, as torch.save writes it; nil for none.
  public let torchWeights: String?
  /// The subcommand of `train` that makes one.
  public let training: String
  /// Settings that it is trained for, each with the option of the training.
  public let trainedFor: [(setting: String, option: String)]
  /// What to say to a number in the place of the folder.
  let numberHint: String
  /// Reads its headers alone: the trained parameters in a folder for a target.
  let read: @Sendable (String, TargetFiles) throws -> Int
  /// What one for a target of a shape is made of, weights left out: tests fill it with random numbers.
  public let blueprint: @Sendable (ModelConfiguration) -> Blueprint

  /// The files of a companion without its weights.
  public struct Blueprint: Sendable {
    /// The content of `config.json`.
    public let configuration: JSONValue
    /// The shapes of the tensors in the file of weights, by name.
    public let tensors: [String: [Int]]
    /// Lists of whole numbers in that file, by name, which are no weights.
    public let integers: [String: [Int]]

    /// Makes a blueprint; the properties say what each value means.
    public init(configuration: JSONValue, tensors: [String: [Int]], integers: [String: [Int]] = [:]) {
      self.configuration = configuration
      self.tensors = tensors
      self.integers = integers
    }
  }

  /// - Parameters:
  ///   - setting: a text; its default is the folder's name beside the target's files.
  ///   - noun: what it is, with its article.
  ///   - weights: the file of its weights in safetensors, beside `config.json`.
  ///   - torchWeights: the file that is read where that one is missing, as torch.save writes it.
  ///   - training: the subcommand of `train` that makes one.
  ///   - trainedFor: settings that it is trained for, each with the option of the training.
  ///   - numberHint: what to say to a number in the place of the folder.
  ///   - read: reads its headers alone: the trained parameters in a folder for a target. It throws `ModelError`.
  ///   - blueprint: what one for a target of a shape is made of.
  public init(
    setting: Setting,
    noun: String,
    weights: String,
    torchWeights: String? = nil,
    training: String,
    trainedFor: [(setting: String, option: String)] = [],
    numberHint: String,
    read: @escaping @Sendable (String, TargetFiles) throws -> Int,
    blueprint: @escaping @Sendable (ModelConfiguration) -> Blueprint
  ) {
    self.setting = setting
    self.noun = noun
    self.weights = weights
    self.torchWeights = torchWeights
    self.training = training
    self.trainedFor = trainedFor
    self.numberHint = numberHint
    self.read = read
    self.blueprint = blueprint
  }

  /// Its folder beside a model.
  ///
  /// - Parameter modelDirectory: the target's folder.
  /// - Returns: the folder, whether or not it is there.
  public func folder(beside modelDirectory: String) -> String { modelDirectory + "/" + setting.defaultValue }

  /// Trained parameters of the one that lies beside a target.
  ///
  /// - Parameters:
  ///   - configuration: the target's shape.
  ///   - modelDirectory: the target's folder.
  /// - Returns: the number; nil where none is there.
  /// - Throws: `ModelError` if it does not fit the target.
  public func parameters(for configuration: ModelConfiguration, beside modelDirectory: String) throws -> Int? {
    let folder = folder(beside: modelDirectory)
    guard FileManager.default.fileExists(atPath: folder) else { return nil }
    return try read(folder, TargetFiles(configuration: configuration, modelDirectory: modelDirectory))
  }

  private var weightFiles: String { torchWeights.map { "\(weights) or \($0)" } ?? weights }

  /// Where it lies and how one is made, for a list of methods.
  public var origin: String {
    "a folder, '\(setting.defaultValue)' beside the model, with config.json and \(weightFiles), "
      + "as 'specbench train \(training)' makes it"
  }

  /// How to get one that is missing, or what else is meant by the setting.
  fileprivate func advice(_ settings: SettingValues, folder: String, files: TargetFiles) -> String {
    let name = settings.text(setting.name)
    if Int(name) != nil { return "'\(setting.name)' names a folder; \(numberHint)" }
    if folder != files.file(name), FileManager.default.fileExists(atPath: files.file(name) + "/config.json") {
      return "'\(setting.name)=\(name)' is the folder beside the model; write '\(setting.name)=./\(name)' for the one "
        + "here"
    }
    let options = trainedFor.compactMap { part in
      settings.isDefault(part.setting) ? nil : " \(part.option) \(settings.text(part.setting))"
    }
    return "train one with specbench train \(training) --model \(ShellText.argument(files.modelDirectory ?? "DIR")) "
      + "--data FILE --output \(ShellText.argument(folder))\(options.joined()), or put there what is published for this "
      + "model: config.json and \(weightFiles)"
  }
}

/// A companion that a decoder needs and that is not there.
public struct MissingCompanion: Error, CustomStringConvertible {
  /// The method, with the setting that makes it need the companion.
  let user: String
  /// What is missing.
  let companion: Companion
  /// The first file that is missing.
  let file: String
  /// How to get it, or what else is meant by the setting.
  let advice: String

  /// One sentence that names the file and the ways to get it.
  public var description: String {
    "\(file): there is no such file, but \(user) needs \(companion.noun) in that folder: \(advice)"
  }
}

extension Method {
  /// Checks a decoder's settings and its companion against a target, by headers alone.
  ///
  /// - Throws: ``MissingCompanion``, `ModelError` for a companion that does not fit, ``DecodingError`` for a setting.
  func check(_ spec: DecoderSpec, _ settings: SettingValues, _ files: TargetFiles) throws {
    if let companion = companion(with: settings) { try check(companion, settings, files) }
    try checkSettings(settings, files)
  }

  /// What it needs beside the target's own files with some settings; nil for nothing.
  func companion(with settings: SettingValues) -> Companion? {
    guard let companionCondition else { return companion }
    return settings.text(companionCondition.setting) == companionCondition.value ? companion : nil
  }

  /// Whether it needs its companion with the settings that it has by default.
  public var needsCompanionByDefault: Bool {
    guard let companionCondition else { return companion != nil }
    return settings.contains {
      $0.name == companionCondition.setting && $0.defaultValue == companionCondition.value
    }
  }

  private func check(_ companion: Companion, _ settings: SettingValues, _ files: TargetFiles) throws {
    let folder = files.folder(of: companion, settings)
    func missing(_ file: String) -> MissingCompanion {
      let advice = companion.advice(settings, folder: folder, files: files)
      let condition = companionCondition.map { " with \($0.setting)=\($0.value)" } ?? ""
      return MissingCompanion(user: name + condition, companion: companion, file: file, advice: advice)
    }
    guard FileManager.default.fileExists(atPath: folder) else { throw missing(folder + "/config.json") }
    do {
      _ = try companion.read(folder, files)
    } catch ModelError.missingFile(let path, _) {
      throw missing(path)
    }
  }
}
