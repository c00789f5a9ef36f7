import SpecFiles

/// A chat template in Jinja with what it may use besides a conversation. It is rendered anew for each conversation, as
/// transformers does, so that it may write every turn in its own way.
package struct JinjaChatTemplate: Sendable {
  /// The template.
  package let source: String
  /// The file that it was read from.
  package let file: String
  /// The texts of the special tokens that it may name, such as `bos_token`.
  package let specialTokens: [String: String]
  /// What it takes for today.
  package let date: TemplateDate
  private let nodes: [JinjaNode]

  /// Reads a template, and tries it with a short conversation.
  ///
  /// - Parameters:
  ///   - source: the template.
  ///   - file: the file that it was read from.
  ///   - specialTokens: the texts of special tokens by their names, such as `bos_token`.
  ///   - date: what it takes for today.
  /// - Throws: ``ChatTemplateProblem`` for a template that cannot be read, or that cannot write a question.
  package init(
    source: String,
    file: String,
    specialTokens: [String: String] = [:],
    date: TemplateDate = .today
  ) throws(ChatTemplateProblem) {
    self.source = source
    self.file = file
    self.specialTokens = specialTokens
    self.date = date
    do {
      nodes = try JinjaParser.parse(source)
    } catch {
      throw ChatTemplateProblem(file: file, reason: error.text)
    }
    let word = "Qu1Aone"
    guard try prompt([SpokenTurn(.user, word)]).text.contains(word) else {
      throw ChatTemplateProblem(file: file, reason: "it leaves out or changes what is said")
    }
  }

  /// Whether what it writes depends on the date.
  package var usesDate: Bool { source.contains("strftime_now") }

  /// SHA-256 in hexadecimal of all that its renderings depend on but the date.
  package var contentHash: String {
    var hash = SHA256()
    let tokens = specialTokens.sorted { $0.key < $1.key }.flatMap { [$0.key, $0.value] }
    // Zero bytes keep the parts apart.
    for part in [source] + tokens { hash.update(Array(part.utf8) + [0]) }
    return hash.hexDigest()
  }

  /// The text of a conversation. What is said in it is quoted, wherever and however changed the template writes it.
  ///
  /// - Parameters:
  ///   - turns: the conversation.
  ///   - asks: whether an answer is to follow, so that the template writes what comes before it.
  /// - Returns: the text, a begin token included that the template writes.
  /// - Throws: ``ChatTemplateProblem`` for a conversation that the template refuses, or for too much work.
  package func prompt(_ turns: [SpokenTurn], asks: Bool = true) throws(ChatTemplateProblem) -> PromptText {
    do {
      return try text(turns, asks: asks).prompt
    } catch {
      throw ChatTemplateProblem(file: file, reason: error.text)
    }
  }

  private func text(_ turns: [SpokenTurn], asks: Bool) throws(JinjaProblem) -> JinjaText {
    var messages: [JinjaValue] = []
    for turn in turns {
      let content = JinjaValue.text(JinjaText(turn.text, quoted: true))
      let role = JinjaValue.text(turn.speaker.rawValue)
      messages.append(.object(try JinjaObject([(JinjaText("role"), role), (JinjaText("content"), content)])))
    }
    var variables = specialTokens.mapValues { JinjaValue.text($0) }
    variables["messages"] = .list(try JinjaList(messages))
    variables["add_generation_prompt"] = .boolean(asks)
    variables["tools"] = .null
    variables["documents"] = .null
    let size = turns.reduce(0) { $0 + $1.text.unicodeScalars.count }
    return try JinjaRun.text(of: nodes, variables, size: size, date: date)
  }
}

extension JinjaChatTemplate: Equatable {
  /// Equal if they write the same texts; files may have been moved.
  package static func == (left: JinjaChatTemplate, right: JinjaChatTemplate) -> Bool {
    left.source == right.source && left.specialTokens == right.specialTokens
      && (!left.usesDate || left.date == right.date)
  }
}

extension JinjaChatTemplate: Codable {
  private enum CodingKeys: String, CodingKey {
    case source = "jinja"
    case file
    case specialTokens = "special_tokens"
    case date
  }

  /// Whether a stored object is such a template.
  static func isStored(in decoder: any Decoder) -> Bool {
    (try? decoder.container(keyedBy: CodingKeys.self))?.contains(.source) ?? false
  }

  /// Reads what ``encode(to:)`` has written.
  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let file = try container.decode(String.self, forKey: .file)
    guard let date = TemplateDate(try container.decode(String.self, forKey: .date)) else {
      throw ChatTemplateProblem(file: file, reason: "its stored date is none")
    }
    try self.init(
      source: container.decode(String.self, forKey: .source),
      file: file,
      specialTokens: container.decode([String: String].self, forKey: .specialTokens),
      date: date
    )
  }

  /// Writes the template with all that it needs.
  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(source, forKey: .source)
    try container.encode(file, forKey: .file)
    try container.encode(specialTokens, forKey: .specialTokens)
    try container.encode("\(date)", forKey: .date)
  }
}

/// Why a chat template cannot write a conversation.
package struct ChatTemplateProblem: Error, Equatable, CustomStringConvertible {
  /// The file that it was read from.
  package let file: String
  /// The reason, a clause whose subject is the template.
  package let reason: String

  /// Makes a problem.
  package init(file: String, reason: String) {
    self.file = file
    self.reason = reason
  }

  /// One sentence that names the file.
  package var description: String {
    "\(printablePath(file)): its chat template cannot be used, since \(printable(reason, limit: 400)); name another with --chat-template"
  }
}
