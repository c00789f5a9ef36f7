import SpecFiles

/// A conversation up to where the user begins to speak: what a model goes on from that writes a question itself (Xu et al. 2024,
/// Magpie, arXiv 2406.08464, §2.1).
package struct ChatOpening: Equatable, Sendable {
  /// The text before the user's words, and the first of these where they are given.
  package let prompt: Prompt
  /// What the template writes after the user's words.
  package let end: String
}

extension PromptWriter {
  /// Opens a conversation.
  ///
  /// - Parameters:
  ///   - system: what the system says first; nil for what the template writes by itself.
  ///   - start: the user's first words; empty for none.
  /// - Returns: the opening.
  /// - Throws: ``ChatTemplateProblem`` for a template that leaves out or changes what is said, or refuses a system message.
  package func opening(system: String? = nil, start: String = "") throws(ChatTemplateProblem) -> ChatOpening {
    switch self {
    case .parts(let template):
      guard system == nil else {
        throw ChatTemplateProblem(file: template.name, reason: "it has no place for what the system says")
      }
      let before = PromptText(written: template.systemPrefix + template.userPrefix)
      return ChatOpening(
        before,
        start: start,
        begins: template.beginOfText,
        end: template.userSuffix + template.assistantPrefix
      )
    case .jinja(let template):
      let word = "Qu1Aone"
      let whole = try template.prompt((system.map { [SpokenTurn(.system, $0)] } ?? []) + [SpokenTurn(.user, word)])
      let bytes = Array(whole.text.utf8)
      guard let place = whole.quoted.last(where: { bytes[$0].elementsEqual(word.utf8) }) else {
        throw ChatTemplateProblem(file: template.file, reason: "it changes what the user says")
      }
      let end = String(decoding: bytes[place.upperBound...], as: UTF8.self)
      return ChatOpening(whole.prefix(place.lowerBound), start: start, begins: false, end: end)
    }
  }
}

extension ChatOpening {
  /// A blank before the user's words belongs to the first of them in most vocabularies, so it is left to the model.
  fileprivate init(_ before: PromptText, start: String, begins: Bool, end: String) {
    var text = before
    if start.isEmpty, text.text.hasSuffix(" "), text.quoted.last?.upperBound != text.text.utf8.count {
      text = text.prefix(text.text.utf8.count - 1)
    }
    text.quote(start)
    (prompt, self.end) = (Prompt(text: text, begins: begins), end)
  }
}

extension PromptText {
  fileprivate init(written text: String) {
    self.init()
    write(text)
  }

  /// The first bytes of the text, with what of them is quoted; no quoted text and no character ends inside them.
  fileprivate func prefix(_ count: Int) -> PromptText {
    let bytes = Array(text.utf8)
    var (part, done) = (PromptText(), 0)
    for place in quoted where place.upperBound <= count {
      part.write(String(decoding: bytes[done..<place.lowerBound], as: UTF8.self))
      part.quote(String(decoding: bytes[place], as: UTF8.self))
      done = place.upperBound
    }
    part.write(String(decoding: bytes[done..<count], as: UTF8.self))
    return part
  }
}
