import Foundation
import SpecDecoding
import SpecKernels
import SpecModel
import SpecSuite
import SpecTestSupport
import SpecTraining
import Testing

/// Texts that a model writes itself to be learned from.
///
/// The tiny model's tokens are bytes. All that are no ASCII end its texts, so that its questions are short and some of them
/// alike.
@Suite final class SelfPromptingTests {
  private struct Stopped: Error {}

  private let model: TinyCheckpoint
  private let folder: TemporaryFolder

  init() throws {
    model = try TinyCheckpoint(seed: 3)
    folder = try TemporaryFolder()
    try model.endTexts()
  }

  deinit { model.remove() }

  private func write(
    _ count: Int,
    seed: UInt64 = 7,
    places: Int = 5,
    topics: [QuestionTopic] = [.any],
    template: PromptWriter = .parts(.zephyr),
    in name: String,
    check: () throws -> Void = {}
  ) throws -> [WrittenQuestion] {
    var settings = SelfPrompting.Settings(count: count, limits: SamplingLimits(temperature: 1), seed: seed)
    settings.tokens = 12
    return try SelfPrompting(
      by: WritingModel(Checkpoint(directory: model.directory), places: places),
      tokenizer: Tokenizer(directory: model.directory),
      template: template,
      topics: topics,
      settings: settings,
      folder: folder.path(name)
    ).write(context: ComputeContext(threads: 1), progress: { _, _ in }, check: check)
  }

  /// The one file in a folder.
  private func file(in name: String) throws -> [UInt8] {
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path(name))
    return try folder.read("\(name)/\(#require(names.first))")
  }

  @Test func questionsFollowFromTheSeed() throws {
    let questions = try write(30, in: "a")
    #expect(questions.count == 30 && questions.allSatisfy { !$0.text.isEmpty && $0.category == nil })
    #expect(try write(30, places: 1, in: "b") == questions)
    #expect(try write(30, places: 32, in: "c") == questions)
    #expect(try file(in: "b") == file(in: "a") && file(in: "c") == file(in: "a"))
    #expect(try write(30, seed: 8, in: "d") != questions)
    // More of them begin with these; fewer are the first of them.
    #expect(try write(50, in: "a").prefix(30) == questions[...])
    #expect(try write(10, in: "a") == Array(questions.prefix(10)))
  }

  @Test func aStoppedWriterGoesOnToTheSameFile() throws {
    let questions = try write(40, in: "whole")
    var (stops, found) = (0, [WrittenQuestion]())
    while found.isEmpty {
      var passes = 0
      do {
        found = try write(40, places: 1 + stops % 4, in: "parts") {
          passes += 1
          if passes > 30 { throw Stopped() }
        }
      } catch is Stopped {
        stops += 1
      }
    }
    #expect(stops > 2 && found == questions)
    #expect(try file(in: "parts") == file(in: "whole"))
  }

  /// Case, blanks and punctuation tell no questions apart.
  @Test func eachQuestionComesOnce() throws {
    let questions = try write(60, in: "a")
    let words = questions.map { $0.text.lowercased().filter { $0.isLetter || $0.isNumber || $0 == " " } }
    #expect(Set(words.map { $0.split(separator: " ") }).count == 60)
    // Some candidates were like others.
    let candidates = try file(in: "a").split(separator: 0x0A).count - 1
    #expect(candidates > 60)
  }

  @Test func topicsComeInTurn() throws {
    let topics = [
      QuestionTopic(category: "math", start: "Add "), QuestionTopic(category: "qa"),
      QuestionTopic(category: "code", system: "Speak of code.", start: "Write"),
    ]
    let source =
      "{% for m in messages %}<|{{ m.role }}|>{{ m.content }}</s>{% endfor %}{% if add_generation_prompt %}<|assistant|>{% endif %}"
    let template = PromptWriter.jinja(try JinjaChatTemplate(source: source, file: "t.jinja"))
    let questions = try write(40, topics: topics, template: template, in: "a")
    let byCategory = Dictionary(grouping: questions) { $0.category ?? "" }
    #expect(Set(byCategory.keys) == ["math", "qa", "code"] && byCategory.values.allSatisfy { $0.count > 4 })
    #expect(byCategory["math"]?.allSatisfy { $0.text.hasPrefix("Add") } == true)
    #expect(byCategory["code"]?.allSatisfy { $0.text.hasPrefix("Write") } == true)
    // A template of fixed parts has no place for what the system says.
    #expect(throws: ChatTemplateProblem.self) { try self.write(4, topics: topics, in: "b") }
  }

  @Test func topicFilesAreRead() throws {
    let lines = #"{"category": "math", "start": "Add"}"# + "\n" + #"{"system": "Be brief.", "other": 1}"#
    let path = try folder.write(lines, to: "topics.jsonl")
    #expect(
      try QuestionTopic.read(path) == [
        QuestionTopic(category: "math", start: "Add"), QuestionTopic(system: "Be brief."),
      ]
    )
    for bad in ["", #"{"category": 1}"#, "[1]", "no json"] {
      let path = try folder.write(bad, to: "bad.jsonl")
      let error = try #require(throws: TrainingDataError.self) { try QuestionTopic.read(path) }
      #expect(error.description.hasPrefix(path) && !error.description.contains("\n"))
    }
  }

  /// A model that ends none of its questions is told of.
  @Test func aModelThatWritesNoQuestionsIsSaid() throws {
    try model.endTexts(with: [])
    let error = try #require(throws: TrainingError.self) {
      try self.write(1, places: 64, template: .parts(.vicuna), in: "a")
    }
    #expect(error.description.contains("different ones are wanted; ask for fewer with --self-prompt"), "\(error)")
    #expect(!error.description.contains("\n"))
  }

  /// Answers are those that the target decodes alone, greedily or drawn, however many are written at once.
  @Test(arguments: [Sampling.greedy, Sampling(temperature: 0.9, seed: 4)])
  func answersAreTheTargetsOwn(_ sampling: Sampling) throws {
    let checkpoint = try Checkpoint(directory: model.directory)
    let context = try ComputeContext(threads: 1)
    var random = SeededRandom(seed: 5)
    let documents = (0..<14).map { _ in
      let tokens = (0..<1 + random.below(50)).map { _ in Token(3 + random.below(120)) }
      return EncodedDocument(tokens: tokens, promptCount: random.below(tokens.count + 1))
    }
    let limit = 40
    let target = try Transformer(checkpoint: checkpoint, context: context)
    let vanilla = try Vanilla.decoder(target: target, sampling: sampling)
    let ends = Set(checkpoint.configuration.endTokens)
    let rules = StopRules(endTokens: ends, maximumNewTokens: limit, contextLength: limit)
    let expected = try documents.map { document in
      let prompt = Array(document.tokens.prefix(min(document.promptCount, limit - 1)))
      return prompt.isEmpty ? [] : prompt + (try generate(prompt, with: vanilla, rules: rules).tokens)
    }
    for places in [1, 3, 32] {
      let answers = DistilledAnswers(
        by: WritingModel(checkpoint, places: places),
        to: documents,
        limit: limit,
        sampling: sampling,
        folder: folder.path("places \(places)")
      )
      var written = 0
      #expect(throws: Stopped.self) {
        _ = try answers.texts(context: context, progress: { done, _ in written = done }) {
          if written > 0 { throw Stopped() }
        }
      }
      #expect(try answers.texts(context: context, progress: { _, _ in }, check: {}) == expected)
      #expect(try file(in: "places \(places)") == file(in: "places 1"))
    }
  }
}
