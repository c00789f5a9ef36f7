import SpecFiles
import SpecModel
import SpecSuite

/// A document's tokens.
package struct EncodedDocument: Sendable, Equatable {
  /// All of them.
  package let tokens: [Token]
  /// How many stand in front of what the model would write itself: the last answer, or half of a running text.
  package let promptCount: Int

  /// Makes a document; the properties say what each value means.
  package init(tokens: [Token], promptCount: Int) { (self.tokens, self.promptCount) = (tokens, promptCount) }
}

/// Writes documents as the tokens that a model reads when a suite is run.
package struct ConversationEncoder<Writer: PromptWriting>: Sendable {
  private let tokenizer: Tokenizer
  private let writer: Writer
  private let encoder: TextEncoder
  private let endTokens: [Token]

  /// - Parameters:
  ///   - tokenizer: the model's.
  ///   - writer: how conversations are written.
  ///   - configuration: names the tokens that begin and end a text.
  package init(tokenizer: Tokenizer, writer: Writer, configuration: ModelConfiguration) {
    self.tokenizer = tokenizer
    self.writer = writer
    encoder = TextEncoder(tokenizer: tokenizer, configuration: configuration)
    endTokens = configuration.endTokens
  }

  /// The tokens of a document, in which the text of a special token is but a text. What the system says in a
  /// conversation is left out: a suite's template has its own.
  ///
  /// - Parameter document: running text or a conversation.
  /// - Returns: its tokens with the end token after a text and after the last answer.
  /// - Throws: what the writer throws for a conversation that its template refuses.
  package func encode(_ document: TrainingDocument) throws(Writer.Failure) -> EncodedDocument {
    switch document {
    case .text(let text):
      let tokens = encoder.encode(PromptText(quoting: text), begins: true) + end(after: "")
      return EncodedDocument(tokens: tokens, promptCount: tokens.count / 2)
    case .conversation(let turns): return try encode(turns)
    }
  }

  private func encode(_ turns: [TrainingTurn]) throws(Writer.Failure) -> EncodedDocument {
    var (history, user, answer) = ([(user: String, assistant: String)](), "", String?.none)
    for turn in turns where turn.speaker != .system {
      if turn.speaker == .assistant {
        answer = (answer.map { $0 + "\n" } ?? "") + turn.text
      } else {
        if let answered = answer {
          history.append((user, answered))
          (user, answer) = ("", nil)
        }
        user += (user.isEmpty ? "" : "\n") + turn.text
      }
    }
    let written = try writer.prompt(history: history, user: user)
    let prompt = encoder.encode(written.text, begins: written.begins)
    guard let answer else { return EncodedDocument(tokens: prompt, promptCount: prompt.count) }
    let reply = try writer.answer(answer, history: history, user: user)
    let tokens = tokenizer.encode(reply.text) + end(after: reply.end)
    return EncodedDocument(tokens: prompt + tokens, promptCount: prompt.count)
  }

  /// The token that ends a text: of several the one that the template writes after an answer, else the first.
  private func end(after written: String) -> [Token] {
    if endTokens.count > 1, let next = tokenizer.encode(written).first, endTokens.contains(next) { return [next] }
    return Array(endTokens.prefix(1))
  }
}
