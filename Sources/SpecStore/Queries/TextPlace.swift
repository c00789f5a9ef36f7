/// From where the place of a cycle in a text is counted. The metrics and the view `acceptance_by_place` divide texts alike.
package enum TextPlace: String, CaseIterable, Codable, Sendable {
  /// The tokens of the output before the cycle.
  case output
  /// The tokens of prompt and output before the cycle: the depth of the context.
  case context

  /// The tokens between two places that are told apart. It bounds how many of them a long context has.
  package var step: Int {
    switch self {
    case .output: 8
    case .context: 16
    }
  }

  /// The most stretches that a run's texts are divided into, each with about as many cycles as the others.
  package static let mostStretches = 6
}
