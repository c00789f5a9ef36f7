/// What registers are made of.
struct RegisterTexts: Decodable, Sendable {
  let questions: Filled<Template>
  let transitions: Filled<Template>
  /// Where people belong.
  let towns: RegisterColumn
  /// What belongs to a town, and so to its people.
  let properties: Filled<RegisterColumn>
}

/// A list of pairs in a register, and how it is spoken of.
struct RegisterColumn: Decodable, Sendable {
  /// What stands in front of the list.
  let introductions: Filled<Template>
  /// What stands in front of what follows from it, person by person; nothing follows from where people belong.
  let consequences: Filled<Template>?
  /// What it says of a person, with the pair's `{what}`.
  let statement: Template
  /// The list of the lexicon that its values are drawn from.
  let list: ListName
}

/// Writes registers: what each town has, who comes from where, and then what each person therefore has. The last
/// stands in none of the lists but follows from two of them: a model looks up what the person's town has, and later
/// that by the person. The second step needs layers above those of the first, so a model of two layers, which can take
/// one, is left to guess.
///
/// The lists come in the order in which they serve: where a town is named after a person, what it has is known already.
/// Some of the people's rows say it at once.
enum RegisterWriter {
  /// The register in front of what else is asked, and one of its people to be told about.
  ///
  /// - Parameters:
  ///   - turns: an exchange; its first turn changes.
  ///   - composer: of its own, so that the exchange stays what it would be without.
  /// - Returns: the exchange with the register.
  static func prefaced(_ turns: [DemoTurn], by composer: inout Composer) -> [DemoTurn] {
    let register = turn(&composer, properties: 3)
    let transition = composer.oneOf(composer.texts.registers.transitions)
    let first = DemoTurn(
      question: "\(register.question) \(transition)\(turns[0].question)",
      answer: "\(register.answer) \(turns[0].answer)"
    )
    return [first] + turns.dropFirst()
  }

  /// A register, and one of its people to be told about.
  static func turn(_ composer: inout Composer, properties: Int) -> DemoTurn {
    let register = Register(&composer, properties: properties)
    let asked = composer.random.below(register.members.count)
    composer["who"] = register.members[asked].name
    let question =
      "Our register. " + register.text(&composer) + "\n" + composer.oneOf(composer.texts.registers.questions)
    return DemoTurn(question: question, answer: register.statements(of: asked, &composer))
  }
}

/// Towns with what they have, and people who belong to them.
private struct Register {
  let properties: [RegisterColumn]
  let towns: [String]
  /// For each property, what each town has.
  let values: [[String]]
  let members: [(name: String, town: Int)]

  init(_ composer: inout Composer, properties count: Int) {
    let texts = composer.texts.registers
    properties = Array(composer.random.shuffled(texts.properties.all).prefix(count))
    let towns = Self.words(&composer, [texts.towns.list.name], composer.random.number(in: 8...10), except: [])
    var taken = Set(towns)
    var values: [[String]] = []
    for property in properties {
      values.append(Self.words(&composer, [property.list.name], towns.count, except: taken))
      taken.formUnion(values.joined())
    }
    let names = Self.words(&composer, ["woman", "man"], composer.random.number(in: 12...18), except: taken)
    var members: [(name: String, town: Int)] = []
    for name in names { members.append((name, composer.random.below(towns.count))) }
    self.towns = towns
    self.values = values
    self.members = members
  }

  /// The lists, and what follows from them.
  func text(_ composer: inout Composer) -> String {
    var lists: [String] = []
    for (property, values) in zip(properties, values) {
      let rows = composer.random.shuffled(Array(towns.indices)).map { "\(towns[$0]) \(values[$0])" }
      lists.append(composer.oneOf(property.introductions) + rows.joined(separator: ", ") + ".")
    }
    let rows = members.map { member in
      let pair = "\(member.name) \(towns[member.town])"
      guard composer.random.chance(40) else { return pair }
      return pair + " " + values[composer.random.below(values.count)][member.town]
    }
    lists.append(composer.oneOf(composer.texts.registers.towns.introductions) + rows.joined(separator: ", ") + ".")
    for index in composer.random.shuffled(Array(properties.indices)) {
      let rows = members.map { "\($0.name) \(values[index][$0.town])" }
      let consequence = properties[index].consequences.map { composer.oneOf($0) } ?? ""
      lists.append(consequence + rows.joined(separator: ", ") + ".")
    }
    return lists.joined(separator: " ")
  }

  /// A sentence about a person.
  func statements(of index: Int, _ composer: inout Composer) -> String {
    let town = members[index].town
    composer["what"] = towns[town]
    var statements = [composer.phrase(composer.texts.registers.towns.statement)]
    for (property, values) in zip(properties, values) {
      composer["what"] = values[town]
      statements.append(composer.phrase(property.statement))
    }
    return statements.dropLast().joined(separator: ", ") + " and " + (statements.last ?? "") + "."
  }

  /// Elements of lists that are single words, in random order.
  private static func words(
    _ composer: inout Composer,
    _ lists: [String],
    _ count: Int,
    except taken: Set<String>
  ) -> [String] {
    let all = lists.flatMap(composer.texts.lexicon.list).filter { !$0.contains(" ") && !taken.contains($0) }
    return Array(composer.random.shuffled(all).prefix(count))
  }
}
