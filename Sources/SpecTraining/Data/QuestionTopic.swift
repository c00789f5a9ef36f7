import SpecFiles

/// What a model's own questions are to be about.
package struct QuestionTopic: Equatable, Sendable {
  /// What such questions are called; nil for nothing.
  package var category: String?
  /// What the system says before the question is written; nil for what the chat template writes by itself. The answer is
  /// asked without it.
  package var system: String?
  /// The first words of the question; empty for none.
  package var start = ""

  /// Any topic.
  package static let any = QuestionTopic()

  /// Makes a topic; the properties say what each value means.
  package init(category: String? = nil, system: String? = nil, start: String = "") {
    (self.category, self.system, self.start) = (category, system, start)
  }

  /// Reads a file of topics: one JSON object in each line, or one list of them, with `category`, `system` and `start`, none
  /// of which is required.
  ///
  /// - Parameter path: the file.
  /// - Returns: at least one topic.
  /// - Throws: ``TrainingDataError`` for the first thing that is wrong.
  package static func read(_ path: String) throws(TrainingDataError) -> [QuestionTopic] {
    let topics = try JSONField<TrainingDataError>.records(of: path).map { record throws(TrainingDataError) in
      func text(_ key: String) throws(TrainingDataError) -> String? {
        try record.field.member(key).unlessNull?.string()
      }
      return QuestionTopic(category: try text("category"), system: try text("system"), start: try text("start") ?? "")
    }
    guard !topics.isEmpty else { throw .empty(file: path) }
    return topics
  }
}
