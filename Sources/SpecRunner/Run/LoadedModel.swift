import Foundation
import SpecDecoding
import SpecFiles
import SpecKernels
import SpecModel

/// A model that is ready to decode: its target, its tokenizer and where they came from.
package final class LoadedModel {
  /// What a person calls the model, from its folder.
  package let name: String
  /// The model's folder, absolute.
  package let directory: String
  /// The weights.
  package let target: Transformer
  /// The type in which the checkpoint stores its weights; the target may hold them in another.
  package let storedWeightType: WeightType
  /// The tokenizer.
  package let tokenizer: Tokenizer
  /// The files that were read to make it, and those beside them that tell how it is used.
  package let inputs: [InputLog.Entry]

  /// Looks at a model's files without reading its weights.
  ///
  /// - Parameter directory: a checkpoint folder in Hugging Face layout with its tokenizer.
  /// - Returns: the files, with everything that keeps them from being used.
  package static func files(directory: String) -> ModelFiles {
    ModelFiles(directory: FilePlace.absolute(directory), name: directory)
  }

  /// Loads a model.
  ///
  /// - Parameters:
  ///   - directory: a checkpoint folder in Hugging Face layout with its tokenizer.
  ///   - weightType: how to hold the weights; nil keeps the stored bits.
  ///   - context: the kernels and threads to compute on.
  ///   - progress: called before each layer with how many are loaded and how many there are; what it throws ends the
  ///     loading.
  /// - Throws: `ModelError`, `TokenizerError` or `KernelError`.
  package convenience init(
    directory: String,
    weightType: WeightType? = nil,
    context: ComputeContext,
    progress: (Int, Int) throws -> Void = { _, _ in }
  ) throws {
    try self.init(Self.files(directory: directory), weightType: weightType, context: context, progress: progress)
  }

  /// Loads a model whose files have been looked at.
  ///
  /// - Parameters:
  ///   - files: the files, as ``files(directory:)`` found them.
  ///   - weightType: how to hold the weights; nil keeps the stored bits.
  ///   - context: the kernels and threads to compute on.
  ///   - progress: called before each layer with how many are loaded and how many there are.
  /// - Throws: `ModelError`, `TokenizerError` or `KernelError`.
  package init(
    _ files: ModelFiles,
    weightType: WeightType? = nil,
    context: ComputeContext,
    progress: (Int, Int) throws -> Void = { _, _ in }
  ) throws {
    directory = files.directory
    name = ModelName.of(directory: files.directory)
    let checkpoint: Checkpoint
    (checkpoint, tokenizer) = try files.usable()
    storedWeightType = checkpoint.naturalWeightType
    inputs = files.inputs
    target = try Transformer(
      checkpoint: checkpoint,
      weightType: weightType,
      context: context,
      progress: progress
    )
  }

  /// What the registry makes decoders from.
  ///
  /// - Parameters:
  ///   - sampling: how tokens are chosen.
  ///   - workingDirectory: where relative paths in settings begin; nil for the present working directory.
  /// - Returns: the target, its folder and the sampling.
  package func resources(_ sampling: Sampling = .greedy, workingDirectory: String? = nil) -> DecoderResources {
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
  package func stopRules(maximumNewTokens: Int, endTokens: [Token]? = nil) -> StopRules {
    StopRules(
      endTokens: Set(endTokens ?? target.configuration.endTokens),
      maximumNewTokens: maximumNewTokens,
      contextLength: target.configuration.contextLength,
      contextLimit: target.configuration.contextLimit
    )
  }

  /// The tokens of a text.
  ///
  /// - Parameters:
  ///   - text: the text.
  ///   - begins: whether the begin token comes first; nil does as the tokenizer's files ask for.
  /// - Returns: the tokens.
  package func encode(_ text: String, begins: Bool? = nil) -> [Token] { encoder.encode(text, begins: begins) }

  /// The tokens of a prompt. Special tokens do not count in what it quotes.
  ///
  /// - Parameters:
  ///   - prompt: the prompt.
  ///   - begins: whether the begin token comes first; nil does as the tokenizer's files ask for.
  /// - Returns: the tokens.
  package func encode(_ prompt: PromptText, begins: Bool? = nil) -> [Token] { encoder.encode(prompt, begins: begins) }

  private var encoder: TextEncoder { TextEncoder(tokenizer: tokenizer, configuration: target.configuration) }
}
