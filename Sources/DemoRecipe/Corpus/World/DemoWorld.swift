import SpecTraining

/// The invented country that the questions are about. It does not depend on any seed: its facts return in every corpus,
/// so that a model can learn them.
package struct DemoWorld: Sendable {
  /// Something that can be asked about, with the values that its questions and answers name.
  package struct Subject: Decodable, Sendable {
    /// Values by the names that the templates of its kind use.
    package let values: [String: String]

    init(values: [String: String]) { self.values = values }

    package init(from decoder: any Decoder) throws { values = try [String: String](from: decoder) }
  }

  package let towns: [Subject]
  package let people: [Subject]
  package let rivers: [Subject]
  package let trades: [Subject]
  package let animals: [Subject]

  /// The only world that follows from the words and the facts.
  init(_ lexicon: Lexicon, _ texts: WorldTexts) {
    var random = KeyedRandom(keys: [0x776f_726c_64])
    towns = Self.makeTowns(&random, lexicon)
    people = Self.makePeople(&random, lexicon, deeds: texts.deeds.all, towns: towns)
    rivers = Self.makeRivers(&random, lexicon, towns: towns)
    trades = texts.trades.all
    animals = texts.animals.all
  }

  /// The value at an index of a list in the world's own order, beginning again at the end.
  private struct Deck {
    let cards: [String]
    init(_ elements: [String], _ random: inout KeyedRandom) { cards = random.shuffled(elements) }
    subscript(index: Int) -> String { cards[index % cards.count] }
  }

  private static func makeTowns(_ random: inout KeyedRandom, _ lexicon: Lexicon) -> [Subject] {
    func deck(_ list: String) -> Deck { Deck(lexicon.list(list), &random) }
    let (women, men) = (deck("woman"), deck("man"))
    let (surnames, crafts, foods) = (deck("surname"), deck("craft"), deck("food"))
    let (events, months, hills) = (deck("festival"), deck("month"), deck("hill"))
    let (animals, colours, buildings) = (deck("animal"), deck("colour"), deck("building"))
    let (rivers, regions, inns) = (deck("river"), deck("region"), deck("inn"))
    return lexicon.list("town").enumerated().map { index, town in
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
        "neighbour": lexicon.list("town")[(index + 5) % lexicon.list("town").count],
        "miles": Inflection.word(for: random.number(in: 3...20)),
      ])
    }
  }

  private static func makePeople(
    _ random: inout KeyedRandom,
    _ lexicon: Lexicon,
    deeds: [String],
    towns: [Subject]
  ) -> [Subject] {
    func deck(_ list: String) -> Deck { Deck(lexicon.list(list), &random) }
    let (women, men, surnames) = (deck("woman"), deck("man"), deck("surname"))
    let (trades, pets, hobbies) = (deck("trade"), deck("pet"), deck("hobby"))
    let (instruments, foods) = (deck("instrument"), deck("food"))
    let shuffled = random.shuffled(deeds)
    return shuffled.enumerated().map { index, deed in
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

  private static func makeRivers(_ random: inout KeyedRandom, _ lexicon: Lexicon, towns: [Subject]) -> [Subject] {
    func deck(_ list: String) -> Deck { Deck(lexicon.list(list), &random) }
    let (hills, fish, trees) = (deck("hill"), deck("riverfish"), deck("tree"))
    let lengths = random.shuffled(Array(4...40))
    return lexicon.list("river").enumerated().map { index, river in
      let names = towns.filter { $0.values["river"] == river }.compactMap { $0.values["town"] }
      return Subject(values: [
        "river": river, "hill": hills[index], "fish": fish[index], "tree": trees[index],
        "miles": String(lengths[index] * 5), "towns": names.joined(separator: " and "), "town": names.first ?? "",
      ])
    }
  }
}
