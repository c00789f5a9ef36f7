extension StoryPlot {
  /// Stories of music, gardens, guests and clocks.
  static let festivePlots = [
    StoryPlot(
      title: "a {instrument} without a string",
      beats: [
        [
          "For the {event:event} {hero} wanted to play the {instrument=fiddle|lute|harp}, and {hero.he} had practised for {span:span}.",
          "{hero} was to play the {instrument=fiddle|lute|harp} at the {event:event}, and all {town} was looking forward to it.",
        ],
        [
          "But on the way {place=over the bridge|through the orchard|across the market square|down the hill} the {broken=longest|thinnest|last|best} string broke.",
          "But {place=on the bridge|in the orchard|on the market square|at the foot of the hill} the {broken=longest|thinnest|last|best} string broke with a sad sound.",
        ],
        [
          "{hero} asked {one:person} the {onetrade:trade}, who could only offer {poor=a rope|a thread of wool|a piece of wire|a fishing line}.",
          "{one:person} the {onetrade:trade} wanted to help, but had only {poor=a rope|a thread of wool|a piece of wire|a fishing line}.",
        ],
        [
          "Then {a helper:helper} came by and gave {hero.him} {better=a hair from a white horse|a silver thread|a string from an old clock|a thread of spider silk}.",
          "Then {a helper:helper} pulled {better=a hair from a white horse|a silver thread|a string from an old clock|a thread of spider silk} out of a bag.",
        ],
        [
          "With it the {instrument} sounded like {like:sound}, and {wonder=nobody spoke for a long time|even the mayor danced|the old people wept|the children forgot to eat}.",
          "When {hero} played, it sounded like {like:sound}, and {wonder=nobody spoke for a long time|even the mayor danced|the old people wept|the children forgot to eat}.",
        ],
        [
          "When {hero} wanted to give it back, the {helper} {gone=was gone|had left the town|only smiled|was already far away}.",
          "Afterwards {hero} looked for the {helper}, who {gone=was gone|had left the town|was already far away}.",
        ],
      ],
      summary: [
        [
          "Before the {event} the {broken} string of {hero}'s {instrument} broke.",
          "{hero}, {a trade} of {town}, wanted to play the {instrument} at the {event}, but the {broken} string broke.",
        ],
        ["{one} the {onetrade} had only {poor}, but {a helper} gave {hero.him} {better}."],
        ["It sounded like {like}, and {wonder}."],
      ]
    ),
    StoryPlot(
      title: "a strange seed",
      beats: [
        [
          "{when:when} {a helper:helper} paid {hero} with a single seed.",
          "{when:when} {a helper:helper} who had no money gave {hero} a single seed.",
        ],
        [
          "The neighbours laughed, but {hero} planted it {spot=beside the well|behind the house|in an old barrel|at the edge of the meadow} and watered it with {water=rain water|cold tea|milk|water from the {river:river}}.",
          "{hero} planted it {spot=beside the well|behind the house|in an old barrel|at the edge of the meadow}, and every evening {hero.he} gave it {water=rain water|cold tea|milk|water from the {river:river}}.",
        ],
        [
          "For {wait=two years|a whole winter|seven weeks|a hundred days} nothing happened.",
          "Nothing could be seen for {wait=two years|a whole winter|seven weeks|a hundred days}.",
        ],
        [
          "Then a tree grew which carried {fruit=blue apples|silver pears|cherries as large as eggs|walnuts of gold} and smelled of {smell:smell}.",
          "Then, in one night, there stood a tree with {fruit=blue apples|silver pears|cherries as large as eggs|walnuts of gold}.",
        ],
        [
          "{eater:person} the {etrade:trade} ate the first one and {effect=could suddenly sing|was never cold again|remembered every name|laughed for three days}.",
          "The first one was eaten by {eater:person} the {etrade:trade}, who {effect=could suddenly sing|was never cold again|remembered every name|laughed for three days}.",
        ],
        [
          "{hero} gave a seed of it to everyone who {who=asked politely|passed the house|had no garden|told a good story}.",
          "Now {hero.he} gives a seed to everyone who {who=asks politely|passes the house|has no garden|tells a good story}.",
        ],
      ],
      summary: [
        [
          "{hero}, {a trade} of {town}, got a single seed from {a helper} and planted it {spot}.",
          "{a helper} gave {hero}, {a trade} of {town}, a single seed, which {hero.he} planted {spot}.",
        ],
        ["For {wait} nothing happened, but then there stood a tree with {fruit}."],
        ["{eater} the {etrade} ate the first one and {effect}."],
      ]
    ),
    StoryPlot(
      title: "a guest in the night",
      beats: [
        [
          "{when:when}, when there was {weather:weather}, somebody knocked at {hero.his} door {times=three times|twice|very softly|with a stick}.",
          "{when:when} somebody knocked at the door {times=three times|twice|very softly|with a stick}, and outside there was {weather:weather}.",
        ],
        [
          "It was {a helper:helper} who {need=had lost the way|was looking for a bed|wanted to warm {hands=cold hands|cold feet}|was hungry}.",
          "Outside stood {a helper:helper} who {need=had lost the way|was looking for a bed|was very cold|was hungry}.",
        ],
        [
          "{hero} had only {dish:food} and {drink:drink}, but {hero.he} shared both.",
          "There was not much in the house, only {dish:food} and {drink:drink}, but {hero} shared both.",
        ],
        [
          "The guest told stories about {about=the sea|a far city|talking birds|a king who could not sleep|the moon} until the fire was low.",
          "Until late in the night the guest spoke about {about=the sea|a far city|talking birds|a king who could not sleep|the moon}.",
        ],
        [
          "In the morning the bed was empty, and on the table lay {a treasure:treasure}.",
          "When {hero} woke, the guest had left, and on the table lay {a treasure:treasure}.",
        ],
        [
          "{hero} asked in {other:town} and in {other2:town}, but nobody had seen such a guest.",
          "{hero} showed it to the mayor of {other:town}, who {mayor=turned pale|smiled and said nothing|offered a fortune|knew it at once}.",
        ],
      ],
      summary: [
        [
          "{when} {a helper} who {need} knocked at the door of {hero}, {a trade} of {town}.",
          "{hero}, {a trade} of {town}, had a guest in the night, {a helper} who {need}.",
        ],
        ["{hero} shared {dish} and {drink}, and the guest told stories about {about}."],
        ["In the morning the guest was gone, and on the table lay {a treasure}."],
      ]
    ),
    StoryPlot(
      title: "the clock of {town}",
      beats: [
        [
          "{when:when} the clock of the bell tower stopped at {hour=three|five|seven|eleven}.",
          "{when:when} all {town} woke late, for the clock of the bell tower had stopped at {hour=three|five|seven|eleven}.",
        ],
        [
          "Nobody knew the hour any more: {mess=the bakers slept, and there was no bread|the children came to school at noon|the ferry left without the travellers|the market began in the dark}.",
          "Because of this {mess=the bakers slept, and there was no bread|the children came to school at noon|the ferry left without the travellers|the market began in the dark}.",
        ],
        [
          "{expert:person} the clockmaker came from {other:town}, worked for {span:span} and found nothing.",
          "From {other:town} came {expert:person} the clockmaker, but after {span:span} {expert.he} gave up.",
        ],
        [
          "Then {hero} climbed the tower with {carry=a lantern|a piece of cheese|{hero.his} {pet:pet}|a feather} and listened {manner:manner}.",
          "Then {hero} climbed up {manner:manner} with {carry=a lantern|a piece of cheese|{hero.his} {pet:pet}|a feather}.",
        ],
        [
          "Between the wheels {hero.he} found {inside=a family of mice|a nest of swallows|a lost glove|a sleeping owl|a child's ball}.",
          "{hero.he} looked between the wheels, and there was {inside=a family of mice|a nest of swallows|a lost glove|a sleeping owl|a child's ball}.",
        ],
        [
          "{hero} carried it {where=home|to the orchard|to the school|to the hayloft}, and the clock began to tick again.",
          "As soon as {hero} had carried it {where=home|to the orchard|to the school|to the hayloft}, the clock struck {struck=one|four|nine|twelve}.",
        ],
      ],
      summary: [
        [
          "The clock of {town} stopped at {hour}, and {mess}.",
          "When the clock of {town} stopped at {hour}, nobody knew the hour any more.",
        ],
        [
          "{expert} the clockmaker found nothing in {span}, but {hero}, {a trade}, found {inside} between the wheels.",
          "{expert} from {other} gave up, but {hero}, {a trade}, climbed the tower and found {inside} between the wheels.",
        ],
        ["{hero} carried it {where}, and the clock began to tick again."],
      ]
    ),
  ]
}
