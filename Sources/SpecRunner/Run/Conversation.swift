import SpecDecoding
import SpecFiles
import SpecModel
import SpecSuite

/// Turns a question's turns into prompts. Later turns carry vanilla's earlier answers, so that every decoder gets the
/// same input.
struct Conversation {
  let question: Question
  private let writer: PromptWriter
  private let model: LoadedModel
  private let rules: StopRules
  private var history: [(user: String, assistant: String)] = []

  init(_ question: Question, suite: Suite, model: LoadedModel, rules: StopRules) {
    self.question = question
    self.model = model
    self.rules = rules
    writer = suite.template
  }

  /// The turn that comes next; nil when all have been answered.
  var turn: Int? { history.count < question.turns.count ? history.count : nil }

  /// The next turn's prompt.
  func prompt() -> TurnPrompt {
    guard let turn else { return TurnPrompt() }
    do {
      let prompt = try writer.prompt(history: history, user: question.turns[turn])
      return TurnPrompt(text: prompt.text.text, tokens: model.encode(prompt.text, begins: prompt.begins))
    } catch {
      return TurnPrompt(refusal: error)
    }
  }

  /// Why a prompt cannot be decoded; nil when it can.
  func skipReason(_ prompt: TurnPrompt) -> String? {
    if let refusal = prompt.refusal { return SkipReason.refused(refusal) }
    do {
      try rules.check(prompt.tokens, vocabularySize: model.target.configuration.vocabularySize)
      return nil
    } catch .promptTooLong(_, let contextLength, _) {
      return SkipReason.tooLong(context: contextLength)
    } catch {
      return error.description
    }
  }

  /// Goes on to the next turn with vanilla's answer to this one.
  mutating func answer(_ tokens: [Token]) {
    guard let turn else { return }
    let text = model.tokenizer.decode(tokens, skippingSpecialTokens: true)
    history.append((question.turns[turn], text))
  }
}

/// What the model is given for one turn.
struct TurnPrompt {
  /// The text, without a begin token that the tokenizer puts in front.
  var text = ""
  /// Its token ids, with the begin token.
  var tokens: [Token] = []
  /// Why the chat template has not written it.
  var refusal: ChatTemplateProblem?
}

/// A short name for token ids: equal exactly for equal prompts.
func promptHash(_ prompt: [Token]) -> String {
  var hash = SHA256()
  prompt.withUnsafeBytes { hash.update($0) }
  return hash.hexDigest()
}
