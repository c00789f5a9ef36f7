/// A kind of task: one of Spec-Bench's six, or one of a suite's own.
public struct Category: RawRepresentable, Hashable, Sendable, Codable {
  /// The name, as files and the database write it.
  public let rawValue: String

  /// A conversation of several turns, as in MT-Bench.
  public static let multiTurnConversation = Category(rawValue: "mt_bench")
  /// A text to be put into another language.
  public static let translation = Category(rawValue: "translation")
  /// A passage to be shortened.
  public static let summarization = Category(rawValue: "summarization")
  /// A question of fact without further material.
  public static let questionAnswering = Category(rawValue: "qa")
  /// A word problem to be worked out.
  public static let mathematicalReasoning = Category(rawValue: "math_reasoning")
  /// A question to be answered from passages that come with it.
  public static let retrievalAugmentedGeneration = Category(rawValue: "rag")

  /// Spec-Bench's six, in the order in which tables show them.
  public static let tasks = [
    multiTurnConversation, translation, summarization, questionAnswering, mathematicalReasoning,
    retrievalAugmentedGeneration,
  ]

  /// All categories together. No suite may have a category of this name.
  public static let overall = Category(rawValue: "overall")

  /// Takes a name as it is: of the database, or of a file whose names were checked.
  public init(rawValue: String) { self.rawValue = rawValue }

  /// The title of a column, short enough for a terminal.
  public var title: String {
    switch self {
    case .multiTurnConversation: "Multi-turn"
    case .translation: "Translation"
    case .summarization: "Summarization"
    case .questionAnswering: "QA"
    case .mathematicalReasoning: "Math"
    case .retrievalAugmentedGeneration: "RAG"
    case .overall: "Overall"
    default: rawValue
    }
  }

  /// Categories as tables show them, each once: Spec-Bench's first, then the others as they first appear.
  ///
  /// - Parameter categories: the categories in the order of their prompts.
  /// - Returns: the categories in the order of the tables.
  public static func inOrder(_ categories: some Sequence<Category>) -> [Category] {
    var seen: Set<Category> = []
    let each = categories.filter { seen.insert($0).inserted }
    return tasks.filter(seen.contains) + each.filter { !tasks.contains($0) }
  }
}
