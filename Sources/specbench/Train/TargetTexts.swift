import SpecDecoding
import SpecFiles
import SpecKernels
import SpecModel
import SpecSuite
import SpecTraining

/// What a target is trained with: the documents of a user, and texts that it writes itself.
struct TargetTexts {
  /// The target.
  let writer: WritingModel
  /// Its tokenizer.
  let tokenizer: Tokenizer
  /// Most tokens of a document.
  let limit: Int
  /// What the target writes.
  let options: TrainingTargetOptions
  /// What it learns from, and how.
  let training: TrainingOptions
  /// The kernels and threads to compute on.
  let context: ComputeContext

  /// The name of the file beside a result that holds the conversations that the target has written whole.
  static let conversationFile = "self-prompted.jsonl"

  /// The documents of the user's files, the last answer of each written by the target if that is asked for.
  func fromData() throws -> TokenizedDocuments {
    // As a run asks such a model.
    let encoded = try training.encoded(
      tokenizer: tokenizer,
      model: ModelLocation(options.model),
      configuration: writer.checkpoint.configuration,
      fallback: .plain
    ).documents
    var documents = TokenizedDocuments()
    let texts = try options.selfDistill ? answered(encoded) : encoded.map(\.tokens)
    for text in texts { documents.append(text, limit: limit) }
    return documents
  }

  /// Conversations that the target writes whole. They are kept beside the result, too, to train another drafter with.
  func ownConversations(_ count: Int) throws -> TokenizedDocuments {
    training.promiseToGoOn()
    let configuration = writer.checkpoint.configuration
    let template = try training.templateOption.choose(model: ModelLocation(options.model), fallback: .plain)
    if let warning = template.warning { tell("\(warning): questions are written as \(quoted(template.writer.name)).") }
    let display = ProgressDisplay(unit: "questions written by the target")
    display.working(on: "Looking for questions that the target has written already")
    let questions = try SelfPrompting(
      by: writer,
      tokenizer: tokenizer,
      template: template.writer,
      topics: options.selfPrompt.topics.map(QuestionTopic.read) ?? [.any],
      settings: options.selfPrompt.questions(count, seed: training.seedBits),
      folder: folder
    ).write(context: context) {
      display.advanced(to: $0, of: $1)
    } check: {
      try Interruption.check()
    }
    let encoder = ConversationEncoder(tokenizer: tokenizer, writer: template.writer, configuration: configuration)
    let prompts = try questions.map { try encoder.encode(.conversation([TrainingTurn(.user, $0.text)])) }
    let texts = try answered(prompts)
    let answers = zip(texts, prompts).map { text, prompt in
      tokenizer.decode(text.dropFirst(min(prompt.tokens.count, limit - 1)), skippingSpecialTokens: true)
    }
    try OutputFile.write(
      zip(questions, answers).map { $0.line(answer: $1) }.joined(),
      to: training.output + "/" + Self.conversationFile
    )
    var documents = TokenizedDocuments()
    for text in texts { documents.append(text, limit: limit) }
    return documents
  }

  /// Prompts with the target's answers.
  private func answered(_ prompts: [EncodedDocument]) throws -> [[Token]] {
    let display = ProgressDisplay(unit: "answers written by the target")
    display.working(on: "Looking for answers that the target has written already")
    let sampling = options.selfPrompt.answers(seed: training.seedBits)
    return try DistilledAnswers(by: writer, to: prompts, limit: limit, sampling: sampling, folder: folder)
      .texts(context: context) {
        display.advanced(to: $0, of: $1)
      } check: {
        try Interruption.check()
      }
  }

  /// What a training that was stopped goes on from.
  private var folder: String { TrainingRun.checkpoints(in: training.output) }
}

extension WrittenQuestion {
  /// The question with its answer as a line of training data.
  ///
  /// - Parameter answer: the answer.
  /// - Returns: JSON with its newline.
  fileprivate func line(answer: String) -> String {
    func turn(_ speaker: Speaker, _ text: String) -> JSONValue {
      .members(["role": .text(speaker.rawValue), "content": .text(text)])
    }
    let record = JSONValue.members(["messages": .array([turn(.user, text), turn(.assistant, answer)])])
    return (category.map { record.adding("category", .text($0)) } ?? record).line + "\n"
  }
}
