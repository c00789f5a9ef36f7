import Foundation
import SpecCore
import SpecDecoding
import SpecFiles
import SpecKernels
import SpecModel
import SpecSuite

/// Questions that a model writes itself: it goes on from a conversation in which the user is about to speak (Xu et al. 2024,
/// Magpie, arXiv 2406.08464). So any model that was trained on conversations gives data to learn from.
///
/// Candidates are numbered, and each follows from the seed and its number. They are kept in a file as they come: a process
/// that is ended at any moment loses at most those in flight, and the same questions come out. A candidate that did not end
/// by itself, holds a special token or asks what another has asked before is passed over.
package struct SelfPrompting {
  /// How questions are written.
  package struct Settings: Sendable {
    /// How many are wanted.
    package var count: Int
    /// Temperature and which tokens may be drawn.
    package var limits: SamplingLimits
    /// What all draws follow from.
    package var seed: UInt64
    /// Most tokens of a question.
    package var tokens = 256

    /// Makes settings; the properties say what each value means.
    package init(count: Int, limits: SamplingLimits, seed: UInt64) {
      (self.count, self.limits, self.seed) = (count, limits, seed)
    }

    /// A model that has written so many candidates and not enough questions will hardly write more.
    var mostCandidates: Int { 20 * count + 100 }
  }

  /// A topic as the model reads it.
  private struct Opening {
    let topic: QuestionTopic
    let prompt: [Token]
    let start: [Token]
    let endTokens: Set<Token>
    /// What the template writes after the user's words, which a model may write where no token ends them.
    let end: String
  }

  private let writer: WritingModel
  private let tokenizer: Tokenizer
  private let openings: [Opening]
  private let settings: Settings
  private let folder: String

  /// - Parameters:
  ///   - writer: the model that writes.
  ///   - tokenizer: the model's.
  ///   - template: how conversations are written.
  ///   - topics: what the questions are about, in turn; at least one.
  ///   - settings: how they are written.
  ///   - folder: takes the file; it is made if it is not there.
  /// - Throws: `ChatTemplateProblem` for a template without a place for what a topic says.
  package init(
    by writer: WritingModel,
    tokenizer: Tokenizer,
    template: PromptWriter,
    topics: [QuestionTopic],
    settings: Settings,
    folder: String
  ) throws(ChatTemplateProblem) {
    (self.writer, self.tokenizer, self.settings, self.folder) = (writer, tokenizer, settings, folder)
    let configuration = writer.checkpoint.configuration
    let encoder = TextEncoder(tokenizer: tokenizer, configuration: configuration)
    openings = try topics.map { (topic) throws(ChatTemplateProblem) in
      let opening = try template.opening(system: topic.system, start: topic.start)
      var endTokens = Set(configuration.endTokens)
      if let first = tokenizer.encode(opening.end).first, tokenizer.isSpecial(first) { endTokens.insert(first) }
      return Opening(
        topic: topic,
        prompt: encoder.encode(opening.prompt.text, begins: opening.prompt.begins),
        start: tokenizer.encode(PromptText(quoting: topic.start)),
        endTokens: endTokens,
        end: opening.end.trimmingCharacters(in: .whitespacesAndNewlines)
      )
    }
  }

  /// Writes the questions that are not there yet.
  ///
  /// - Parameters:
  ///   - context: the kernels and threads to compute on.
  ///   - progress: called with how many are there and how many there will be: at the start and after each candidate.
  ///   - check: called before each pass; what it throws ends the writing.
  /// - Returns: as many different questions as are wanted.
  /// - Throws: ``TrainingError`` if the model does not write enough, or if the file is something else, `UnwritableFile`, what
  ///   loading the model throws and what `check` throws.
  package func write(
    context: ComputeContext,
    progress: (Int, Int) -> Void,
    check: () throws -> Void
  ) throws -> [WrittenQuestion] {
    try OutputFile.withFolder(folder) {
      var file = try TokenListFile("questions", folder: folder, identity: identity(check))
      var questions = QuestionSieve()
      for candidate in file.lists where questions.count < settings.count { take(candidate, into: &questions) }
      progress(questions.count, settings.count)
      if questions.count < settings.count { try write(into: &file, &questions, context, progress, check) }
      guard questions.count >= settings.count else {
        throw TrainingError.tooFewQuestions(
          found: questions.count,
          wanted: settings.count,
          candidates: questions.candidates
        )
      }
      return questions.questions
    }
  }

  private func write(
    into file: inout TokenListFile,
    _ questions: inout QuestionSieve,
    _ context: ComputeContext,
    _ progress: (Int, Int) -> Void,
    _ check: () throws -> Void
  ) throws {
    let longest = (openings.map(\.prompt.count).max() ?? 0) + settings.tokens
    let batch = try writer.batch(limits: settings.limits, positions: longest, context: context, check: check)
    var next = file.lists.count
    try batch.write {
      guard next < settings.mostCandidates else { return nil }
      next += 1
      return request(next - 1)
    } check: {
      try check()
    } finished: { _, output in
      try file.append(output.tokens)
      take(output.tokens, into: &questions)
      progress(questions.count, settings.count)
      return questions.count < settings.count
    }
  }

  private func request(_ number: Int) -> BatchedGeneration.Request {
    let opening = openings[number % openings.count]
    var rules = writer.rules(positions: opening.prompt.count + settings.tokens)
    rules.endTokens = opening.endTokens
    return BatchedGeneration.Request(
      prompt: opening.prompt,
      seed: SplitMix64.mixed(settings.seed ^ SplitMix64.mixed(UInt64(number))),
      rules: rules
    )
  }

  /// Takes the next candidate.
  private func take(_ tokens: [Token], into questions: inout QuestionSieve) {
    let opening = openings[questions.candidates % openings.count]
    questions.take(text(of: tokens, opening), category: opening.topic.category)
  }

  /// The question that a candidate asks; nil where it did not end, or is no text.
  private func text(of candidate: [Token], _ opening: Opening) -> String? {
    let hasEnded = candidate.last.map(opening.endTokens.contains) ?? false
    let tokens = opening.start + (hasEnded ? candidate.dropLast() : candidate[...])
    let text = tokenizer.decode(tokens)
    guard text == tokenizer.decode(tokens, skippingSpecialTokens: true), !text.contains("\u{FFFD}") else { return nil }
    if !opening.end.isEmpty, let end = text.range(of: opening.end) { return String(text[..<end.lowerBound]) }
    return hasEnded ? text : nil
  }

  /// A hash of all that candidates depend on; how many are wanted is none of it.
  private func identity(_ check: () throws -> Void) throws -> String {
    var hash = SHA256()
    for file in try writer.fileHashes(check) { hash.update(Array(file.utf8)) }
    hash.update(Array("questions \(settings.limits) \(settings.seed) \(settings.tokens)".utf8))
    for opening in openings {
      hash.update(Array(" \(opening.endTokens.sorted()) \(opening.prompt.count) ".utf8))
      opening.prompt.withUnsafeBytes { hash.update($0) }
    }
    return hash.hexDigest()
  }
}

extension Tokenizer {
  /// Whether a token stands for no text of its own.
  fileprivate func isSpecial(_ token: Token) -> Bool {
    decode([token], skippingSpecialTokens: true).isEmpty && !decode([token]).isEmpty
  }
}
