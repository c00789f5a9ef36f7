import SpecCore
import SpecFiles
import SpecModel

/// The tokenizer of the model behind an engine's servers, read from the model's own files: prompts are made into tokens here,
/// so that what a prompt quotes is never taken for special tokens, and all servers are sent the same ids.
package struct ModelTokenizer {
  /// What turns texts into tokens.
  let encoder: TextEncoder
  /// The file that holds it, absolute.
  let file: String
  /// The folder in which the files lie.
  let directory: String
  /// The files that it was made from. Of a folder the weights are not among them: servers compute with their own.
  let inputs: [InputLog.Entry]

  /// Takes the tokenizer of files that were looked at, whatever keeps the rest of the model from being computed here.
  ///
  /// - Parameter files: the model's files.
  /// - Throws: what is wrong with them if there is no tokenizer that can be used.
  package init(_ files: ModelFiles) throws {
    let location = files.location
    guard let tokenizer = files.tokenizer else {
      try files.check(adding: [])
      throw ModelError.missingFolder(path: location.path, purpose: "a model's folder with its tokenizer", isFile: false)
    }
    encoder =
      files.configuration.map { TextEncoder(tokenizer: tokenizer, configuration: $0) }
      ?? TextEncoder(tokenizer: tokenizer)
    (file, directory) = (location.tokenizerFile, location.directory)
    inputs =
      location.format == .gguf ? files.inputs : files.inputs.filter { !WeightFile.isNamed($0.path) }
  }

  /// The tokens of a prompt.
  func encode(_ prompt: PromptText, begins: Bool) -> [Token] { encoder.encode(prompt, begins: begins) }
}
