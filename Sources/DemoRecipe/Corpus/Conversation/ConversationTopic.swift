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
  /// Whether the answers may wander off; verse and notices keep to their form.
  var wanders = true

  /// All topics.
  static let all = adviceTopics + writingTopics + talkTopics + roleTopics
}

/// Writes conversations of two turns.
enum ConversationWriter {
  /// Two turns on one topic; the second keeps what the first has bound.
  static func turns(_ composer: inout Composer) -> [DemoTurn] {
    let topics = ConversationTopic.all
    let topic = topics[composer.random.below(topics.count)]
    var turns = [
      DemoTurn(question: composer.oneOf(topic.asked), answer: answer(&composer, topic.parts, digressing: topic.wanders))
    ]
    if let followUp = composer.random.element(of: topic.followUps) {
      let question = composer.oneOf(followUp.asked)
      let digresses = topic.wanders && followUp.parts.count > 1 && composer.random.chance(60)
      let answer = answer(&composer, followUp.parts, digressing: digresses)
      turns.append(DemoTurn(question: question, answer: answer))
    }
    return turns
  }

  private static func answer(_ composer: inout Composer, _ parts: [[Template]], digressing: Bool) -> String {
    var sentences = parts.map { composer.oneOf($0) }
    if digressing {
      let place = 1 + composer.random.below(sentences.count - 1)
      sentences.insert(composer.anyOf(Digression.all), at: place)
    }
    // A first line that ends with a comma is verse.
    let isVerse = sentences.first?.hasSuffix(",") ?? false
    return sentences.filter { !$0.isEmpty }.joined(separator: isVerse ? "\n" : " ")
  }
}
