/// Draws clauses that make sense: people sell goods and eat food, animals run and sleep.
struct ClauseWriter {
  /// Draws a sentence of one or two clauses in both languages.
  static func sentence(_ composer: inout Composer) -> VelishDictionary.Entry {
    let (words, dictionary) = (composer.texts.velish, composer.texts.dictionary)
    let tense = tense(&composer)
    let first = clause(&composer, tense: tense, isMain: true)
    guard composer.random.chance(25) else { return (first.english + ".", first.velish(dictionary) + ".") }
    let joint = words.joints.all[composer.random.skewedIndex(words.joints.all.count)]
    let second = clause(&composer, tense: tense, isMain: false)
    return (
      english: "\(first.english)\(joint == "and" || joint == "but" ? "," : "") \(joint) \(second.english).",
      velish: "\(first.velish(dictionary)), \(dictionary.root(joint)) \(second.velish(dictionary))."
    )
  }

  /// Draws who or what a sentence could be about.
  static func nounPhrase(_ composer: inout Composer) -> NounPhrase {
    phrase(&composer, composer.texts.velish.nouns, excluding: "")
  }

  private static func tense(_ composer: inout Composer) -> BilingualClause.Tense {
    [.past, .present, .future][composer.random.skewedIndex(3)]
  }

  private static func clause(
    _ composer: inout Composer,
    tense: BilingualClause.Tense,
    isMain: Bool
  ) -> BilingualClause {
    let words = composer.texts.velish
    let subject = subject(&composer, isMain: isMain)
    let verb = verb(&composer, for: subject)
    var clause = BilingualClause(subject: subject, verb: verb, tense: tense)
    if isMain, composer.random.chance(40) { clause.time = composer.random.one(of: words.timesOfTense.of(tense)) }
    clause.isNegative = composer.random.chance(12)
    if !verb.objects.isEmpty { clause.object = phrase(&composer, words.objects(of: verb), excluding: subject.noun) }
    if verb.hasReceiver {
      clause.receiver = phrase(&composer, words.people.all, excluding: subject.noun, isPlain: true)
    }
    if composer.random.chance(verb.objects.isEmpty ? 35 : 10), !clause.isNegative {
      clause.adverb = composer.random.one(of: words.adverbs)
    }
    if composer.random.chance(verb.objects.isEmpty ? 60 : 30), !verb.hasReceiver {
      clause.place = place(&composer)
    }
    return clause
  }

  private static func place(_ composer: inout Composer) -> (preposition: String, phrase: NounPhrase) {
    let words = composer.texts.velish
    let place = phrase(&composer, words.places, excluding: "", isPlain: composer.random.chance(60))
    let inner = words.rooms.all.contains(place.noun) ? "in" : "on"
    let others = words.prepositions.all.filter { $0 != "in" && $0 != "on" }
    return (composer.random.chance(60) ? inner : composer.random.element(of: others) ?? inner, place)
  }

  private static func subject(_ composer: inout Composer, isMain: Bool) -> NounPhrase {
    let words = composer.texts.velish
    let kind = composer.random.below(100)
    if kind < (isMain ? 15 : 45) {
      return NounPhrase(noun: composer.random.one(of: words.pronouns), determiner: .bare)
    }
    if kind < 60, kind >= 45 { return NounPhrase(noun: composer.draw("person"), determiner: .bare) }
    if kind < 75 { return phrase(&composer, words.animals.all, excluding: "") }
    return phrase(&composer, words.people.all, excluding: "")
  }

  private static func verb(_ composer: inout Composer, for subject: NounPhrase) -> VelishVocabulary.Verb {
    let words = composer.texts.velish
    let isAnimal = words.animals.all.contains(subject.noun)
    let verbs = words.verbs.all.filter { !isAnimal || words.animalVerbs.contains($0.base) }
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
      phrase.determiner = .number(composer.random.one(of: composer.texts.velish.numbers))
      phrase.isPlural = true
    }
    if !isPlain, composer.random.chance(45) { phrase.adjective = adjective(&composer, for: noun) }
    return phrase
  }

  private static func adjective(_ composer: inout Composer, for noun: String) -> String? {
    let words = composer.texts.velish
    let isAlive = words.people.all.contains(noun) || words.animals.all.contains(noun)
    let fitting = words.adjectives.all.filter {
      isAlive ? !words.lifelessAdjectives.contains($0) : !words.livingAdjectives.contains($0) && $0 != "young"
    }
    return composer.random.element(of: fitting)
  }
}
