import Foundation
import SpecFiles

/// The chat template that comes with a model, in Jinja.
package enum ModelTemplate: Equatable, Sendable {
  /// The model's files have none.
  case none
  /// It can be used.
  case usable(JinjaChatTemplate)
  /// It cannot, for a reason whose subject is the template.
  case unusable(file: String, reason: String)

  /// The files of a folder that may hold a template, the first of which counts, as for transformers.
  private static let files = ["chat_template.jinja", "tokenizer_config.json", "chat_template.json"]

  /// A template by its text.
  ///
  /// - Parameters:
  ///   - source: the template.
  ///   - file: the file that it was read from.
  ///   - specialTokens: the texts of special tokens by their names, such as `bos_token`.
  ///   - date: what it takes for today.
  package init(source: String, file: String, specialTokens: [String: String], date: TemplateDate = .today) {
    do {
      self = .usable(
        try JinjaChatTemplate(source: source, file: file, specialTokens: specialTokens, date: date)
      )
    } catch {
      self = .unusable(file: error.file, reason: error.reason)
    }
  }

  /// Looks for a model's template: `chat_template.jinja`, then `chat_template` in `tokenizer_config.json` or in
  /// `chat_template.json`.
  ///
  /// - Parameters:
  ///   - directory: the model's folder.
  ///   - date: what the template takes for today.
  package init(directory: String, date: TemplateDate = .today) {
    do throws(ChatTemplateProblem) {
      for name in Self.files {
        let file = directory + "/" + name
        guard FileManager.default.fileExists(atPath: file), let source = try Self.source(in: file) else { continue }
        let tokens = try Self.specialTokens(directory)
        self = ModelTemplate(source: source, file: file, specialTokens: tokens, date: date)
        return
      }
      self = .none
    } catch {
      self = .unusable(file: error.file, reason: error.reason)
    }
  }

  /// Reads a file that holds nothing but a template in Jinja.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - directory: the folder of the model whose special tokens it may name; nil for none.
  ///   - date: what it takes for today.
  /// - Returns: the template.
  /// - Throws: ``ChatTemplateProblem`` if it cannot be read or used.
  package static func reading(
    jinja path: String,
    directory: String?,
    date: TemplateDate = .today
  ) throws(ChatTemplateProblem) -> JinjaChatTemplate {
    try JinjaChatTemplate(
      source: InputFile<ChatTemplateProblem>.text(of: path),
      file: path,
      specialTokens: directory.map { (path) throws(ChatTemplateProblem) in try specialTokens(path) } ?? [:],
      date: date
    )
  }

  /// The template in a file: the whole of it, or in JSON one text or a list of named ones, of which "default" counts.
  private static func source(in path: String) throws(ChatTemplateProblem) -> String? {
    if path.hasSuffix(".jinja") { return try InputFile<ChatTemplateProblem>.text(of: path) }
    let root = try JSONField<ChatTemplateProblem>(file: path)
    guard let field = try root.member("chat_template").unlessNull else { return nil }
    guard case .array = field.value else { return try field.string() }
    var names: [String] = []
    for element in try field.elements() {
      let name = try element.member("name").string()
      if name == "default" { return try element.member("template").string() }
      names.append(quoted(name))
    }
    let list = names.prefix(8).joined(separator: ", ")
    throw ChatTemplateProblem(file: path, reason: "it is a list of \(list.isEmpty ? "none" : list) without \"default\"")
  }

  private static let tokenNames = [
    "bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token",
  ]

  /// The texts of the tokens that templates name, such as `bos_token`.
  private static func specialTokens(_ directory: String) throws(ChatTemplateProblem) -> [String: String] {
    var tokens: [String: String] = [:]
    for path in ["tokenizer_config.json", "special_tokens_map.json"].map({ directory + "/" + $0 })
    where FileManager.default.fileExists(atPath: path) {
      let root = try JSONField<ChatTemplateProblem>(file: path)
      for name in tokenNames where tokens[name] == nil {
        guard let field = try root.member(name).unlessNull else { continue }
        if case .object = field.value {
          tokens[name] = try field.member("content").string()
        } else {
          tokens[name] = try field.string()
        }
      }
    }
    return tokens
  }
}

extension ChatTemplateProblem: InputFailure {
  /// The problem of a file that should hold a template.
  package init(_ problem: InputProblem, file: String) { self.init(file: file, reason: "\(problem)") }
}
