import Foundation
import SpecFiles

/// How a conversation is written as one text for a model.
///
/// The begin-of-sequence token is never part of the text: the caller puts its id in front where `beginOfText` says so.
package struct ChatTemplate: Equatable, Sendable {
  /// The name, as a manifest and a report give it.
  package let name: String

  /// Whether the text is preceded by the tokenizer's begin-of-sequence token.
  package let beginOfText: Bool

  /// What comes once, before the first turn; often the system message.
  package let systemPrefix: String

  /// What comes before the user's text in each turn.
  package let userPrefix: String

  /// What comes after the user's text in each turn.
  package let userSuffix: String

  /// What the model's answer follows; the text to be continued ends with it.
  package let assistantPrefix: String

  /// What stands between `assistantPrefix` and an earlier answer; a model makes up this gap by itself.
  package let answerSeparator: String

  /// What comes after an earlier answer.
  package let assistantSuffix: String

  /// Whether white space around what the user says is dropped.
  package let trimsUser: Bool

  /// The name of a template that was read from a model's own files.
  package static let modelsOwnName = "the model's own"

  /// Where the user's text goes in `userTemplate`.
  package static let placeholder = "{content}"

  /// One turn of the user with `{content}` in the place of the text.
  package var userTemplate: String {
    userPrefix + ChatTemplate.placeholder + userSuffix
  }

  /// Makes a template from its parts, none of which need a placeholder.
  ///
  /// - Parameters:
  ///   - name: the name of the template.
  ///   - beginOfText: whether the caller puts the begin-of-sequence token in front.
  ///   - systemPrefix: the text before the first turn.
  ///   - userPrefix: the text before what the user says.
  ///   - userSuffix: the text after what the user says.
  ///   - assistantPrefix: the text that an answer follows.
  ///   - answerSeparator: the text between `assistantPrefix` and an earlier answer.
  ///   - assistantSuffix: the text after an earlier answer.
  ///   - trimsUser: whether white space around what the user says is dropped.
  package init(
    name: String,
    beginOfText: Bool = true,
    systemPrefix: String = "",
    userPrefix: String = "",
    userSuffix: String = "",
    assistantPrefix: String = "",
    answerSeparator: String = "",
    assistantSuffix: String = "",
    trimsUser: Bool = false
  ) {
    self.name = name
    self.beginOfText = beginOfText
    self.systemPrefix = systemPrefix
    self.userPrefix = userPrefix
    self.userSuffix = userSuffix
    self.assistantPrefix = assistantPrefix
    self.answerSeparator = answerSeparator
    self.assistantSuffix = assistantSuffix
    self.trimsUser = trimsUser
  }

  /// SHA-256 in hexadecimal of everything that the template writes: equal for templates that differ in their names alone.
  package var contentHash: String {
    var hash = SHA256()
    let parts = [systemPrefix, userPrefix, userSuffix, assistantPrefix, answerSeparator, assistantSuffix]
    // Zero bytes keep the parts apart; no template holds one.
    for part in parts + ["\(beginOfText)", "\(trimsUser)"] { hash.update(Array(part.utf8) + [0]) }
    return hash.hexDigest()
  }

  /// The text of a conversation up to the place where the next answer begins.
  ///
  /// White space around an earlier answer is dropped, since models differ in the blanks and newlines that they leave
  /// there; what the user says is kept as it is.
  ///
  /// - Parameters:
  ///   - history: the earlier turns, each with its answer without an end token.
  ///   - user: what the user says now.
  /// - Returns: the text to be continued, in which the user's words and the answers are quoted.
  package func render(history: [(user: String, assistant: String)], user: String) -> PromptText {
    var prompt = PromptText()
    prompt.write(systemPrefix)
    for turn in history {
      prompt.write(userPrefix)
      prompt.quote(said(turn.user))
      prompt.write(userSuffix + assistantPrefix + answerSeparator)
      prompt.quote(turn.assistant.trimmingCharacters(in: .whitespacesAndNewlines))
      prompt.write(assistantSuffix)
    }
    prompt.write(userPrefix)
    prompt.quote(said(user))
    prompt.write(userSuffix + assistantPrefix)
    return prompt
  }

  private func said(_ user: String) -> String {
    trimsUser ? user.trimmingCharacters(in: .whitespacesAndNewlines) : user
  }
}

extension ChatTemplate: Codable {
  private enum CodingKeys: String, CodingKey, CaseIterable {
    case name
    case beginOfText = "begin_of_text"
    case systemPrefix = "system"
    case userTemplate = "user"
    case assistantPrefix = "assistant"
    case answerSeparator = "answer_separator"
    case assistantSuffix = "assistant_end"
    case trimsUser = "trim_user"
  }

  /// Reads the object that a manifest holds for a template of its own.
  ///
  /// - Parameter decoder: where to read from.
  /// - Throws: `SuiteError` for anything but such an object.
  package init(from decoder: any Decoder) throws {
    try self.init(SuiteField(JSONValue(from: decoder), file: "the chat template"))
  }

  init(_ field: SuiteField) throws(SuiteError) {
    let owner = " in \"chat_template\""
    let reader = SuiteField(field.value, file: field.file)
    try reader.rejectUnknownKeys(known: CodingKeys.allCases.map(\.rawValue), owner: owner)
    let user = try reader.filledText("user")
    let parts = user.components(separatedBy: ChatTemplate.placeholder)
    guard let userPrefix = parts.first, let userSuffix = parts.last, parts.count == 2 else {
      throw reader.error(
        found: "\(quoted(user)) as \"user\"\(owner)",
        expected: "\(ChatTemplate.placeholder) in it exactly once",
        advice: "write \(ChatTemplate.placeholder) where the user's text goes"
      )
    }
    let assistantPrefix = try reader.text("assistant", default: "")
    // A label such as "ASSISTANT:" is followed by a blank; one that ends with a newline is not.
    let needsGap = assistantPrefix.last.map { !$0.isWhitespace } ?? false
    self.init(
      name: try reader.shownText("name", limit: 100),
      beginOfText: try reader.member("begin_of_text").ifPresent?.boolean() ?? true,
      systemPrefix: try reader.text("system", default: ""),
      userPrefix: userPrefix,
      userSuffix: userSuffix,
      assistantPrefix: assistantPrefix,
      answerSeparator: try reader.text("answer_separator", default: needsGap ? " " : ""),
      assistantSuffix: try reader.text("assistant_end", default: ""),
      trimsUser: try reader.member("trim_user").ifPresent?.boolean() ?? false
    )
  }

  /// Writes the object that a manifest holds for a template of its own.
  ///
  /// - Parameter encoder: where to write to.
  /// - Throws: what the encoder throws.
  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(name, forKey: .name)
    try container.encode(beginOfText, forKey: .beginOfText)
    try container.encode(systemPrefix, forKey: .systemPrefix)
    try container.encode(userTemplate, forKey: .userTemplate)
    try container.encode(assistantPrefix, forKey: .assistantPrefix)
    try container.encode(answerSeparator, forKey: .answerSeparator)
    try container.encode(assistantSuffix, forKey: .assistantSuffix)
    if trimsUser { try container.encode(trimsUser, forKey: .trimsUser) }
  }
}

extension ChatTemplate {
  /// The template in Jinja, as `chat_template` of a `tokenizer_config.json`: transformers then writes the same text.
  package var jinja: String {
    let isUser = "{% if message['role'] == 'user' %}"
    let isAnswer = "{% elif message['role'] == 'assistant' %}"
    let user = output(literal(userPrefix), "message['content']", literal(userSuffix))
    let answer = output(
      literal(assistantPrefix + answerSeparator),
      "message['content'] | trim",
      literal(assistantSuffix)
    )
    return (beginOfText ? "{{ bos_token }}" : "")
      + output(literal(systemPrefix))
      + "{% for message in messages %}\(isUser)\(user)\(isAnswer)\(answer){% endif %}{% endfor %}"
      + "{% if add_generation_prompt %}\(output(literal(assistantPrefix))){% endif %}"
  }

  private func output(_ parts: String?...) -> String {
    let present = parts.compactMap { $0 }
    return present.isEmpty ? "" : "{{ " + present.map { "(\($0))" }.joined(separator: " + ") + " }}"
  }

  /// Jinja reads a string in double quotes as JSON does; an empty one is left out.
  private func literal(_ text: String) -> String? { text.isEmpty ? nil : JSONValue.text(text).line }
}
