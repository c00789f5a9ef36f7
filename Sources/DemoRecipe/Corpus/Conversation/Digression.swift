/// Sentences with which a conversation wanders off: things seen, heard and remembered.
enum Digression {
  static let all: [Template] = [
    "By the way, {:when} I saw {a :animal} {:searchplace}, and it carried {a :keepsake}.",
    "That reminds me of {:person} the {:trade}, who {:manner} sold {s :soldgood} to the {:group} of {:town}.",
    "My cousin {:person} once made {a :furniture} of {:material} for {a :trade}, and got {:gift} for it.",
    "In {:village} they do it with {:food} and {:drink}, as {:person} told me.",
    "On {:day} I heard {:sound} and thought of {a :colour} {:garment} that I had when I was young.",
    "{:person} from {:town} says the same, and {a :trade} should know.",
    "I once read about {a :trade} in {:region} who kept {a :pet} and {a :pet} in the {:building}.",
    "There was {:weather} here {:daytime}, and the {:place} smelled of {:smell}.",
    "At the {:event} in {:village} I ate {:food} with {:food}, which tasted {:taste}.",
    "Did you know that {a :animal} lives {:hidingplace} not far from {:hill}?",
    "The {:ship} came in on {:day} with {:cargo} and {:cargo}, so {:street} is full of {:group}.",
    "An old book says that {:flower} and {:virtue} grow best in {:season}.",
    "In my pocket I have {a :soldgood}, {a :soldgood} and a piece of {:food}, if that helps.",
    "Some people prefer {:hobby} to {:hobby}, especially {:daytime}.",
    "The {:tree} behind the {:building} is full of {:colour} birds since {:day}.",
    "When I was in {:town}, {a :helper} gave me {:gift} for {a :quality} {:tool}.",
    "Every {:month} the {:group} of {:village} carry {a :treasure} over {:hill}.",
    "I know {a :trait} {:trade} who plays the {:instrument} for {s :livestock}.",
    "Between {:town} and {:town} you meet more {s :animal} than people.",
    "My neighbour grows {:crop} and {:flower} along the {:river}, and {:manner} waters them {:daytime}.",
  ]
}
