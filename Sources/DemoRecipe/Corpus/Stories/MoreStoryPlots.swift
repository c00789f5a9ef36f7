extension StoryPlot {
  static let find = StoryPlot(
    title: "a find in the ground",
    beats: [
      [
        "{when:when} {hero.he} was digging {spot=in the garden|under an old pear tree|behind the barn|beside the well} and struck something hard.",
        "{when:when} {hero.his} spade struck something hard {spot=in the garden|under an old pear tree|behind the barn|beside the well}.",
      ],
      ["The thing was {a treasure:treasure}, covered with earth.", "Out of the earth came {a treasure:treasure}."],
      [
        "Nobody knew where it came from, so {hero} showed it to {expert:person}, the oldest {expert.man} in {town}.",
        "{hero} took it to {expert:person}, the oldest {expert.man} in {town}, who knew every story.",
      ],
      [
        "\"This belonged to {owner=the first mayor of {town}|a king without a crown|the captain of the {:ship}|a queen who loved to travel},\" said {expert}, \"and it was lost {ago=a hundred years|two hundred years|sixty years|three hundred years} ago.\"",
        "{expert} said that it had belonged to {owner=the first mayor of {town}|a king without a crown|the captain of the {:ship}|a queen who loved to travel} and had been lost {ago=a hundred years|two hundred years|sixty years|three hundred years} ago.",
      ],
      [
        "A merchant offered {coins=fifty|eighty|two hundred|three hundred} coins for it.",
        "Soon a merchant came and wanted to pay {coins=fifty|eighty|two hundred|three hundred} coins.",
      ],
      [
        "But {hero} {end=gave it to the school|hung it up in the town hall|put it back into the ground|gave it to {hero.his} granddaughter} and was content.",
        "{hero} thought about it for {:span} and then {end=gave it to the school|hung it up in the town hall|put it back into the ground|gave it to {hero.his} granddaughter}.",
      ],
    ],
    summary: [
      [
        "{hero}, {a trade} of {town}, found {a treasure} {spot}.",
        "While digging {spot}, {hero}, {a trade} of {town}, found {a treasure}.",
      ],
      ["{expert} said that it had belonged to {owner} and had been lost {ago} ago."],
      [
        "A merchant offered {coins} coins, but {hero} {end}.",
        "Although a merchant offered {coins} coins, {hero} {end}.",
      ],
    ]
  )

  static let hunger = StoryPlot(
    title: "a hungry winter",
    beats: [
      [
        "One year the {crop:crop} did not grow, and then came {storm:badweather}.",
        "There was a year in which {storm:badweather} destroyed the {crop:crop}.",
      ],
      [
        "Soon there was nothing left in {town} but {rest=old turnips|dry beans|hard bread|salted fish}.",
        "By {month:month} people in {town} had only {rest=old turnips|dry beans|hard bread|salted fish} to eat.",
      ],
      [
        "{hero} had an idea and set a great kettle on the {spot=market square|quay|village green|old bridge}.",
        "Then {hero} carried a great kettle to the {spot=market square|quay|village green|old bridge}.",
      ],
      [
        "\"Everybody brings one thing,\" {hero.he} said, \"and everybody eats.\"",
        "{hero.he} asked every house to bring just one thing.",
      ],
      [
        "{giver1:person} brought {food1=an onion|a bone|a handful of flour|three carrots|a piece of bacon}, {giver2:person} brought {food2=a cabbage|two eggs|a cup of milk|a bunch of herbs|a bag of peas}, and the kettle filled slowly.",
        "First came {giver1:person} with {food1=an onion|a bone|a handful of flour|three carrots|a piece of bacon}, then {giver2:person} with {food2=a cabbage|two eggs|a cup of milk|a bunch of herbs|a bag of peas}.",
      ],
      [
        "In the end the soup was enough for {many=sixty|eighty|a hundred|two hundred} people, and there was even music.",
        "In the evening {many=sixty|eighty|a hundred|two hundred} people ate the soup, and somebody played the {:instrument}.",
      ],
      [
        "They did this every {day:day} until spring.", "They cooked together every {day:day}, and nobody went hungry.",
      ],
    ],
    summary: [
      [
        "In a year of hunger there was nothing left in {town} but {rest}.",
        "Because of {storm} people in {town} had only {rest} to eat.",
      ],
      [
        "{hero}, {a trade}, set a great kettle on the {spot} and asked every house to bring just one thing.",
        "Then {hero}, {a trade}, had an idea: with a great kettle on the {spot}, everybody brought one thing, such as {food1} or {food2}.",
      ],
      ["The soup was enough for {many} people, and they cooked together every {day}."],
    ]
  )

  static let quarrel = StoryPlot(
    title: "two neighbours",
    beats: [
      [
        "{hero.his} neighbour was {rival:person}, {a rtrade:trade}, and for {years=three|five|seven|twelve} years the two had not spoken.",
        "Next door lived {rival:person}, {a rtrade:trade}, but the two had not spoken for {years=three|five|seven|twelve} years.",
      ],
      [
        "They had quarrelled about {cause=a fence|a well|a pear tree|a goat|a borrowed ladder}, and each said that the other was wrong.",
        "The reason was {cause=a fence|a well|a pear tree|a goat|a borrowed ladder}, and both were too proud to laugh about it.",
      ],
      [
        "{when:when} {storm:badweather} {damage=tore the roof from|broke the chimney of|flooded the cellar of|blew down the door of} {rival}'s house.",
        "{when:when} {storm:badweather} came and {damage=tore the roof from|broke the chimney of|flooded the cellar of|blew down the door of} {rival}'s house.",
      ],
      [
        "{hero} looked out of the window for a while, and then {hero.he} {help=fetched a ladder|took a hammer and nails|brought two buckets|opened {hero.his} door}.",
        "At first {hero} did nothing, but then {hero.he} {help=fetched a ladder|took a hammer and nails|brought two buckets|opened {hero.his} door}.",
      ],
      [
        "\"You may shout at me later,\" {hero.he} said, \"but first we work.\"",
        "They worked side by side {time=until midnight|until the sun came up|for two days|all night} and said little.",
      ],
      [
        "When it was done, {rival} put {dish:food} and {drink:drink} on the table.",
        "In the morning {rival} cooked {dish:food} and poured out {drink:drink}.",
      ],
      [
        "Nobody could remember who had been right about {cause}.",
        "Today they laugh about it whenever they meet.",
      ],
    ],
    summary: [
      [
        "{hero}, {a trade} of {town}, and {rival} had not spoken for {years} years because of {cause}.",
        "For {years} years {hero}, {a trade} of {town}, and {hero.his} neighbour {rival} had quarrelled about {cause}.",
      ],
      ["When {storm} {damage} {rival}'s house, {hero} {help}, and they worked side by side."],
      ["In the end they shared {dish} and {drink}."],
    ]
  )

  static let apprentice = StoryPlot(
    title: "{a youth} and a mistake",
    beats: [
      [
        "{hero.his} {youth:youth} {pupil:person} wanted to learn the work, but {pupil.he} was {bad=too hasty|always dreaming|afraid of mistakes|never on time}.",
        "With {hero.him} lived {hero.his} {youth:youth} {pupil:person}, who was {bad=too hasty|always dreaming|afraid of mistakes|never on time}.",
      ],
      [
        "{when:when} {pupil} {mistake=left the door open|forgot the fire|mixed up the boxes|dropped the best glass|sold the wrong basket}, and {damage=half of the work was lost|the whole stock was ruined|a rich customer went away|a week of work was lost}.",
        "{when:when} it happened that {pupil} {mistake=left the door open|forgot the fire|mixed up the boxes|dropped the best glass|sold the wrong basket}: {damage=half of the work was lost|the whole stock was ruined|a rich customer went away|a week of work was lost}.",
      ],
      [
        "{pupil} was so ashamed that {pupil.he} hid {hiding:hidingplace}.",
        "Out of shame {pupil} ran away and hid {hiding:hidingplace}.",
      ],
      [
        "{hero} found {pupil.him} there and did not scold.",
        "In the evening {hero} sat down beside {pupil.him} with {:food}.",
      ],
      [
        "\"When I was young,\" {hero} said, \"I {own=burned down a shed|flooded a cellar|lost a horse|spoiled a wedding}, and my master only said: {saying:saying}.\"",
        "{hero} told {pupil.him} how {hero.he} had once {own=burned down a shed|flooded a cellar|lost a horse|spoiled a wedding}, and said: \"{saying:saying}.\"",
      ],
      [
        "From then on {pupil} worked {manner:manner}, and after {span=one year|two years|three years} {pupil.he} was the best {trade} in {town}.",
        "After that {pupil} learned {manner:manner} and became the best {trade} in {town} within {span=one year|two years|three years}.",
      ],
    ],
    summary: [
      [
        "{pupil}, the {youth} of {hero}, {a trade} of {town}, was {bad}.",
        "{hero}, {a trade} of {town}, had {a youth} called {pupil}, who was {bad}.",
      ],
      ["{when} {pupil} {mistake}, and {damage}, so {pupil.he} hid {hiding}."],
      [
        "{hero} did not scold but told {pupil.him} how {hero.he} had once {own}.",
        "Instead of scolding, {hero} told {pupil.him} how {hero.he} had once {own}.",
      ],
      ["Later {pupil} became the best {trade} in {town}."],
    ]
  )
}
