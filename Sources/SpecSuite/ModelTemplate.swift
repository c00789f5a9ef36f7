import Foundation
import SpecFiles

/// The chat template that comes with a model, in Jinja.
package enum ModelTemplate: Equatable, Sendable {
  /// The model's files have none.
  case none
  /// It could be read as a template that writes every turn in the same way.
  case recognized(ChatTemplate, file: String)
  /// It could not, for a reason whose subject is the template.
  case unrecognized(file: String, reason: String)

  /// Reads a file that holds nothing but a template in Jinja.
  ///
  /// - Parameter path: the file.
  /// - Returns: the template.
  /// - Throws: `SuiteError` if it cannot be read, or does not write every turn in the same way.
  package static func reading(jinja path: String) throws(SuiteError) -> ChatTemplate {
    let source = try InputFile<SuiteError>.text(of: path)
    do {
      return try JinjaTemplate(source, tokens: ["bos_token": .text("<s>"), "eos_token": .text("</s>")]).chatTemplate()
    } catch {
      throw SuiteError(
        place: path,
        found: "a template that cannot be used, since \(error.text)",
        expected: "a template that writes every turn in the same way",
        advice: "write it as the object that a suite's \"chat_template\" holds"
      )
    }
  }

  /// Looks for a model's template: `chat_template.jinja`, then `chat_template` in `tokenizer_config.json`.
  ///
  /// - Parameter directory: the model's folder.
  package init(directory: String) {
    let own = directory + "/chat_template.jinja"
    let configuration = directory + "/tokenizer_config.json"
    do throws(TemplateProblem) {
      let tokens = try Self.specialTokens(configuration)
      if FileManager.default.fileExists(atPath: own) {
        let source = try InputFile<TemplateProblem>.text(of: own)
        self = Self.recognize(source, file: own, tokens)
      } else if let source = try Self.source(in: configuration) {
        self = Self.recognize(source, file: configuration, tokens)
      } else {
        self = .none
      }
    } catch {
      self = .unrecognized(file: error.file, reason: error.reason)
    }
  }

  private static func recognize(_ source: String, file: String, _ tokens: [String: JinjaValue]) -> ModelTemplate {
    do {
      return .recognized(try JinjaTemplate(source, tokens: tokens).chatTemplate(), file: file)
    } catch {
      return .unrecognized(file: file, reason: error.text)
    }
  }

  /// The template in a configuration: one text, or a list of named ones, of which "default" counts.
  private static func source(in path: String) throws(TemplateProblem) -> String? {
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    guard let field = try JSONField<TemplateProblem>(file: path).member("chat_template").unlessNull else { return nil }
    guard case .array = field.value else { return try field.string() }
    var names: [String] = []
    for element in try field.elements() {
      let name = try element.member("name").string()
      if name == "default" { return try element.member("template").string() }
      names.append(quoted(name))
    }
    let list = names.prefix(8).joined(separator: ", ")
    throw TemplateProblem(file: path, reason: "it is a list of \(list.isEmpty ? "none" : list) without \"default\"")
  }

  /// The texts of the tokens that templates name, such as `bos_token`.
  private static func specialTokens(_ path: String) throws(TemplateProblem) -> [String: JinjaValue] {
    guard FileManager.default.fileExists(atPath: path) else { return [:] }
    let root = try JSONField<TemplateProblem>(file: path)
    var tokens: [String: JinjaValue] = [:]
    for name in ["bos_token", "eos_token", "unk_token", "pad_token"] {
      guard let field = try root.member(name).unlessNull else { continue }
      if case .object = field.value {
        tokens[name] = .text(try field.member("content").string())
      } else {
        tokens[name] = .text(try field.string())
      }
    }
    return tokens
  }
}

/// What is wrong with a file that should hold a template.
private struct TemplateProblem: InputFailure {
  let file: String
  let reason: String

  init(file: String, reason: String) {
    self.file = file
    self.reason = reason
  }

  init(_ problem: InputProblem, file: String) { self.init(file: file, reason: "\(problem)") }
}

/// A template in Jinja, tried with conversations.
struct JinjaTemplate {
  private typealias Scalars = [Unicode.Scalar]

  /// Stands for the begin token, which the caller puts in front as an id.
  private static let begin = "\u{F8F0}\u{F8F1}\u{F8F0}"
  private let nodes: [JinjaNode]
  private let tokens: [String: JinjaValue]

  /// - Throws: ``JinjaProblem`` for a template that is not read.
  init(_ source: String, tokens: [String: JinjaValue]) throws(JinjaProblem) {
    guard source.utf8.count <= JinjaBudget.longestTemplate else { throw JinjaProblem("it is longer than 1 MiB") }
    nodes = try JinjaParser.parse(source)
    self.tokens = tokens
  }

  /// The text of a conversation: what the user and the model say in turn, from the user on.
  func text(_ turns: [String], prompts: Bool = true) throws(JinjaProblem) -> String {
    let messages = turns.enumerated().map { index, text in
      JinjaValue.object(["role": .text(index.isMultiple(of: 2) ? "user" : "assistant"), "content": .text(text)])
    }
    var variables = tokens
    if tokens["bos_token"] != nil { variables["bos_token"] = .text(Self.begin) }
    variables["messages"] = .list(messages)
    variables["add_generation_prompt"] = .boolean(prompts)
    variables["tools"] = .null
    variables["documents"] = .null
    return try JinjaRun.text(of: nodes, variables)
  }

  /// The template in the parts that every turn is written from.
  ///
  /// - Throws: ``JinjaProblem`` if it writes turns in different ways.
  func chatTemplate() throws(JinjaProblem) -> ChatTemplate {
    let words = ["Qu1Aone", "An1Bone", "Qu2Atwo", "An2Btwo", "Qu3Athree"]
    let first = try Self.gaps(text([words[0]]), words.prefix(1))
    let second = try Self.gaps(text(Array(words.prefix(3))), words.prefix(3))
    let third = try Self.gaps(text(words), words[...])
    let closed = try Self.gaps(text([words[0]], prompts: false), words.prefix(1))
    guard second[0] == first[0], third[0] == first[0], second[3] == first[1], third[5] == first[1],
      second[1] == third[1], third[3] == third[1], second[2] == third[2], third[4] == third[2],
      third[1].starts(with: first[1])
    else { throw JinjaProblem("it does not write every turn in the same way") }
    // The begin token before the first turn is no part of what comes before each.
    let mark = Scalars(Self.begin.unicodeScalars)
    let startsWithBegin = first[0].starts(with: mark)
    let prefix = first[0].dropFirst(startsWithBegin ? mark.count : 0)
    let common = zip(prefix.reversed(), third[2].reversed()).prefix { $0 == $1 }.count
    let suffix = first[1].starts(with: closed[1]) ? closed[1].count : 0
    let template = ChatTemplate(
      name: ChatTemplate.modelsOwnName,
      beginOfText: startsWithBegin,
      systemPrefix: written(prefix.dropLast(common)),
      userPrefix: written(prefix.suffix(common)),
      userSuffix: written(first[1].prefix(suffix)),
      assistantPrefix: written(first[1].dropFirst(suffix)),
      answerSeparator: written(third[1].dropFirst(first[1].count)),
      assistantSuffix: written(third[2].dropLast(common)),
      trimsUser: try trimsUser(like: first)
    )
    try check(template)
    return ChatTemplate.shipped.first { $0.isWrittenLike(template) } ?? template
  }

  /// What stands before, between and after some words, each of which must be there once and in this order.
  private static func gaps(_ text: String, _ words: ArraySlice<String>) throws(JinjaProblem) -> [Scalars] {
    var rest = Scalars(text.unicodeScalars)[...]
    var gaps: [Scalars] = []
    for word in words {
      guard let place = rest.firstRange(of: Scalars(word.unicodeScalars)) else {
        throw JinjaProblem("it leaves out or changes what is said")
      }
      gaps.append(Array(rest[..<place.lowerBound]))
      rest = rest[place.upperBound...]
    }
    return gaps + [Array(rest)]
  }

  private func trimsUser(like gaps: [Scalars]) throws(JinjaProblem) -> Bool {
    let found = Scalars(try text([" \n Qu1Aone \n"]).unicodeScalars)
    if found == gaps[0] + Scalars(" \n Qu1Aone \n".unicodeScalars) + gaps[1] { return false }
    guard found == gaps[0] + Scalars("Qu1Aone".unicodeScalars) + gaps[1] else {
      throw JinjaProblem("it changes the white space of what is said")
    }
    return true
  }

  /// Writes some conversations in both ways.
  private func check(_ template: ChatTemplate) throws(JinjaProblem) {
    for turns in [["Hi {content}\nwith two lines"], ["Hello", "Well.", "Why?"], ["a", "b", "c", "d", "e", "f", "g"]] {
      let history = stride(from: 0, to: turns.count - 1, by: 2).map { (user: turns[$0], assistant: turns[$0 + 1]) }
      let mine = template.render(history: history, user: turns[turns.count - 1]).text
      let its = written(Scalars(try text(turns).unicodeScalars))
      let begin = template.beginOfText ? written(Scalars(Self.begin.unicodeScalars)) : ""
      guard (begin + mine).unicodeScalars.elementsEqual(its.unicodeScalars) else {
        throw JinjaProblem("it does not write every turn in the same way")
      }
    }
  }

  /// A part as text, the begin token by its own name.
  private func written(_ scalars: some Sequence<Unicode.Scalar>) -> String {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: scalars)
    guard case .text(let token)? = tokens["bos_token"] else { return String(view) }
    return String(view).replacing(Self.begin, with: token)
  }
}
