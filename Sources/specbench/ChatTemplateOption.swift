import ArgumentParser
import Foundation
import SpecCore
import SpecFiles
import SpecModel
import SpecSuite

/// How conversations are written for the model.
struct ChatTemplateOption: ParsableArguments {
  @Option(
    name: [.customLong("chat-template"), .customLong("template")],
    help: ArgumentHelp(
      "How conversations are written: \(ChatTemplate.shipped.map(\.name).joined(separator: ", ")); model for the model's own "
        + "template; suite for the suite's; or a file with an object as in suite.json, or with Jinja (.jinja). Default: for "
        + "the suite's own model the suite's, for others the model's own, or plain if it has none.",
      valueName: "name"
    )
  )
  var chatTemplate: String?

  @Option(
    name: .customLong("template-date"),
    help: ArgumentHelp(
      "The day that a chat template takes for today, such as 2024-07-26. Default: today.",
      valueName: "date"
    )
  )
  var templateDate: String?

  /// How conversations are to be written, and what the user should know about that.
  struct Choice {
    /// The way.
    let writer: PromptWriter
    /// Whether the user or the model's files have chosen it.
    var isChosen = true
    /// Why the model may not be asked as it was trained to be; nil where nothing is known against it.
    var warning: String?
  }

  func validate() throws { _ = try date() }

  private func date() throws -> TemplateDate {
    guard let templateDate else { return .today }
    guard let date = TemplateDate(templateDate) else {
      throw ValidationError("--template-date is \(quoted(templateDate)); give a day such as 2024-07-26")
    }
    return date
  }

  /// How to write conversations for a model.
  ///
  /// - Parameters:
  ///   - directory: the model's folder.
  ///   - fallback: the way where the model has no template of its own.
  ///   - suite: the suite's way, which `suite` names; nil for the fallback.
  ///   - isOwnModel: whether the model came with the suite, whose way then goes before the model's own template.
  /// - Returns: the way.
  /// - Throws: for a choice that cannot be used.
  func choose(
    directory: String,
    fallback: PromptWriter,
    suite: PromptWriter? = nil,
    isOwnModel: Bool = false
  ) throws -> Choice {
    if let chatTemplate { return Choice(writer: try named(chatTemplate, directory, suite ?? fallback)) }
    if isOwnModel { return Choice(writer: suite ?? fallback) }
    switch ModelTemplate(directory: directory, date: try date()) {
    case .none:
      return Choice(writer: fallback, isChosen: false, warning: "The model's files have no chat template")
    case .usable(let template):
      tell("Conversations are written with the model's own chat template, from \(printablePath(template.file)).")
      return Choice(writer: .jinja(template))
    case .unusable(let file, let reason):
      let warning = "The model's own chat template in \(printablePath(file)) is not used, since \(reason)"
      return Choice(writer: fallback, isChosen: false, warning: warning)
    }
  }

  private func named(_ name: String, _ directory: String, _ suite: PromptWriter) throws -> PromptWriter {
    switch name {
    case "suite": return suite
    case "model":
      switch ModelTemplate(directory: directory, date: try date()) {
      case .usable(let template): return .jinja(template)
      case .none:
        throw UnusableTemplate(place: directory, reason: "there is no chat template in this folder")
      case .unusable(let file, let reason): throw ChatTemplateProblem(file: file, reason: reason)
      }
    default:
      if let shipped = ChatTemplate.named(name) { return .parts(shipped) }
      if FileManager.default.fileExists(atPath: name) {
        return try ChatTemplateChoice.writer(file: name, directory: directory, date: date())
      }
      let names = ChatTemplate.shipped.map(\.name).joined(separator: ", ")
      throw UnusableTemplate(
        place: "--chat-template",
        reason: "there is no template and no file \(quoted(name)), but \(names), model and suite"
      )
    }
  }
}

/// A chat template that was asked for and cannot be used.
struct UnusableTemplate: Error, CustomStringConvertible {
  /// Where it should be.
  let place: String
  /// What is wrong.
  let reason: String

  var description: String { "\(place): \(reason); name another with --chat-template" }
}

extension ModelFiles {
  /// Whether this is the model that comes with a suite.
  func isModel(of suite: Suite) -> Bool {
    guard let path = suite.modelPath else { return false }
    func resolved(_ path: String) -> String { (try? FilePlace.resolved(path)) ?? path }
    return resolved(path) == resolved(directory)
  }
}

extension ChatTemplateOption {
  /// The suite with its conversations written for the model.
  ///
  /// - Parameters:
  ///   - suite: the suite.
  ///   - files: the model's.
  /// - Returns: the suite, and a sentence about a model that is asked in plain text what suits one with a template.
  /// - Throws: as ``choose(directory:fallback:suite:isOwnModel:)``.
  func applied(to suite: Suite, _ files: ModelFiles) throws -> (suite: Suite, warnings: [String]) {
    let choice = try choose(
      directory: files.directory,
      fallback: .plain,
      suite: suite.template,
      isOwnModel: files.isModel(of: suite)
    )
    let warning = choice.warning.flatMap { reason in
      suite.expectsInstructions
        ? "\(reason): it is asked in plain text what the suite asks a model that follows instructions. If it does, name its "
          + "template with --chat-template." : nil
    }
    return (suite.written(with: choice.writer), warning.map { [$0] } ?? [])
  }
}
