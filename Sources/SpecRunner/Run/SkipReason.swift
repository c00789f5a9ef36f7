import SpecSuite

/// Why a prompt is not decoded, as a run stores it.
package enum SkipReason {
  private static let refusal = "the chat template cannot write it, since "

  /// The number of tokens has a column of its own; without it, reports can count equal reasons.
  static func tooLong(context: Int) -> String { "longer than the context of \(context) positions" }

  static func refused(_ problem: ChatTemplateProblem) -> String { refusal + problem.reason }

  /// Whether the chat template has refused the conversation.
  package static func isRefusal(_ reason: String) -> Bool { reason.hasPrefix(refusal) }
}
