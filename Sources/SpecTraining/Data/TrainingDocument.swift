/// One text to train on, which has nothing to do with the next.
public enum TrainingDocument: Equatable, Sendable {
  /// Running text.
  case text(String)
  /// A conversation, to be written with the model's chat template.
  case conversation([TrainingTurn])
}

/// What one side says in a conversation.
public struct TrainingTurn: Equatable, Sendable {
  /// Who speaks.
  public enum Speaker: String, Sendable {
    /// Sets the scene.
    case system
    /// Asks.
    case user
    /// Answers.
    case assistant
  }

  /// Who speaks.
  public let speaker: Speaker
  /// What is said.
  public let text: String

  /// A turn of a conversation.
  public init(_ speaker: Speaker, _ text: String) {
    self.speaker = speaker
    self.text = text
  }
}
