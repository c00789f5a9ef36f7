import Foundation

/// A question that a model has written itself.
package struct WrittenQuestion: Equatable, Sendable {
  /// What is asked.
  package let text: String
  /// What such questions are called; nil for nothing.
  package let category: String?
}

/// Takes questions as they come, each once. Those that differ in case, white space and punctuation alone are the same.
struct QuestionSieve {
  /// The questions, in their order.
  private(set) var questions: [WrittenQuestion] = []
  /// How many candidates have been looked at.
  private(set) var candidates = 0
  private var known: Set<String> = []

  /// How many questions there are.
  var count: Int { questions.count }

  /// Takes the next candidate.
  ///
  /// - Parameters:
  ///   - text: what it asks; nil where it is none.
  ///   - category: what it is called.
  mutating func take(_ text: String?, category: String?) {
    candidates += 1
    guard let text = text?.trimmingCharacters(in: .whitespacesAndNewlines) else { return }
    let words = text.lowercased().split { !$0.isLetter && !$0.isNumber }
    guard !words.isEmpty, known.insert(words.joined(separator: " ")).inserted else { return }
    questions.append(WrittenQuestion(text: text, category: category))
  }
}
