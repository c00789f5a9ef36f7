import SpecModel
import SpecSuite

/// How long the texts of a suite can become, so that memory is asked for once and before weights are read.
package enum LongestText {
  /// The most questions that are made into tokens: of more, those with the most bytes. Should another one have more tokens
  /// than they, room for it is made when it comes.
  private static let mostQuestions = 1000

  /// The most tokens of prompt and output together.
  ///
  /// A later turn's prompt carries earlier answers: each is taken to be as long as an output may be. Prompts that leave no
  /// room in the context are skipped in a run, and do not count.
  ///
  /// - Parameters:
  ///   - suite: questions and template.
  ///   - tokenizer: the model's.
  ///   - configuration: the model's.
  ///   - maximumNewTokens: most tokens of an output.
  /// - Returns: at least 1, at most the context.
  package static func positions(
    of suite: Suite,
    _ tokenizer: Tokenizer,
    _ configuration: ModelConfiguration,
    maximumNewTokens: Int
  ) -> Int {
    let (encoder, contextLength) = (
      TextEncoder(tokenizer: tokenizer, configuration: configuration), configuration.contextLength
    )
    var longest = 1
    for question in longestQuestions(of: suite) {
      var history: [(user: String, assistant: String)] = []
      for turn in question.turns {
        // What the template refuses to write is skipped, too.
        guard let written = try? suite.template.prompt(history: history, user: turn) else { break }
        let count = encoder.encode(written.text, begins: written.begins).count
        guard count < contextLength else { break }
        longest = max(longest, count + (history.count + 1) * maximumNewTokens)
        history.append((turn, ""))
      }
    }
    return min(longest, contextLength)
  }

  private static func longestQuestions(of suite: Suite) -> [Question] {
    guard suite.questions.count > mostQuestions else { return suite.questions }
    let sizes = suite.questions.map { $0.turns.reduce(0) { $0 + $1.utf8.count } }
    return sizes.indices.sorted { sizes[$0] > sizes[$1] }.prefix(mostQuestions).map { suite.questions[$0] }
  }
}
