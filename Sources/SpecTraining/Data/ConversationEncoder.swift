import SpecFiles
import SpecModel
import SpecSuite

/// Writes documents as the tokens that a model reads when a suite is run.
package struct ConversationEncoder: Sendable {
  /// A document's tokens.
  package struct Encoded: Sendable, Equatable {
    /// All of them.
    package let tokens: [Token]
    /// How many stand in front of what the model would write itself: the last answer, or half of a running text.
    package let promptCount: Int
  }

  private let tokenizer: Tokenizer
  private let template: ChatTemplate
  private let encoder: TextEncoder
  private let endToken: Token?

  /// - Parameters:
  ///   - tokenizer: the model's.
  ///   - template: how conversations are written.
  ///   - configuration: names the tokens that begin and end a text.
  package init(tokenizer: Tokenizer, template: ChatTemplate, configuration: ModelConfiguration) {
    self.tokenizer = tokenizer
    self.template = template
    encoder = TextEncoder(tokenizer: tokenizer, configuration: configuration)
    endToken = configuration.endTokens.first
  }

  /// The tokens of a document, in which the text of a special token is but a text. What the system says in a
  /// conversation is left out: a suite's template has its own.
  ///
  /// - Parameter document: running text or a conversation.
  /// - Returns: its tokens with the end token after a text and after the last answer.
  package func encode(_ document: TrainingDocument) -> Encoded {
    switch document {
    case .text(let text):
      let tokens = encoder.encode(PromptText(quoting: text), begins: true) + end
      return Encoded(tokens: tokens, promptCount: tokens.count / 2)
    case .conversation(let turns): return encode(turns)
    }
  }

  private func encode(_ turns: [TrainingTurn]) -> Encoded {
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
    let prompt = encoder.encode(template.render(history: history, user: user), begins: template.beginOfText)
    guard let answer else { return Encoded(tokens: prompt, promptCount: prompt.count) }
    var reply = PromptText()
    reply.write(template.answerSeparator)
    reply.quote(answer)
    let written = tokenizer.encode(reply) + end
    return Encoded(tokens: prompt + written, promptCount: prompt.count)
  }

  private var end: [Token] { endToken.map { [$0] } ?? [] }
}
