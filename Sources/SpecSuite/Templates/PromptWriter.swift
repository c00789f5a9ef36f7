import Foundation
import SpecFiles

/// How conversations are written for a model.
package enum PromptWriter: Equatable, Sendable {
  /// Each turn in the same fixed parts: a suite's template, or a shipped one.
  case parts(ChatTemplate)
  /// By a template in Jinja: a model's own, or one from a file.
  case jinja(JinjaChatTemplate)

  /// Nothing around what is said.
  package static let plain = PromptWriter.parts(.plain)

  /// What a report calls it.
  package var name: String {
    switch self {
    case .parts(let template): template.name
    case .jinja: ChatTemplate.modelsOwnName
    }
  }

  /// SHA-256 in hexadecimal of all that its prompts depend on besides what is said and the date.
  package var contentHash: String {
    switch self {
    case .parts(let template): template.contentHash
    case .jinja(let template): template.contentHash
    }
  }

  /// The day that is written into prompts; nil where none is.
  package var date: TemplateDate? {
    if case .jinja(let template) = self, template.usesDate { template.date } else { nil }
  }
}

extension PromptWriter: PromptWriting {
  package func prompt(history: [(user: String, assistant: String)], user: String) throws(ChatTemplateProblem) -> Prompt
  {
    switch self {
    case .parts(let template): template.prompt(history: history, user: user)
    case .jinja(let template): try template.prompt(history: history, user: user)
    }
  }

  package func answer(
    _ answer: String,
    history: [(user: String, assistant: String)],
    user: String
  ) throws(ChatTemplateProblem) -> (text: PromptText, end: String) {
    switch self {
    case .parts(let template): template.answer(answer, history: history, user: user)
    case .jinja(let template): try template.answer(answer, history: history, user: user)
    }
  }
}

extension PromptWriter: Codable {
  /// Reads a stored way; earlier versions stored a template's parts alone.
  package init(from decoder: any Decoder) throws {
    self =
      JinjaChatTemplate.isStored(in: decoder)
      ? .jinja(try JinjaChatTemplate(from: decoder)) : .parts(try ChatTemplate(from: decoder))
  }

  /// Writes it with all that it needs.
  package func encode(to encoder: any Encoder) throws {
    switch self {
    case .parts(let template): try template.encode(to: encoder)
    case .jinja(let template): try template.encode(to: encoder)
    }
  }
}
