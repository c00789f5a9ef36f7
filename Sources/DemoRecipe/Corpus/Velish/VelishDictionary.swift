import SpecTraining

/// The second language's roots: each English word has one, the same for every seed.
///
/// Roots are made of syllables: those of nouns end in "a", "e" or "o", of adjectives in "i", of verbs in a consonant,
/// of small words in "u"; so a reader can tell the kind of a word from its end.
package struct VelishDictionary: Sendable {
  /// The kinds of words, which differ in how their roots end.
  package enum Kind: Sendable, CaseIterable { case noun, adjective, verb, particle }

  /// The only dictionary.
  package static let standard = VelishDictionary()

  package let roots: [String: String]

  /// How many English words have a root.
  package var count: Int { roots.count }

  /// The root of an English word in its base form; for a word outside the dictionary, such as a name, the word itself.
  package func root(_ english: String) -> String { roots[english] ?? english }

  private init() {
    var random = KeyedRandom(keys: [0x7665_6c69_7368])
    var taken: Set<String> = []
    var roots: [String: String] = [:]
    func add(_ words: [String], _ kind: Kind) {
      for word in words where roots[word] == nil {
        var root = Self.word(kind, &random)
        while Lexicon.words.contains(root) || roots[root] != nil || !taken.insert(root).inserted {
          root = Self.word(kind, &random)
        }
        roots[word] = root
      }
    }
    add(VelishVocabulary.particles, .particle)
    add(VelishVocabulary.nouns, .noun)
    add(VelishVocabulary.adjectives, .adjective)
    add(VelishVocabulary.verbs.map(\.base), .verb)
    self.roots = roots
  }

  private static func word(_ kind: Kind, _ random: inout KeyedRandom) -> String {
    let onsets = [
      "b", "d", "f", "g", "k", "l", "m", "n", "p", "r", "s", "t", "v", "z", "br", "dr", "kr", "sh", "tr", "th",
    ]
    let vowels = ["a", "e", "i", "o", "u"]
    let codas = ["", "", "l", "n", "r", "s", "m"]
    func pick(_ parts: [String]) -> String { random.element(of: parts) ?? "" }
    let first = pick(onsets) + pick(vowels)
    switch kind {
    case .noun: return first + pick(codas) + pick(Array(onsets.prefix(14))) + pick(["a", "e", "o"])
    case .adjective: return first + pick(codas) + pick(Array(onsets.prefix(14))) + "i"
    case .verb: return first + pick(["l", "n", "r", "k", "t", "sh", "v", "d", "lt", "nd", "rk"])
    case .particle:
      return pick(Array(onsets.prefix(14))) + pick(["a", "e", "o", "i"]) + pick(["l", "n", "r", "v", "m"]) + "u"
    }
  }
}
