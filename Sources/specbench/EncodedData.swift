import SpecFiles
import SpecModel
import SpecSuite
import SpecTraining

extension ChatTemplateOption {
  /// Reads texts and conversations, and turns them into tokens as a model reads them.
  ///
  /// - Parameters:
  ///   - data: the files.
  ///   - tokenizer: the model's.
  ///   - model: where the tokenizer lies, and perhaps a chat template beside it.
  ///   - configuration: names the tokens that begin and end a text.
  ///   - fallback: how conversations are written where the folder has no chat template.
  /// - Returns: the tokens of each document, and how its conversations were written; nil where there is none.
  /// - Throws: for a template or data that cannot be used.
  func encoded(
    _ data: [String],
    tokenizer: Tokenizer,
    model: ModelLocation,
    configuration: ModelConfiguration,
    fallback: PromptWriter
  ) throws -> (documents: [EncodedDocument], writer: PromptWriter?) {
    let choice = try choose(model: model, fallback: fallback)
    let encoder = ConversationEncoder(tokenizer: tokenizer, writer: choice.writer, configuration: configuration)
    var hasConversations = false
    let documents = try Activity.during("Reading the data") {
      try TrainingDataReader.read(data).map { document in
        try Interruption.check()
        if case .conversation = document { hasConversations = true }
        return try encoder.encode(document)
      }
    }
    if hasConversations, let warning = choice.warning {
      tell("\(warning): conversations are written as \(quoted(choice.writer.name)); --chat-template names another way.")
    }
    return (documents, hasConversations ? choice.writer : nil)
  }
}
