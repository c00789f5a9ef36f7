/// The English words that the second language knows, with what each may do in a sentence.
package struct VelishVocabulary: Decodable, Sendable {
  /// What nouns can be objects of a verb.
  package enum ObjectKind: String, Decodable, Sendable { case people, animals, foods, goods }

  /// An English verb with its past.
  package struct Verb: Decodable, Sendable {
    package let base: String
    let past: String
    /// What the verb takes as an object; empty for a verb without one.
    let objects: [ObjectKind]
    /// Whether the verb also names a receiver ("gave … to …").
    let hasReceiver: Bool
  }

  /// When something happens, by the tense of the clause.
  struct Times: Decodable, Sendable {
    let past, present, future: Filled<String>

    func of(_ tense: BilingualClause.Tense) -> Filled<String> {
      switch tense {
      case .past: past
      case .present: present
      case .future: future
      }
    }
  }

  /// What asks for a translation, and what stands in front of it.
  struct Requests: Decodable, Sendable {
    let intoVelish, outOfVelish, phrasesIntoVelish, phrasesOutOfVelish: Filled<Template>
    let intoVelishAnswers, intoEnglishAnswers: Filled<Template>
  }

  let people, animals, foods, goods: Filled<String>
  /// Places that one is in, and places that one is on.
  let rooms, grounds: Filled<String>
  let adjectives: Filled<String>
  /// What only living things can be, and what only others can be.
  let livingAdjectives, lifelessAdjectives: Set<String>
  let numbers, adverbs, prepositions, times, pronouns, joints: Filled<String>
  let timesOfTense: Times
  package let verbs: Filled<Verb>
  /// What animals can do.
  let animalVerbs: Set<String>
  let requests: Requests
  /// What asks for a list to be said back.
  let repeats: Filled<String>

  var places: [String] { rooms.all + grounds.all }
  var nouns: [String] { people.all + animals.all + foods.all + goods.all + places }
  var particles: [String] {
    numbers.all + adverbs.all + prepositions.all + times.all + pronouns.all + joints.all + ["not"]
  }

  /// The nouns that can be a verb's object.
  func objects(of verb: Verb) -> [String] {
    verb.objects.flatMap { kind in
      switch kind {
      case .people: people.all
      case .animals: animals.all
      case .foods: foods.all
      case .goods: goods.all
      }
    }
  }
}
