/// Who or what a clause is about: a noun with its article, adjective and number, a pronoun or a name.
package struct NounPhrase: Equatable, Sendable {
  /// How the noun is determined.
  package enum Determiner: Equatable, Sendable {
    case definite, indefinite
    case number(String)
    /// A pronoun or a name, which takes no article.
    case bare
  }

  /// The part that the phrase plays in its clause.
  package enum Role: Sendable { case subject, object, receiver, place }

  package let noun: String
  package var determiner = Determiner.definite
  package var adjective: String?
  package var isPlural = false

  /// A phrase; the properties say what each value means.
  package init(
    noun: String,
    determiner: Determiner = .definite,
    adjective: String? = nil,
    isPlural: Bool = false
  ) {
    self.noun = noun
    self.determiner = determiner
    self.adjective = adjective
    self.isPlural = isPlural
  }

  /// The phrase in English.
  package var english: String {
    guard determiner != .bare else { return noun }
    let head = isPlural ? Inflection.plural(noun) : noun
    let described = adjective.map { "\($0) \(head)" } ?? head
    switch determiner {
    case .definite: return "the " + described
    case .indefinite: return isPlural ? described : Inflection.withArticle(described)
    case .number(let word): return "\(word) \(described)"
    case .bare: return noun
    }
  }

  /// The phrase in Velish: noun with plural, article and case, then the adjective, which agrees in number and case,
  /// then the numeral.
  func velish(_ role: Role, _ dictionary: VelishDictionary) -> String {
    let ending = role == .object ? "n" : role == .receiver ? "m" : ""
    guard determiner != .bare else {
      return dictionary.root(noun) + (dictionary.isPronoun(noun) || ending.isEmpty ? "" : "-e" + ending)
    }
    let article = determiner == .definite ? "ta" : ""
    let plural = isPlural ? (article.isEmpty ? "re" : "r") : ""
    var words = [dictionary.root(noun) + plural + article + ending]
    if let adjective { words.append(dictionary.root(adjective) + (isPlural ? "re" : "") + ending) }
    if case .number(let word) = determiner { words.append(dictionary.root(word)) }
    return words.joined(separator: " ")
  }
}

/// One clause that can be said in English and in Velish.
package struct BilingualClause: Sendable {
  /// When a clause takes place.
  package enum Tense: Sendable { case past, present, future }

  var time: String?
  package var subject: NounPhrase
  var verb: VelishVocabulary.Verb
  package var tense: Tense
  package var isNegative = false
  var object: NounPhrase?
  var receiver: NounPhrase?
  var adverb: String?
  var place: (preposition: String, phrase: NounPhrase)?

  /// A clause; the properties say what each value means.
  package init(
    time: String? = nil,
    subject: NounPhrase,
    verb: VelishVocabulary.Verb,
    tense: Tense,
    isNegative: Bool = false,
    object: NounPhrase? = nil,
    receiver: NounPhrase? = nil
  ) {
    self.time = time
    self.subject = subject
    self.verb = verb
    self.tense = tense
    self.isNegative = isNegative
    self.object = object
    self.receiver = receiver
  }

  /// The clause in English, without capital letter and full stop.
  package var english: String {
    var parts = [time, subject.english, englishVerb, object?.english].compactMap(\.self)
    if let receiver { parts.append("to " + receiver.english) }
    if let adverb { parts.append(adverb) }
    if let place { parts.append(place.preposition + " " + place.phrase.english) }
    return parts.joined(separator: " ")
  }

  /// The clause in Velish: the verb comes last, the place before the receiver and the object, the preposition after its
  /// noun.
  package func velish(_ dictionary: VelishDictionary) -> String {
    var parts = [time.map(dictionary.root), subject.velish(.subject, dictionary)].compactMap(\.self)
    if let place { parts += [place.phrase.velish(.place, dictionary), dictionary.root(place.preposition)] }
    parts += [receiver?.velish(.receiver, dictionary), object?.velish(.object, dictionary)].compactMap(\.self)
    if let adverb { parts.append(dictionary.root(adverb)) }
    if isNegative { parts.append(dictionary.root("not")) }
    parts.append(dictionary.root(verb.base) + velishEnding)
    return parts.joined(separator: " ")
  }

  private var subjectIsPlural: Bool { subject.isPlural || ["we", "they"].contains(subject.noun) }

  private var velishEnding: String {
    switch tense {
    case .past: subjectIsPlural ? "ain" : "ai"
    case .present: subjectIsPlural ? "en" : "e"
    case .future: subjectIsPlural ? "osen" : "os"
    }
  }

  private var englishVerb: String {
    let third = !subjectIsPlural && !["I", "you"].contains(subject.noun)
    switch (tense, isNegative) {
    case (.past, false): return verb.past
    case (.past, true): return "did not " + verb.base
    case (.present, false): return third ? Inflection.thirdPerson(verb.base) : verb.base
    case (.present, true): return (third ? "does not " : "do not ") + verb.base
    case (.future, false): return "will " + verb.base
    case (.future, true): return "will not " + verb.base
    }
  }
}
