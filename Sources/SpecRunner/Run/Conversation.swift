import SpecDecoding
import SpecFiles
import SpecModel
import SpecSuite

/// Turns a question's turns into prompts. Later turns carry vanilla's earlier answers, so that every decoder gets the
/// same input.
struct Conversation {
  let question: Question
  private let writer: PromptWriter
  private let model: any RunModel
  private let rules: StopRules
  private var history: [(user: String, assistant: String)] = []

  init(_ question: Question, suite: Suite, model: any RunModel, rules: StopRules) {
    self.question = question
    self.model = model
    self.rules = rules
    writer = suite.template
  }

  /// The turn that comes next; nil when all have been answered.
  var turn: Int? { history.count < question.turns.count ? history.count : nil }

  /// The next turn's prompt.
  ///
  /// - Throws: `EngineFault` if a server that writes it gives no answer.
  func prompt() throws -> RunPrompt {
    guard let turn else { return RunPrompt([]) }
    return try model.prompt(writer, history: history, user: question.turns[turn])
  }

  /// Why a prompt cannot be decoded; nil when it can.
  func skipReason(_ prompt: RunPrompt) -> String? { model.skipReason(prompt, rules) }

  /// Goes on to the next turn with vanilla's answer to this one.
  mutating func answer(_ output: RunOutput) {
    guard let turn else { return }
    history.append((question.turns[turn], model.text(of: output)))
  }
}

/// A short name for token ids: equal exactly for equal prompts.
func promptHash(_ prompt: [Token]) -> String {
  var hash = SHA256()
  prompt.withUnsafeBytes { hash.update($0) }
  return hash.hexDigest()
}
