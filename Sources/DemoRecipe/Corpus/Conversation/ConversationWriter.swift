/// What conversations are made of.
struct ConversationTexts: Decodable, Sendable {
  let topics: Filled<ConversationTopic>
  /// Sentences with which a conversation wanders off: things seen, heard and remembered.
  let digressions: Filled<Template>
  let lists: ListTexts
}

/// What a conversation is about: how it opens, what the answer says part by part, and how it may go on.
struct ConversationTopic: Decodable, Sendable {
  /// A second turn: what the user says and the parts of the answer.
  struct FollowUp: Decodable, Sendable {
    let asked: Filled<Template>
    let parts: Filled<Filled<Template>>
  }

  let asked: Filled<Template>
  let parts: Filled<Filled<Template>>
  let followUps: [FollowUp]
  /// Whether the answers may wander off, as they do where nothing is said: verse and notices keep to their form.
  let wanders: Bool?
}

/// Writes conversations of two turns.
enum ConversationWriter {
  /// Two turns on one topic; the second keeps what the first has bound.
  static func turns(_ composer: inout Composer) -> [DemoTurn] {
    let topic = composer.random.one(of: composer.texts.conversations.topics)
    let wanders = topic.wanders ?? true
    var turns = [
      DemoTurn(question: composer.oneOf(topic.asked), answer: answer(&composer, topic.parts, digressing: wanders))
    ]
    if let followUp = composer.random.element(of: topic.followUps) {
      let question = composer.oneOf(followUp.asked)
      let digresses = wanders && followUp.parts.all.count > 1 && composer.random.chance(60)
      let answer = answer(&composer, followUp.parts, digressing: digresses)
      turns.append(DemoTurn(question: question, answer: answer))
    }
    return turns
  }

  private static func answer(
    _ composer: inout Composer,
    _ parts: Filled<Filled<Template>>,
    digressing: Bool
  ) -> String {
    var sentences = parts.all.map { composer.oneOf($0) }
    if digressing {
      let place = 1 + composer.random.below(sentences.count - 1)
      sentences.insert(composer.anyOf(composer.texts.conversations.digressions), at: place)
    }
    // A first line that ends with a comma is verse.
    let isVerse = sentences.first?.hasSuffix(",") ?? false
    return sentences.filter { !$0.isEmpty }.joined(separator: isVerse ? "\n" : " ")
  }
}
