/// English word forms that follow from a base form.
package enum Inflection {
  private static let irregularPlurals = [
    "loaf": "loaves", "ox": "oxen", "knife": "knives", "mouse": "mice", "child": "children", "goose": "geese",
    "fish": "fish",
    "sheep": "sheep", "wolf": "wolves", "calf": "calves", "shelf": "shelves", "leaf": "leaves", "foot": "feet",
    "trout": "trout", "deer": "deer", "salmon": "salmon", "scarf": "scarves", "half": "halves", "herring": "herring",
    "potato": "potatoes", "hoof": "hooves", "woman": "women", "man": "men", "tomato": "tomatoes",
  ]

  /// A noun's plural; of a phrase with "of", the plural of its head, otherwise of its last word.
  package static func plural(_ noun: String) -> String {
    let words = noun.split(separator: " ")
    if let of = words.firstIndex(of: "of"), of > 0 {
      return ([plural(words[..<of].joined(separator: " "))] + words[of...].map(String.init)).joined(separator: " ")
    }
    guard words.count < 2 else {
      return words.dropLast().joined(separator: " ") + " " + plural(String(words[words.count - 1]))
    }
    if let irregular = irregularPlurals[noun] { return irregular }
    if ["s", "x", "z", "ch", "sh"].contains(where: noun.hasSuffix) { return noun + "es" }
    if noun.hasSuffix("y"), let before = noun.dropLast().last, !"aeiou".contains(before) {
      return noun.dropLast() + "ies"
    }
    return noun + "s"
  }

  /// A noun with "a" or "an".
  package static func withArticle(_ noun: String) -> String {
    let silent = ["hour", "honest", "heir"].contains(where: noun.hasPrefix)
    let spokenAsConsonant = ["use", "uni", "one", "eu"].contains(where: noun.hasPrefix)
    let vowel = noun.first.map { "aeiouAEIOU".contains($0) } ?? false
    return (silent || (vowel && !spokenAsConsonant) ? "an " : "a ") + noun
  }

  /// A verb's third person of the present.
  package static func thirdPerson(_ verb: String) -> String {
    if ["s", "x", "z", "ch", "sh", "o"].contains(where: verb.hasSuffix) { return verb + "es" }
    if verb.hasSuffix("y"), let before = verb.dropLast().last, !"aeiou".contains(before) {
      return verb.dropLast() + "ies"
    }
    return verb + "s"
  }

  /// A number from 0 to 20 as a word, larger ones in digits.
  package static func word(for number: Int) -> String {
    let words = [
      "none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
      "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty",
    ]
    return words.indices.contains(number) ? words[number] : String(number)
  }
}
