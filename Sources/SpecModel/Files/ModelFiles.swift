import Foundation
import SpecFiles

/// A model's files, looked at before any weight is read: what they hold, and everything that keeps them from being used.
public struct ModelFiles {
  /// The folder.
  public let directory: String
  /// What `config.json` says, if it can be used.
  public private(set) var configuration: ModelConfiguration?
  /// Configuration and weights, if they can be used together.
  public private(set) var checkpoint: Checkpoint?
  /// The tokenizer, if it can be used.
  public private(set) var tokenizer: Tokenizer?
  /// What keeps the model from being used, each with what to do.
  public private(set) var obstacles: [any Error] = []
  /// The files that were read, and those beside them that tell how the model is used.
  public private(set) var inputs: [InputLog.Entry] = []

  /// Looks at every file, whatever is wrong with the others. Of weights only headers are read.
  ///
  /// - Parameters:
  ///   - directory: what should be a checkpoint's folder.
  ///   - name: how the user names it, for the error where it is none.
  public init(directory: String, name: String? = nil) {
    self.directory = directory
    if let problem = ModelFolder.problem(with: directory, named: name ?? directory)
      ?? CompanionFolder.problem(with: directory)
    {
      obstacles = [problem]
      return
    }
    var obstacles: [any Error] = []
    let log = InputLog()
    func attempt<Value>(_ body: () throws -> Value) -> Value? {
      do {
        return try log.recording(body)
      } catch ModelError.several(_, let problems) {
        obstacles += problems
      } catch TokenizerError.several(_, let problems) {
        obstacles += problems
      } catch {
        obstacles.append(error)
      }
      return nil
    }
    configuration = attempt { try ModelConfiguration(directory: directory) }
    if case .otherWeights? = obstacles.first as? ModelError, !Self.holdsParts(directory) {
      // What lies there instead becomes all files at once: they are not missed one by one.
      self.obstacles = obstacles
      return
    }
    checkpoint = attempt { try Self.weights(of: directory, configuration) } ?? nil
    tokenizer = attempt { try Tokenizer(directory: directory) }
    if let tokenizer, let configuration, tokenizer.vocabularySize > configuration.vocabularySize {
      obstacles.append(
        ModelError.companionMismatch(
          path: directory + "/tokenizer.json",
          problem: "the tokenizer has \(tokenizer.vocabularySize) tokens where the model's vocabulary has "
            + "\(configuration.vocabularySize)"
        )
      )
    }
    self.obstacles = obstacles
    log.addCompanions(Checkpoint.companionNames, beside: "config.json")
    inputs = log.entries
  }

  /// The files as they are needed to decode.
  ///
  /// - Throws: the obstacle, or ``ModelError/several(path:problems:)`` with all of them.
  public func usable() throws -> (checkpoint: Checkpoint, tokenizer: Tokenizer) {
    try check(adding: [])
    guard let checkpoint, let tokenizer else {
      throw ModelError.missingFolder(path: directory, purpose: "a checkpoint folder", isFile: false)
    }
    return (checkpoint, tokenizer)
  }

  /// Throws everything that keeps the model from being used, together with what was found elsewhere.
  ///
  /// - Parameter problems: what keeps decoders from being made for it.
  /// - Throws: the obstacle, or ``ModelError/several(path:problems:)`` with all of them.
  public func check(adding problems: [any Error]) throws {
    let all = obstacles + problems
    if all.count > 1 { throw ModelError.several(path: directory, problems: all) }
    if let obstacle = all.first { throw obstacle }
  }

  /// Whether there is nothing of a model but its configuration: enough to compute sizes.
  public var isConfigurationAlone: Bool {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
    return configuration != nil && names.allSatisfy { $0 == "config.json" || $0.hasPrefix(".") }
  }

  /// Whether a folder without a configuration has other files of a checkpoint.
  private static func holdsParts(_ directory: String) -> Bool {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
    return names.contains { $0 == "tokenizer.json" || $0.hasSuffix(".safetensors") || $0 == WeightNames.model.torch }
  }

  /// The weights as the configuration says; without one only their files are checked.
  private static func weights(
    of directory: String,
    _ configuration: ModelConfiguration?
  ) throws(ModelError) -> Checkpoint? {
    if let configuration { return try Checkpoint(directory: directory, configuration: configuration) }
    try Checkpoint.checkFiles(directory: directory)
    return nil
  }
}
