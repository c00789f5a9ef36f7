import Foundation
import SpecFiles

/// A prompt as it is to be made into tokens.
package struct Prompt: Equatable, Sendable {
  /// The text, with what of it is quoted.
  package let text: PromptText
  /// Whether the tokenizer's begin token is put in front. A template in Jinja writes it itself.
  package let begins: Bool
}

/// Writes conversations for a model.
package protocol PromptWriting: Sendable {
  /// Why a conversation cannot be written; `Never` where every one can.
  associatedtype Failure: Error

  /// The text of a conversation up to the place where the next answer begins. White space around earlier answers is
  /// dropped, since models differ in the blanks and newlines that they leave there.
  ///
  /// - Parameters:
  ///   - history: the earlier turns, each with its answer without an end token.
  ///   - user: what the user says now.
  /// - Returns: the prompt, in which the user's words and the answers are quoted.
  /// - Throws: the writer's failure for a conversation that it cannot write.
  func prompt(history: [(user: String, assistant: String)], user: String) throws(Failure) -> Prompt

  /// What a model writes after a prompt where it gives an answer, and what the template writes after that.
  ///
  /// - Parameters:
  ///   - answer: the answer.
  ///   - history: the earlier turns.
  ///   - user: what the user says before the answer.
  /// - Returns: the text from the prompt's end to the answer's, and what follows on the answer.
  /// - Throws: the writer's failure for a conversation that it cannot write.
  func answer(
    _ answer: String,
    history: [(user: String, assistant: String)],
    user: String
  ) throws(Failure) -> (text: PromptText, end: String)
}

extension ChatTemplate: PromptWriting {
  package func prompt(history: [(user: String, assistant: String)], user: String) -> Prompt {
    Prompt(text: render(history: history, user: user), begins: beginOfText)
  }

  package func answer(
    _ answer: String,
    history: [(user: String, assistant: String)],
    user: String
  ) -> (text: PromptText, end: String) {
    var text = PromptText()
    text.write(answerSeparator)
    text.quote(answer)
    return (text, assistantSuffix)
  }
}

extension JinjaChatTemplate: PromptWriting {
  package func prompt(history: [(user: String, assistant: String)], user: String) throws(ChatTemplateProblem) -> Prompt
  {
    Prompt(text: try prompt(Self.turns(history, user)), begins: false)
  }

  package func answer(
    _ answer: String,
    history: [(user: String, assistant: String)],
    user: String
  ) throws(ChatTemplateProblem) -> (text: PromptText, end: String) {
    let turns = Self.turns(history, user)
    let prompt = Array(try prompt(turns).text.utf8)
    let whole = try self.prompt(turns + [SpokenTurn(.assistant, answer)], asks: false)
    let bytes = Array(whole.text.utf8)
    var text = PromptText()
    // A template that writes a finished answer otherwise than one to come has nothing between the two.
    if bytes.starts(with: prompt), let place = whole.quoted.last, place.lowerBound >= prompt.count {
      text.write(String(decoding: bytes[prompt.count..<place.lowerBound], as: UTF8.self))
    }
    text.quote(answer)
    return (text, String(decoding: bytes[(whole.quoted.last?.upperBound ?? bytes.count)...], as: UTF8.self))
  }

  private static func turns(_ history: [(user: String, assistant: String)], _ user: String) -> [SpokenTurn] {
    history.flatMap { turn in
      let answer = turn.assistant.trimmingCharacters(in: .whitespacesAndNewlines)
      return [SpokenTurn(.user, turn.user), SpokenTurn(.assistant, answer)]
    } + [SpokenTurn(.user, user)]
  }
}
