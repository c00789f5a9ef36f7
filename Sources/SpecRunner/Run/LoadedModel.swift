import Foundation
import SpecDecoding
import SpecFiles
import SpecKernels
import SpecModel
import SpecSuite

/// A model that is ready to decode: its target, its tokenizer and where they came from.
package final class LoadedModel {
  /// What a person calls the model, from its folder or file.
  package let name: String
  /// Where the model lies, absolute.
  package let location: ModelLocation
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
  /// - Parameter path: a checkpoint folder in Hugging Face layout with its tokenizer, or a GGUF file.
  /// - Returns: the files, with everything that keeps them from being used.
  package static func files(_ path: String) -> ModelFiles {
    ModelFiles(path: FilePlace.absolute(path), name: path)
  }

  /// Loads a model.
  ///
  /// - Parameters:
  ///   - directory: a checkpoint folder in Hugging Face layout with its tokenizer, or a GGUF file.
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
    try self.init(Self.files(directory), weightType: weightType, context: context, progress: progress)
  }

  /// Loads a model whose files have been looked at.
  ///
  /// - Parameters:
  ///   - files: the files, as ``files(_:)`` found them.
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
    location = files.location
    name = files.location.name
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
  ///   - suiteDirectory: the suite's folder; nil where no suite is measured.
  /// - Returns: the target, where it lies and the sampling.
  package func resources(
    _ sampling: Sampling = .greedy,
    workingDirectory: String? = nil,
    suiteDirectory: String? = nil
  ) -> DecoderResources {
    DecoderResources(
      target: target,
      model: location,
      sampling: sampling,
      workingDirectory: workingDirectory,
      suiteDirectory: suiteDirectory
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

  /// The most tokens of prompt and output together in a suite; see ``LongestText``.
  func longestText(of suite: Suite, _ rules: StopRules) -> Int {
    LongestText.positions(
      of: suite,
      tokenizer,
      target.configuration,
      maximumNewTokens: rules.maximumNewTokens
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

  /// What turns texts into the model's tokens.
  package var encoder: TextEncoder { TextEncoder(tokenizer: tokenizer, configuration: target.configuration) }
}
