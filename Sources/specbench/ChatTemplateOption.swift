import ArgumentParser
import Foundation
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
        + "the suite's own model the suite's, for others the model's own if it has one that can be read.",
      valueName: "name"
    )
  )
  var chatTemplate: String?

  /// The template for a model, and a word about a template of the model's own that is not used.
  ///
  /// - Parameters:
  ///   - directory: the model's folder.
  ///   - fallback: the template where the model has none; nil for text as it is.
  ///   - owner: whose the fallback is, for messages.
  ///   - isOwnModel: whether the model came with the fallback, which then goes before the model's own template.
  /// - Returns: the template; nil for text as it is.
  /// - Throws: for a choice that cannot be used.
  func choose(
    directory: String,
    fallback: ChatTemplate?,
    owner: String,
    isOwnModel: Bool = false
  ) throws -> ChatTemplate? {
    if let chatTemplate { return try named(chatTemplate, directory, fallback) }
    if isOwnModel { return fallback }
    let name = fallback.map { "\(owner), \(quoted($0.name))" } ?? owner
    switch ModelTemplate(directory: directory) {
    case .none: return fallback
    case .recognized(let template, let file):
      if template != fallback { tell("Conversations are written with the model's own chat template, from \(file).") }
      return template
    case .unrecognized(let file, let reason):
      tell(
        "The model's own chat template in \(file) is not used, since \(reason): conversations are written with \(name); "
          + "choose another way with --chat-template"
      )
      return fallback
    }
  }

  private func named(_ name: String, _ directory: String, _ fallback: ChatTemplate?) throws -> ChatTemplate? {
    switch name {
    case "suite": return fallback
    case "model":
      switch ModelTemplate(directory: directory) {
      case .recognized(let template, _): return template
      case .none:
        throw UnusableTemplate(place: directory, reason: "there is no chat template in this folder")
      case .unrecognized(let file, let reason):
        throw UnusableTemplate(place: file, reason: "its chat template cannot be used, since \(reason)")
      }
    default:
      if let shipped = ChatTemplate.named(name) { return shipped }
      if FileManager.default.fileExists(atPath: name) { return try ChatTemplateChoice.template(file: name) }
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
  /// - Returns: the suite.
  /// - Throws: as ``choose(directory:fallback:owner:isOwnModel:)``.
  func applied(to suite: Suite, _ files: ModelFiles) throws -> Suite {
    let template = try choose(
      directory: files.directory,
      fallback: suite.template,
      owner: "the suite's",
      isOwnModel: files.isModel(of: suite)
    )
    return template.map(suite.written) ?? suite
  }
}
