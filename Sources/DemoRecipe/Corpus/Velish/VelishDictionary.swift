import SpecTraining

/// The second language's roots: each English word has one, the same for every seed.
///
/// Roots are made of syllables: those of nouns end in "a", "e" or "o", of adjectives in "i", of verbs in a consonant,
/// of small words in "u"; so a reader can tell the kind of a word from its end.
package struct VelishDictionary: Sendable {
  /// The kinds of words, which differ in how their roots end.
  enum Kind { case noun, adjective, verb, particle }

  /// A word in both languages.
  typealias Entry = (english: String, velish: String)

  /// The root of each English word.
  package let roots: [String: String]
  /// The same in the order of the English words.
  let entries: [Entry]
  private let pronouns: Set<String>

  /// The only dictionary of some words.
  ///
  /// - Parameters:
  ///   - vocabulary: the words that get a root, in base form.
  ///   - englishWords: words that no root looks like.
  init(of vocabulary: VelishVocabulary, unlike englishWords: Set<String>) {
    var random = KeyedRandom(keys: [0x7665_6c69_7368])
    var taken: Set<String> = []
    var roots: [String: String] = [:]
    func add(_ words: [String], _ kind: Kind) {
      for word in words where roots[word] == nil {
        var root = Self.word(kind, &random)
        while englishWords.contains(root) || roots[root] != nil || !taken.insert(root).inserted {
          root = Self.word(kind, &random)
        }
        roots[word] = root
      }
    }
    add(vocabulary.particles, .particle)
    add(vocabulary.nouns, .noun)
    add(vocabulary.adjectives.all, .adjective)
    add(vocabulary.verbs.all.map(\.base), .verb)
    self.roots = roots
    entries = roots.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    pronouns = Set(vocabulary.pronouns.all)
  }

  /// The root of an English word in its base form; for a word outside the dictionary, such as a name, the word itself.
  package func root(_ english: String) -> String { roots[english] ?? english }

  /// Whether a word is a pronoun.
  func isPronoun(_ english: String) -> Bool { pronouns.contains(english) }

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
