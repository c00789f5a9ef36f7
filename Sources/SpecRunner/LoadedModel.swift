import Foundation
import SpecDecoding
import SpecFiles
import SpecKernels
import SpecModel

/// A model that is ready to decode: its target, its tokenizer and where they came from.
public final class LoadedModel {
  /// What a person calls the model, from its folder.
  public let name: String
  /// The model's folder, absolute.
  public let directory: String
  /// The weights.
  public let target: Transformer
  /// The type in which the checkpoint stores its weights; the target may hold them in another.
  public let storedWeightType: WeightType
  /// The tokenizer.
  public let tokenizer: Tokenizer
  /// The files that were read to make it, and those beside them that tell how it is used.
  let inputs: [InputLog.Entry]

  /// Loads a model.
  ///
  /// - Parameters:
  ///   - directory: a checkpoint folder in Hugging Face layout with its tokenizer.
  ///   - weightType: how to hold the weights; nil keeps the stored bits.
  ///   - context: the kernels and threads to compute on.
  ///   - progress: called before each layer with how many are loaded and how many there are; what it throws ends the
  ///     loading.
  /// - Throws: `ModelError`, `TokenizerError` or `KernelError`.
  public init(
    directory: String,
    weightType: WeightType? = nil,
    context: ComputeContext,
    progress: (Int, Int) throws -> Void = { _, _ in }
  ) throws {
    let url = URL(fileURLWithPath: directory).standardizedFileURL
    self.directory = url.path
    name = ModelName.of(directory: url.path)
    let log = InputLog()
    let (checkpoint, tokenizer) = try log.recording {
      (try Checkpoint(directory: url.path), try Tokenizer(directory: url.path))
    }
    log.addCompanions(Checkpoint.companionNames, beside: "config.json")
    inputs = log.entries
    storedWeightType = checkpoint.naturalWeightType
    self.tokenizer = tokenizer
    try Self.check(tokenizer, checkpoint.configuration, directory: url.path)
    target = try Transformer(
      checkpoint: checkpoint,
      weightType: weightType,
      context: context,
      progress: progress
    )
  }

  /// Checks that a model has a place for every token of its tokenizer.
  ///
  /// - Parameters:
  ///   - tokenizer: the tokenizer.
  ///   - configuration: the model's shape.
  ///   - directory: the folder of both.
  /// - Throws: `ModelError.companionMismatch`.
  public static func check(
    _ tokenizer: Tokenizer,
    _ configuration: ModelConfiguration,
    directory: String
  ) throws(ModelError) {
    guard tokenizer.vocabularySize <= configuration.vocabularySize else {
      throw .companionMismatch(
        path: directory + "/tokenizer.json",
        problem: "the tokenizer has \(tokenizer.vocabularySize) tokens where the model's vocabulary has "
          + "\(configuration.vocabularySize)"
      )
    }
  }

  /// What the catalogue makes decoders from.
  ///
  /// - Parameters:
  ///   - sampling: how tokens are chosen.
  ///   - workingDirectory: where relative paths in settings begin; nil for the present working directory.
  /// - Returns: the target, its folder and the sampling.
  public func resources(_ sampling: Sampling = .greedy, workingDirectory: String? = nil) -> DecoderResources {
    DecoderResources(
      target: target,
      modelDirectory: directory,
      sampling: sampling,
      workingDirectory: workingDirectory
    )
  }

  /// The stop rules of this checkpoint.
  ///
  /// - Parameters:
  ///   - maximumNewTokens: most tokens of an output.
  ///   - endTokens: nil takes the checkpoint's.
  /// - Returns: the rules.
  public func stopRules(maximumNewTokens: Int, endTokens: [Token]? = nil) -> StopRules {
    StopRules(
      endTokens: Set(endTokens ?? target.configuration.endTokens),
      maximumNewTokens: maximumNewTokens,
      contextLength: target.configuration.contextLength
    )
  }

  /// The tokens of a text as the tokenizer's files ask for, the begin token first where they add one.
  public func encode(_ text: String) -> [Token] {
    let begin = tokenizer.addsBeginToken == true ? target.configuration.beginToken.map { [$0] } ?? [] : []
    return begin + tokenizer.encode(text)
  }
}
