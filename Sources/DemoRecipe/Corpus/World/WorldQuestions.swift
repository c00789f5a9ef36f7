/// A kind of question about a subject of the world: ways to ask it, ways to answer it, and what to add.
struct WorldQuestion: Sendable {
  let asked: [Template]
  let answered: [Template]

  static let towns: [WorldQuestion] = [
    WorldQuestion(
      asked: [
        "On which river does {town} lie?", "Which river flows through {town}?", "What is the river of {town} called?",
      ],
      answered: ["{town} lies on the river {river}, in {region}."]
    ),
    WorldQuestion(
      asked: ["What is {town} known for?", "What do people make in {town}?", "What should I buy in {town}?"],
      answered: [
        "{town} is known for its {craft}.", "People in {town} make {craft}, which are sold in the whole country.",
      ]
    ),
    WorldQuestion(
      asked: ["Who is the mayor of {town}?", "Who rules in {town}?", "What is the name of {town}'s mayor?"],
      answered: ["The mayor of {town} is {mayor}.", "{mayor} is the mayor of {town}."]
    ),
    WorldQuestion(
      asked: ["Who founded {town}?", "When was {town} founded?", "By whom and when was {town} founded?"],
      answered: ["{town} was founded in {year} by {founder}.", "It was {founder} who founded {town} in {year}."]
    ),
    WorldQuestion(
      asked: [
        "What do people eat in {town}?", "What is the favourite dish of {town}?", "Which food should I try in {town}?",
      ],
      answered: ["In {town} people like to eat {food}.", "The favourite dish of {town} is {food}."]
    ),
    WorldQuestion(
      asked: [
        "When is the {event} of {town}?", "What is celebrated in {town}?", "In which month does {town} celebrate?",
      ],
      answered: ["Every {month} {town} celebrates its {event}.", "The {event} of {town} is held in {month}."]
    ),
    WorldQuestion(
      asked: [
        "What is on the flag of {town}?", "What does the flag of {town} look like?",
        "Which animal is on {town}'s flag?",
      ],
      answered: ["The flag of {town} shows {a animal} on {a colour} ground."]
    ),
    WorldQuestion(
      asked: ["How far is it from {town} to {neighbour}?", "How many miles is {neighbour} from {town}?"],
      answered: ["From {town} to {neighbour} it is {miles} miles.", "{neighbour} lies {miles} miles from {town}."]
    ),
    WorldQuestion(
      asked: ["Where can I sleep in {town}?", "Which inn is there in {town}?", "Is there a good inn in {town}?"],
      answered: ["The inn of {town} is called the {inn} and stands beside the {building}."]
    ),
    WorldQuestion(
      asked: ["Which hill can be seen from {town}?", "Where can I get a view over {town}?"],
      answered: ["From {hill} you can see all of {town}."]
    ),
    WorldQuestion(
      asked: ["In which region is {town}?", "Where is {town}?", "What can you tell me about {town}?"],
      answered: ["{town} is a town in {region}, on the river {river}."]
    ),
  ]

  /// What an answer about a town may add.
  static let townAdditions: [Template] = [
    "It is known for its {craft}.", "Its mayor is {mayor}, and {he} is proud of the {building}.",
    "Visitors come in {month} for the {event}.", "People there like to eat {food}.", "Its flag shows {a animal}.",
    "If you stay for the night, go to the {inn}.",
  ]

  static let people: [WorldQuestion] = [
    WorldQuestion(
      asked: ["Who {deed}?", "What is the name of the {trade} who {deed}?", "Do you know who {deed}?"],
      answered: ["It was {name}, {a trade} from {town}, who {deed}.", "{name}, {a trade} from {town}, {deed}."]
    ),
    WorldQuestion(
      asked: ["Who was {name}?", "Why is {name} famous?", "What did {name} do?"],
      answered: ["{name} was {a trade} from {town} who {deed}.", "{name} is famous because {he} {deed}."]
    ),
    WorldQuestion(
      asked: ["Where was {name} born?", "From which town did {name} come?"],
      answered: ["{name} was born in {town} in {year}.", "{name} came from {town}, where {he} was born in {year}."]
    ),
    WorldQuestion(
      asked: ["What was the trade of {name}?", "How did {name} earn {his} bread?"],
      answered: ["{name} was {a trade} in {town}."]
    ),
    WorldQuestion(
      asked: ["Which animal did {name} have?", "Did {name} have an animal?"],
      answered: ["{name} had {a pet} that followed {first} everywhere."]
    ),
  ]

  /// What an answer about a person may add.
  static let peopleAdditions: [Template] = [
    "{he} loved {hobby} and played the {instrument}.", "{he} was born in {year}.",
    "People say that {he} lived on {food} and never left the river {river}.", "{a pet} followed {first} everywhere.",
  ]

  static let rivers: [WorldQuestion] = [
    WorldQuestion(
      asked: ["Where does the river {river} begin?", "Where is the source of the {river}?"],
      answered: ["The {river} begins at {hill} and flows to the sea."]
    ),
    WorldQuestion(
      asked: ["How long is the river {river}?", "How many miles long is the {river}?"],
      answered: ["The {river} is {miles} miles long."]
    ),
    WorldQuestion(
      asked: ["Which towns lie on the {river}?", "Through which towns does the {river} flow?"],
      answered: ["On the {river} lie {towns}.", "The {river} flows through {towns}."]
    ),
    WorldQuestion(
      asked: ["Which fish live in the {river}?", "What can I catch in the {river}?"],
      answered: ["In the {river} there is much {fish}."]
    ),
  ]

  /// What an answer about a river may add.
  static let riverAdditions: [Template] = [
    "Its banks are full of {s tree}.", "It begins at {hill}.", "The fishers of {town} catch {fish} there.",
    "It is {miles} miles long.",
  ]

  static let trades: [WorldQuestion] = [
    WorldQuestion(
      asked: ["What does {a trade} make?", "What is the work of {a trade}?"],
      answered: ["{a trade} makes {makes}.", "The work of {a trade} is to make {makes}."]
    ),
    WorldQuestion(
      asked: ["What does {a trade} need?", "What must I buy to become {a trade}?"],
      answered: ["{a trade} needs {needs}, and also {tool}.", "You need {needs}, and also {tool}."]
    ),
    WorldQuestion(asked: ["Who makes {makes}?", "Whom do I ask for {makes}?"], answered: ["{a trade} makes {makes}."]),
  ]

  /// What an answer about a trade may add.
  static let tradeAdditions: [Template] = [
    "For this {needs} are needed, and {tool}.", "The most important tool is {tool}.",
    "It takes seven years to learn this trade.",
  ]

  static let animals: [WorldQuestion] = [
    WorldQuestion(
      asked: ["What does {a animal} eat?", "What do {s animal} eat?"],
      answered: ["{a animal} eats {eats}."]
    ),
    WorldQuestion(
      asked: ["Where does {a animal} live?", "Where do {s animal} live?"],
      answered: ["The home of {a animal} is {home}."]
    ),
    WorldQuestion(
      asked: ["Tell me something about the {animal}.", "What is special about {a animal}?"],
      answered: ["{a animal} {habit}.", "The {animal} is an animal that {habit}."]
    ),
  ]

  /// What an answer about an animal may add.
  static let animalAdditions: [Template] = [
    "It {habit}.", "It eats {eats}.", "Its home is {home}.",
  ]
}
