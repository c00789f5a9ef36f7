/// Draws clauses that make sense: people sell goods and eat food, animals run and sleep.
struct ClauseWriter {
  private typealias Words = VelishVocabulary

  /// A sentence of one or two clauses in both languages.
  struct Sentence {
    let english: String
    let velish: String
  }

  /// Draws a sentence.
  static func sentence(_ composer: inout Composer) -> Sentence {
    let tense = tense(&composer)
    let first = clause(&composer, tense: tense, isMain: true)
    guard composer.random.chance(25) else { return Sentence(english: first.english + ".", velish: first.velish + ".") }
    let joint = Words.joints[composer.random.skewedIndex(Words.joints.count)]
    let second = clause(&composer, tense: tense, isMain: false)
    let velishJoint = VelishDictionary.standard.root(joint)
    return Sentence(
      english: "\(first.english)\(joint == "and" || joint == "but" ? "," : "") \(joint) \(second.english).",
      velish: "\(first.velish), \(velishJoint) \(second.velish)."
    )
  }

  /// Draws who or what a sentence could be about.
  static func nounPhrase(_ composer: inout Composer) -> NounPhrase {
    phrase(&composer, Words.nouns, excluding: "")
  }

  private static func tense(_ composer: inout Composer) -> BilingualClause.Tense {
    [.past, .present, .future][composer.random.skewedIndex(3)]
  }

  private static func clause(
    _ composer: inout Composer,
    tense: BilingualClause.Tense,
    isMain: Bool
  ) -> BilingualClause {
    let subject = subject(&composer, isMain: isMain)
    let verb = verb(&composer, for: subject)
    var clause = BilingualClause(subject: subject, verb: verb, tense: tense)
    if isMain, composer.random.chance(40) { clause.time = time(&composer, tense) }
    clause.isNegative = composer.random.chance(12)
    if !verb.objects.isEmpty { clause.object = phrase(&composer, verb.objects, excluding: subject.noun) }
    if verb.hasReceiver { clause.receiver = phrase(&composer, Words.people, excluding: subject.noun, isPlain: true) }
    if composer.random.chance(verb.objects.isEmpty ? 35 : 10), !clause.isNegative {
      clause.adverb = composer.random.element(of: Words.adverbs)
    }
    if composer.random.chance(verb.objects.isEmpty ? 60 : 30), !verb.hasReceiver {
      clause.place = place(&composer)
    }
    return clause
  }

  private static func place(_ composer: inout Composer) -> (preposition: String, phrase: NounPhrase) {
    let place = phrase(&composer, Words.places, excluding: "", isPlain: composer.random.chance(60))
    let inner = Words.rooms.contains(place.noun) ? "in" : "on"
    let others = Words.prepositions.filter { $0 != "in" && $0 != "on" }
    return (composer.random.chance(60) ? inner : composer.random.element(of: others) ?? inner, place)
  }

  private static func time(_ composer: inout Composer, _ tense: BilingualClause.Tense) -> String? {
    switch tense {
    case .past:
      composer.random.element(of: [
        "yesterday", "in the morning", "in the evening", "at night", "on Sunday", "after the storm", "long ago",
      ])
    case .present: composer.random.element(of: ["today", "in the morning", "in winter", "in summer", "every day"])
    case .future:
      composer.random.element(of: ["tomorrow", "in the evening", "at night", "on Sunday", "after the storm"])
    }
  }

  private static func subject(_ composer: inout Composer, isMain: Bool) -> NounPhrase {
    let kind = composer.random.below(100)
    if kind < (isMain ? 15 : 45) {
      let pronoun = composer.random.element(of: Words.pronouns) ?? "I"
      return NounPhrase(noun: pronoun, determiner: .bare)
    }
    if kind < 60, kind >= 45 { return NounPhrase(noun: composer.draw("person"), determiner: .bare) }
    if kind < 75 { return phrase(&composer, Words.animals, excluding: "") }
    return phrase(&composer, Words.people, excluding: "")
  }

  private static func verb(_ composer: inout Composer, for subject: NounPhrase) -> Words.Verb {
    let isAnimal = Words.animals.contains(subject.noun)
    let verbs = Words.verbs.filter { !isAnimal || Words.animalVerbs.contains($0.base) }
    return verbs[composer.random.below(verbs.count)]
  }

  private static func phrase(
    _ composer: inout Composer,
    _ nouns: [String],
    excluding other: String,
    isPlain: Bool = false
  ) -> NounPhrase {
    var noun = other
    while noun == other { noun = nouns[composer.random.below(nouns.count)] }
    var phrase = NounPhrase(noun: noun)
    switch composer.random.below(10) {
    case 0..<5: break
    case 5..<8: phrase.determiner = .indefinite
    case 8: phrase.isPlural = true
    default:
      phrase.determiner = .number(composer.random.element(of: Words.numbers) ?? "two")
      phrase.isPlural = true
    }
    if !isPlain, composer.random.chance(45) { phrase.adjective = adjective(&composer, for: noun) }
    return phrase
  }

  private static func adjective(_ composer: inout Composer, for noun: String) -> String? {
    let inner: Set<String> = [
      "clever", "brave", "tired", "hungry", "happy", "sad", "friendly", "lazy", "careful", "strong",
    ]
    let outer: Set<String> = ["red", "blue", "green", "golden", "new", "round", "broken", "light"]
    let isAlive = Words.people.contains(noun) || Words.animals.contains(noun)
    let fitting = Words.adjectives.filter { isAlive ? !outer.contains($0) : !inner.contains($0) && $0 != "young" }
    return composer.random.element(of: fitting)
  }
}
