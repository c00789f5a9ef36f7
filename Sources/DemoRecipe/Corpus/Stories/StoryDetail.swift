/// Sentences that make a story richer without moving it on; summaries leave them out.
enum StoryDetail {
  static let all: [Template] = [
    "Near the {:place} {a :pet} was chasing {a :animal}, and nobody cared.",
    "{:person} the {:trade} passed by with {:gift} and greeted politely.",
    "Somewhere [a child|a woman|a man|a sailor] was singing about {a :animal} and {a :colour} {:garment}.",
    "The air smelled of {:smell}, and from far away came {:sound}.",
    "{a :colour} cat sat on {a :furniture} of {:material} and watched everything.",
    "That day {:food} cost [three|four|seven|nine] coins, which was too much for most people.",
    "On the {:place} two {:group} were quarrelling about {a :soldgood}.",
    "There was {:weather}, and the {:tree} by the {:place} had lost [its leaves|a branch|its blossoms].",
    "In {hero.his} pocket {hero.he} had {a :soldgood} and a piece of {:food}.",
    "Old {:person} used to say that {:saying}.",
    "It was {:month}, and the {:crop} stood high in the fields.",
    "{a :helper} was selling {s :soldgood} from a cart and whistled.",
    "{hero} thought of {hero.his} cousin {:person}, who lived in {:town} and made {:craft}.",
    "{hero.he} wore {a :colour} {:garment} that had once belonged to {a :trade}.",
    "At the {:inn} people were eating {:food} and talking about the {:event}.",
    "Three {s :animal} crossed the road, and that was said to bring [luck|rain|guests|letters].",
  ]
}
