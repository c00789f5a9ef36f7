import SpecTraining

/// The invented country that the questions are about. It does not depend on any seed: its facts return in every corpus,
/// so that a model can learn them.
package struct DemoWorld: Sendable {
  /// Something that can be asked about, with the values that its questions and answers name.
  package struct Subject: Sendable {
    /// Values by the names that the templates of its kind use.
    package let values: [String: String]
  }

  /// The only world.
  package static let standard = DemoWorld()

  package let towns: [Subject]
  package let people: [Subject]
  package let rivers: [Subject]
  package let trades: [Subject]
  package let animals: [Subject]

  private init() {
    var random = KeyedRandom(keys: [0x776f_726c_64])
    towns = Self.makeTowns(&random)
    people = Self.makePeople(&random, towns: towns)
    rivers = Self.makeRivers(&random, towns: towns)
    trades = WorldKnowledge.trades
    animals = WorldKnowledge.animals
  }

  /// The value at an index of a list in the world's own order, beginning again at the end.
  private struct Deck {
    let cards: [String]
    init(_ list: String, _ random: inout KeyedRandom) { cards = random.shuffled(Lexicon.list(list)) }
    subscript(index: Int) -> String { cards.isEmpty ? "" : cards[index % cards.count] }
  }

  private static func makeTowns(_ random: inout KeyedRandom) -> [Subject] {
    let (women, men) = (Deck("woman", &random), Deck("man", &random))
    let (surnames, crafts, foods) = (Deck("surname", &random), Deck("craft", &random), Deck("food", &random))
    let (events, months, hills) = (Deck("festival", &random), Deck("month", &random), Deck("hill", &random))
    let (animals, colours, buildings) = (Deck("animal", &random), Deck("colour", &random), Deck("building", &random))
    let (rivers, regions, inns) = (Deck("river", &random), Deck("region", &random), Deck("inn", &random))
    return Lexicon.list("town").enumerated().map { index, town in
      let mayorIsWoman = random.chance(50)
      return Subject(values: [
        "town": town, "river": rivers[index], "region": regions[index],
        "craft": crafts[index], "food": foods[index], "event": events[index], "month": months[index],
        "hill": hills[index], "animal": animals[index], "colour": colours[index * 7],
        "mayor": (mayorIsWoman ? women : men)[index] + " " + surnames[index],
        "he": mayorIsWoman ? "she" : "he",
        "founder": (mayorIsWoman ? men : women)[index + 25],
        "year": String(800 + 10 * random.below(70) + random.below(10)),
        "building": buildings[index], "inn": inns[index],
        "neighbour": Lexicon.list("town")[(index + 5) % Lexicon.list("town").count],
        "miles": Inflection.word(for: random.number(in: 3...20)),
      ])
    }
  }

  private static func makePeople(_ random: inout KeyedRandom, towns: [Subject]) -> [Subject] {
    let (women, men, surnames) = (Deck("woman", &random), Deck("man", &random), Deck("surname", &random))
    let (trades, pets, hobbies) = (Deck("trade", &random), Deck("pet", &random), Deck("hobby", &random))
    let (instruments, foods) = (Deck("instrument", &random), Deck("food", &random))
    let deeds = random.shuffled(WorldKnowledge.deeds)
    return deeds.enumerated().map { index, deed in
      let isWoman = index % 2 == 0
      let town = towns[(index * 5) % towns.count].values
      return Subject(values: [
        "name": (isWoman ? women : men)[index] + " " + surnames[index + 11], "first": (isWoman ? women : men)[index],
        "he": isWoman ? "she" : "he", "his": isWoman ? "her" : "his",
        "trade": trades[index], "town": town["town"] ?? "", "river": town["river"] ?? "", "deed": deed,
        "pet": pets[index], "hobby": hobbies[index], "instrument": instruments[index], "food": foods[index],
        "year": String(1300 + 10 * random.below(40) + random.below(10)),
      ])
    }
  }

  private static func makeRivers(_ random: inout KeyedRandom, towns: [Subject]) -> [Subject] {
    let (hills, fish, trees) = (Deck("hill", &random), Deck("riverfish", &random), Deck("tree", &random))
    let lengths = random.shuffled(Array(4...40))
    return Lexicon.list("river").enumerated().map { index, river in
      let names = towns.filter { $0.values["river"] == river }.compactMap { $0.values["town"] }
      return Subject(values: [
        "river": river, "hill": hills[index], "fish": fish[index], "tree": trees[index],
        "miles": String(lengths[index] * 5), "towns": names.joined(separator: " and "), "town": names.first ?? "",
      ])
    }
  }
}
