/// What figures are about: one of the six categories, in the order of Spec-Bench's tables, or all of them together.
enum ReportCategory: String, CaseIterable, Sendable {
  case conversation = "mt_bench"
  case translation
  case summarization
  case questionAnswering = "qa"
  case mathematicalReasoning = "math_reasoning"
  case retrieval = "rag"
  case overall

  /// The six categories without `overall`.
  static let tasks = allCases.filter { $0 != .overall }

  /// The title of the table column, short enough for a terminal.
  var title: String {
    switch self {
    case .conversation: "Multi-turn"
    case .translation: "Translation"
    case .summarization: "Summarization"
    case .questionAnswering: "QA"
    case .mathematicalReasoning: "Math"
    case .retrieval: "RAG"
    case .overall: "Overall"
    }
  }
}
