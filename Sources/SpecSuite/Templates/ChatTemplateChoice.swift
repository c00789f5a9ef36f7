import SpecFiles

/// How a manifest tells its chat template: by the name of a shipped one, or in full.
package enum ChatTemplateChoice: Equatable, Sendable {
  /// A shipped template.
  case named(String)
  /// A template of the suite's own.
  case custom(ChatTemplate)

  /// The template itself.
  ///
  /// - Parameter place: where the choice comes from, for the message of an error.
  /// - Returns: the shipped template of the name, or the template given in full.
  /// - Throws: `SuiteError` for a name that no shipped template has.
  package func template(place: String = "the chat template") throws(SuiteError) -> ChatTemplate {
    switch self {
    case .custom(let template): return template
    case .named(let name):
      guard let template = ChatTemplate.named(name) else {
        throw SuiteError(
          place: place,
          found: "the chat template \(quoted(name))"
            + nearestNameHint(for: name, among: ChatTemplate.shipped.map(\.name)),
          expected: "one of \(ChatTemplate.shipped.map(\.name).joined(separator: ", "))",
          advice: "choose one of these or give the template in full as an object"
        )
      }
      return template
    }
  }

  /// Reads a template from a file.
  ///
  /// - Parameters:
  ///   - path: a file with the object that a manifest's `chat_template` holds, or, named `.jinja`, a template in Jinja.
  ///   - directory: the folder of the model whose special tokens a template in Jinja may name; nil for none.
  ///   - date: what a template in Jinja takes for today.
  /// - Returns: the way to write conversations.
  /// - Throws: `SuiteError` or ``ChatTemplateProblem`` for anything else.
  package static func writer(file path: String, directory: String?, date: TemplateDate = .today) throws -> PromptWriter
  {
    guard path.hasSuffix(".jinja") else { return .parts(try ChatTemplate(SuiteField(file: path))) }
    return .jinja(try ModelTemplate.reading(jinja: path, directory: directory, date: date))
  }

  /// Reads a name or an object.
  init(_ field: SuiteField) throws(SuiteError) {
    switch field.value {
    case .string:
      self = .named(try field.string())
      // An unknown name is told here, where the file is known, and not first when the template is used.
      _ = try template(place: field.file)
    case .object: self = .custom(try ChatTemplate(field))
    case let value:
      throw field.error(
        found: "\(value?.summary ?? "nothing") as \"chat_template\"",
        expected: "the name of a template or an object",
        advice: "name one of \(ChatTemplate.shipped.map(\.name).joined(separator: ", "))"
      )
    }
  }
}
