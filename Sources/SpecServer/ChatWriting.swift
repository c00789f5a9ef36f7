import SpecFiles
import SpecSuite

/// How conversations become prompts.
package struct ChatWriting: Sendable {
  /// The template in Jinja.
  let source: String
  /// Writes a conversation up to where the next answer begins, and says whether the begin token comes first. It throws a
  /// clause about the messages for what the template has no place for.
  let write: @Sendable ([SpokenTurn]) throws(UnwritableMessages) -> (prompt: PromptText, begins: Bool)

  /// Makes a way of writing; the properties say what each value means.
  package init(
    source: String,
    write: @escaping @Sendable ([SpokenTurn]) throws(UnwritableMessages) -> (prompt: PromptText, begins: Bool)
  ) {
    self.source = source
    self.write = write
  }

  /// Writes as runs do.
  ///
  /// - Parameter writer: the model's way.
  package init(_ writer: PromptWriter) {
    switch writer {
    case .parts(let template):
      self.init(source: template.jinja) { turns throws(UnwritableMessages) in
        let (history, user) = try Self.turns(turns)
        let prompt = template.prompt(history: history, user: user)
        return (prompt.text, prompt.begins)
      }
    case .jinja(let template):
      self.init(source: template.source) { turns throws(UnwritableMessages) in
        // Such a template writes the begin token itself.
        do throws(ChatTemplateProblem) {
          return (try template.prompt(turns), false)
        } catch {
          throw UnwritableMessages(error.reason)
        }
      }
    }
  }

  /// The turns of a template of fixed parts, which has none for a system message.
  private static func turns(
    _ turns: [SpokenTurn]
  ) throws(UnwritableMessages) -> (history: [(user: String, assistant: String)], user: String) {
    var rest = turns[...]
    var history: [(user: String, assistant: String)] = []
    while let user = rest.popFirst() {
      guard user.speaker == .user else {
        throw UnwritableMessages(
          user.speaker == .system
            ? "it has no place for a system message; leave it out"
            : "user and assistant must speak in turn, the user first"
        )
      }
      guard let answer = rest.popFirst() else { return (history, user.text) }
      guard answer.speaker == .assistant else {
        throw UnwritableMessages("user and assistant must speak in turn; join messages of the same side")
      }
      history.append((user.text, answer.text))
    }
    throw UnwritableMessages("the last message must be the user's")
  }
}

/// A conversation that a template cannot write.
package struct UnwritableMessages: Error {
  /// What is wrong with it, as a clause about the template.
  package let problem: String

  /// - Parameter problem: what is wrong, as a clause about the template.
  package init(_ problem: String) { self.problem = problem }
}
