/// A list of pairs in a register, and how it is spoken of.
struct RegisterColumn {
  /// What stands in front of the list.
  let introductions: [Template]
  /// What stands in front of what follows from it, person by person.
  let consequences: [Template]
  /// What it says of a person, with the pair's `{what}`.
  let statement: Template
  /// The list of the lexicon that its values are drawn from.
  let list: String

  /// Where people belong.
  static let towns = RegisterColumn(
    introductions: ["Who lives where: ", "The guests and their towns: ", "Who comes from where: "],
    consequences: [],
    statement: "{who} comes from {what}",
    list: "town"
  )

  /// What belongs to a town, and so to its people.
  static let properties = [
    RegisterColumn(
      introductions: ["The flags: ", "Colours: "],
      consequences: ["Who walks behind which flag: ", "Who wears which colour: "],
      statement: "walks behind the {what} flag",
      list: "colour"
    ),
    RegisterColumn(
      introductions: ["The ferries: ", "Which ferry goes where: "],
      consequences: ["Who sails where: ", "Who takes the ferry to where: "],
      statement: "sails to {what}",
      list: "town"
    ),
    RegisterColumn(
      introductions: ["The mayors: ", "Who is mayor where: "],
      consequences: ["Who votes for whom: ", "Who writes to which mayor: "],
      statement: "votes for {what}",
      list: "man"
    ),
    RegisterColumn(
      introductions: ["The inns: ", "Who keeps which inn: "],
      consequences: ["Who eats at whose inn: ", "Who stays with whom: "],
      statement: "stays with {what}",
      list: "woman"
    ),
  ]
}
