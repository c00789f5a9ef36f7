import SpecFiles

/// One text to train on, which has nothing to do with the next.
package enum TrainingDocument: Equatable, Sendable {
  /// Running text.
  case text(String)
  /// A conversation, to be written with the model's chat template.
  case conversation([TrainingTurn])
}

/// What one side says in a conversation.
package typealias TrainingTurn = SpokenTurn
