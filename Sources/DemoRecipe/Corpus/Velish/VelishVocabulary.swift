/// The English words that the second language knows, with what each may do in a sentence.
package enum VelishVocabulary {
  /// An English verb with its past.
  package struct Verb: Sendable {
    package let base: String
    package let past: String
    /// What the verb takes as an object; empty for a verb without one.
    package let objects: [String]
    /// Whether the verb also names a receiver ("gave … to …").
    package let hasReceiver: Bool
  }

  package static let people = words(
    """
    baker weaver potter tailor smith miller shepherd fisher gardener doctor painter hunter mason brewer queen king
    mother father child girl boy sailor farmer neighbour teacher captain merchant soldier widow stranger
    """
  )
  package static let animals = words(
    "dog cat goat horse sheep goose hen fox wolf bear owl mouse cow donkey swan crow otter deer rabbit seal"
  )
  package static let foods = words(
    "apple loaf cake pie egg fish pear cheese soup onion plum dumpling pancake cabbage carrot biscuit"
  )
  package static let goods = words(
    """
    basket candle lantern coat hat knife ring key book letter boat cart table chair bed box bell drum flute rope net
    kettle spoon cup jug blanket ladder wheel broom mirror clock barrel ribbon scarf shoe coin
    """
  )
  /// Places that one is in.
  package static let rooms = words(
    "harbour market garden forest river mill house church school tower village kitchen cellar barn inn stable meadow"
  )
  /// Places that one is on.
  package static let grounds = words("bridge field road island beach hill quay square")
  package static let places = rooms + grounds
  package static let adjectives = words(
    """
    old young small large red blue green white black brown golden new warm cold heavy light clever brave tired hungry
    happy sad quiet friendly poor rich beautiful round broken lazy strong careful
    """
  )
  package static let numbers = ["two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "twelve"]
  package static let adverbs = words("slowly quickly quietly gladly carefully again alone bravely")
  package static let prepositions = ["in", "on", "near", "behind", "beside"]
  package static let times = [
    "yesterday", "today", "tomorrow", "in the morning", "in the evening", "at night", "in winter", "in summer",
    "on Sunday", "after the storm", "long ago", "every day",
  ]
  package static let pronouns = ["I", "you", "he", "she", "we", "they"]
  package static let joints = ["and", "but", "because", "while"]

  package static let particles = numbers + adverbs + prepositions + times + pronouns + joints + ["not"]
  package static let nouns = people + animals + foods + goods + places

  package static let verbs: [Verb] =
    list("see saw, want wanted, find found, lose lost, buy bought, carry carried, paint painted, hide hid", goods)
    + list("mend mended, break broke, clean cleaned, make made, need needed", goods)
    + list("eat ate, cook cooked, share shared, taste tasted, forget forgot, cut cut", foods)
    + list("help helped, greet greeted, meet met, follow followed, thank thanked, visit visited, hear heard", people)
    + list("feed fed, catch caught, call called, love loved, fear feared, wash washed", animals)
    + list("sell sold, give gave, bring brought, show showed, send sent, lend lent, throw threw", goods + foods, true)
    + list(
      """
      sleep slept, sing sang, wait waited, rest rested, swim swam, play played, sit sat, walk walked, run ran,
      stay stayed, dream dreamed, dance danced, arrive arrived
      """,
      []
    ) + list("laugh laughed, work worked, weep wept, pray prayed, speak spoke", [])

  /// What animals can do.
  package static let animalVerbs = Set(
    words("sleep wait rest swim play sit walk run stay dream arrive see find eat follow hear fear meet")
  )

  private static func words(_ text: String) -> [String] { text.split(whereSeparator: \.isWhitespace).map(String.init) }

  private static func list(_ text: String, _ objects: [String], _ hasReceiver: Bool = false) -> [Verb] {
    text.split(separator: ",").map { pair in
      let forms = words(String(pair))
      return Verb(base: forms[0], past: forms[1], objects: objects, hasReceiver: hasReceiver)
    }
  }
}
