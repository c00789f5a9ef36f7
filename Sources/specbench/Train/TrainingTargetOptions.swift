import ArgumentParser
import SpecDecoding
import SpecFiles
import SpecKernels
import SpecModel
import SpecSuite
import SpecTraining

/// The model that a drafter is trained for, and what it writes for that itself.
struct TrainingTargetOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The target: a folder in Hugging Face layout, or a GGUF file.",
      valueName: "path"
    )
  )
  var model: String

  @Flag(
    name: .customLong("self-distill"),
    help: "Learn from the target's own answers: it writes the last answer of every document itself first."
  )
  var selfDistill = false

  @OptionGroup var selfPrompt: SelfPromptOptions

  @OptionGroup var cache: TargetCacheOptions

  func validate() throws { try refuseEmptyPaths(["--model": model]) }

  /// Refuses a training without data, and a result in the target's own folder, where it would take the place of the target's
  /// files.
  ///
  /// - Parameter options: what to learn from, and where the result goes.
  /// - Throws: `ValidationError`.
  func checkUse(of options: TrainingOptions) throws {
    guard selfPrompt.count != nil || !options.data.isEmpty else {
      throw ValidationError(
        "there is nothing to learn from: give --data FILE, or --self-prompt N for texts that the target writes"
      )
    }
    guard let folder = try? FilePlace.resolved(options.output),
      folder == (try? FilePlace.resolved(ModelLocation(model).directory))
    else {
      return
    }
    throw ValidationError(
      "\(options.output): it is the folder of the target, whose files are not to be overwritten; name another one for "
        + "--output, such as a folder in it"
    )
  }

  /// Writes how frequent each token is in what a drafter has learned from, so that it can draft the most frequent ones alone.
  ///
  /// - Parameters:
  ///   - documents: what it has learned from.
  ///   - checkpoint: the target.
  ///   - folder: the drafter's.
  /// - Throws: `UnwritableFile`.
  func writeFrequencies(
    of documents: TokenizedDocuments,
    for checkpoint: Checkpoint,
    to folder: String
  ) throws(UnwritableFile) {
    try OutputFile.makeFolder(folder)
    let frequencies = TokenFrequencies(of: documents, vocabularySize: checkpoint.configuration.vocabularySize)
    try frequencies.write(to: folder + "/" + TokenFrequencies.fileName)
  }

  /// The checkpoint with its documents: those of the data, their answers written by the target if asked for, and those that
  /// the target has written whole.
  func load(_ options: TrainingOptions, context: ComputeContext) throws -> (Checkpoint, TokenizedDocuments) {
    let (checkpoint, tokenizer) = try ModelFiles(path: model).usable()
    let texts = TargetTexts(
      writer: WritingModel(checkpoint, places: selfPrompt.textsAtOnce),
      tokenizer: tokenizer,
      limit: min(options.documentTokens, checkpoint.configuration.contextLength),
      options: self,
      training: options,
      context: context
    )
    var documents = TokenizedDocuments()
    if !options.data.isEmpty { documents.append(try texts.fromData()) }
    if let count = selfPrompt.count { documents.append(try texts.ownConversations(count)) }
    return (checkpoint, documents)
  }
}
