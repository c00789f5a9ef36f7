/// What a conversation is about: how it opens, what the answer says part by part, and how it may go on.
struct ConversationTopic: Sendable {
  /// A second turn: what the user says and the parts of the answer.
  struct FollowUp: Sendable {
    let asked: [Template]
    let parts: [[Template]]
  }

  let asked: [Template]
  let parts: [[Template]]
  let followUps: [FollowUp]

  /// All topics.
  static let all = adviceTopics + writingTopics + talkTopics + roleTopics
}

/// Writes conversations of two turns.
enum ConversationWriter {
  /// Two turns on one topic; the second keeps what the first has bound.
  static func turns(_ composer: inout Composer) -> [DemoTurn] {
    let topics = ConversationTopic.all
    let topic = topics[composer.random.below(topics.count)]
    var turns = [DemoTurn(question: composer.oneOf(topic.asked), answer: answer(&composer, topic.parts))]
    if let followUp = composer.random.element(of: topic.followUps) {
      turns.append(DemoTurn(question: composer.oneOf(followUp.asked), answer: answer(&composer, followUp.parts)))
    }
    return turns
  }

  private static func answer(_ composer: inout Composer, _ parts: [[Template]]) -> String {
    parts.map { composer.oneOf($0) }.filter { !$0.isEmpty }.joined(separator: " ")
  }
}
