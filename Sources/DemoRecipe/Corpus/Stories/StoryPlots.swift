extension StoryPlot {
  static let lostAnimal = StoryPlot(
    title: "a lost {animal}",
    beats: [
      [
        "{when:when} {hero.his} {animal:pet} ran away during {storm:badweather}.",
        "{when:when}, during {storm:badweather}, {hero.his} {animal:pet} ran away.",
      ],
      [
        "{hero} looked for the {animal} {search1:searchplace} and {search2:searchplace}, but found nothing.",
        "{hero} took a lantern and searched {search1:searchplace} and {search2:searchplace}, but found nothing.",
      ],
      [
        "The neighbours only shook their heads.", "{hero.he} called and called until {hero.his} voice was tired.",
        "There was nothing to hear but {:sound}.",
      ],
      [
        "Then {a helper:helper} told {hero.him} about a strange noise {hiding:hidingplace}.",
        "At last {a helper:helper} came and said that something was moving {hiding:hidingplace}.",
      ],
      [
        "{hero} ran there and found the {animal} {hiding}, {state=wet but alive|cold and hungry|fast asleep|shaking with fear}.",
        "There the {animal} lay {hiding}, {state=wet but alive|cold and hungry|fast asleep|shaking with fear}.",
      ],
      [
        "To say thank you {hero} gave the {helper} {gift:gift}.",
        "{hero} thanked the {helper} with {gift:gift}.",
      ],
    ],
    summary: [
      [
        "{hero}, {a trade} of {town}, lost {hero.his} {animal} during {storm}.",
        "During {storm} the {animal} of {hero}, {a trade} of {town}, ran away.",
      ],
      ["{hero.he} searched {search1} and {search2}, but found nothing."],
      [
        "{a helper} helped {hero.him}, and the {animal} was found {hiding}, {state}.",
        "Thanks to {a helper} it was found {hiding}, {state}.",
      ],
      ["{hero} thanked the {helper} with {gift}."],
    ]
  )

  static let brokenTool = StoryPlot(
    title: "a broken {tool}",
    beats: [
      [
        "{when:when}, {left=three days|two days|one week} before the {event:event}, {hero.his} {tool:tool} broke.",
        "{left=three days|two days|one week} before the {event:event} {hero.his} {tool:tool} broke.",
      ],
      [
        "Without the {tool} {hero.he} could not work, and nobody in {town} was able to mend it.",
        "Nobody in {town} could mend it, and without the {tool} there was no work.",
      ],
      [
        "So {hero} walked to {other:town}, where {smith:person} the {maker=smith|carpenter|tinker|mason} lived.",
        "So {hero} put it on a cart and drove to {other:town} to see {smith:person} the {maker=smith|carpenter|tinker|mason}.",
      ],
      [
        "The road was long, and there was {weather:weather} all the way.",
        "On the way there was {weather:weather}, and {hero.he} slept {:hidingplace}.",
      ],
      [
        "{smith} looked at the {tool} and asked for {price:gift} instead of money.",
        "\"I do not want money,\" said {smith}, \"but I would like {price:gift}.\"",
      ],
      [
        "{hero} agreed, and {smith} worked {span=all night|until dawn|for a whole day|for two days}.",
        "{hero} agreed gladly, and {smith} worked {span=all night|until dawn|for a whole day|for two days}.",
      ],
      [
        "{hero} came home just in time for the {event}, and the {tool} was better than before.",
        "When the {event} began, {hero} was back in {town}, and the {tool} was better than before.",
      ],
    ],
    summary: [
      [
        "The {tool} of {hero}, {a trade} of {town}, broke {left} before the {event}.",
        "{left} before the {event} {hero}, {a trade} of {town}, broke {hero.his} {tool}.",
      ],
      [
        "{hero.he} went to {other}, where {smith} the {maker} worked {span} and asked only for {price}.",
        "{smith} the {maker}, who lived in {other}, mended it for {price} and worked {span}.",
      ],
      ["{hero} came home just in time, and the {tool} was better than before."],
    ]
  )

  static let rescue = StoryPlot(
    title: "a ship in danger",
    beats: [
      [
        "{when:when} {storm:badweather} came over the sea, and the {ship:ship} was still on its way with {cargo:cargo} on board.",
        "{when:when} the {ship:ship} was sailing home with {cargo:cargo} when {storm:badweather} came over the sea.",
      ],
      [
        "From {hero.his} window {hero} saw a light dancing on the waves near {rock:hill}.",
        "{hero} heard a horn from the sea and saw a light near {rock:hill}.",
      ],
      [
        "{hero.he} ran to {hero.his} neighbour {friend:person} and woke {friend.him}.",
        "{hero.he} knocked at the door of {friend:person}, {hero.his} neighbour, until {friend.he} woke.",
      ],
      [
        "Together they {signal=lit a great fire on the quay|rang the bell of the chapel|hung twelve lanterns on the mill|burned an old boat on the beach}.",
        "The two of them {signal=lit a great fire on the quay|rang the bell of the chapel|hung twelve lanterns on the mill|burned an old boat on the beach} and did not rest.",
      ],
      [
        "The captain understood the sign and turned the ship {turn=towards the harbour|into the mouth of the river|away from the rocks}.",
        "The captain saw what they meant and turned {turn=towards the harbour|into the mouth of the river|away from the rocks}.",
      ],
      [
        "{saved=all nine sailors|all twelve sailors|the captain and six sailors|seven sailors and a cat} came safely to land.",
        "In the morning {saved=all nine sailors|all twelve sailors|the captain and six sailors|seven sailors and a cat} stood safely on the land.",
      ],
      [
        "The captain gave {hero} {gift:gift} and {friend} {gift2:gift}.",
        "As a reward {hero} got {gift:gift}, and {friend} got {gift2:gift}.",
      ],
    ],
    summary: [
      [
        "When {storm} came over the sea, the {ship} was in danger near {rock}.",
        "The {ship}, which carried {cargo}, was in danger near {rock} because of {storm}.",
      ],
      [
        "{hero}, {a trade} of {town}, and {hero.his} neighbour {friend} {signal}, and the captain turned {turn}.",
        "{hero} and {friend} {signal}, so the captain turned {turn}.",
      ],
      ["{saved} came safely to land, and {hero} got {gift}."],
    ]
  )

  static let contest = StoryPlot(
    title: "a contest of {s trade}",
    beats: [
      [
        "{when:when} the mayor of {town} called for a contest: who could make the finest {work=chair|table|cupboard|bed|chest|cradle|mirror frame|bench} in {span=three days|one week|ten days}?",
        "{when:when} there was a contest in {town}: whoever made the finest {work=chair|table|cupboard|bed|chest|cradle|mirror frame|bench} in {span=three days|one week|ten days} would be the master of the year.",
      ],
      [
        "The prize was {prize=a silver ring|a golden cup|a bronze bell|a pocket watch}, and {hero} wanted it very much.",
        "Everybody wanted {prize=a silver ring|a golden cup|a bronze bell|a pocket watch}, and {hero} most of all.",
      ],
      [
        "{hero.his} rival was {rival:person} from {other:town}, who was known for {rival.his} {good=quick hands|sharp eyes|steady hands|long experience}.",
        "{rival:person} from {other:town} came too, a {rival.man} with {good=quick hands|sharp eyes|steady hands|long experience}.",
      ],
      [
        "{hero} made {a adj1=simple|sturdy|round|narrow|heavy|fine} {work} of {mat1=oak|copper|walnut wood|willow|iron}, and {rival} made {a adj2=light|smooth|plain|bright|tall|small} one of {mat2=birch wood|brass|cherry wood|marble|silver}.",
        "{hero} worked with {mat1=oak|copper|walnut wood|willow|iron}, and {rival} worked with {mat2=birch wood|brass|cherry wood|marble|silver}.",
      ],
      [
        "But on the last day {rival} {accident=cut {rival.his} hand|fell from a ladder|lost {rival.his} best tool|became ill}, and {hero} helped {rival.him} to finish.",
        "On the last day {rival} {accident=cut {rival.his} hand|fell from a ladder|lost {rival.his} best tool|became ill}, so {hero} left {hero.his} own work and helped {rival.him}.",
      ],
      [
        "The mayor looked at both and gave {prize} to {rival}, but {rival} {share=shared it with {hero}|gave it to {hero}|said that {hero} had won it}.",
        "In the end {rival} won {prize}, but {rival.he} {share=shared it with {hero}|gave it to {hero}|said that {hero} had won it}.",
      ],
      ["Since then the two have been friends.", "Today they have a workshop together in {:street}."],
    ],
    summary: [
      [
        "{hero}, {a trade} of {town}, and {rival} from {other} took part in a contest for the finest {work}.",
        "In a contest for the finest {work} {hero}, {a trade} of {town}, met {rival} from {other}.",
      ],
      ["On the last day {rival} {accident}, and {hero} helped {rival.him} to finish."],
      ["{rival} won {prize}, but {rival.he} {share}."],
    ]
  )

  static let missingKeepsake = StoryPlot(
    title: "a missing {thing}",
    beats: [
      [
        "{hero.his} dearest possession was {a quality=small|old|fine|heavy} {thing:keepsake}, a gift from {hero.his} {giver=mother|father|grandmother|grandfather|sister}.",
        "{hero.he} owned {a quality=small|old|fine|heavy} {thing:keepsake} which {hero.his} {giver=mother|father|grandmother|grandfather|sister} had given {hero.him}.",
      ],
      ["{when:when} it was gone.", "{when:when} the {thing} had disappeared."],
      [
        "{hero} thought that {suspect:person} the {strade:trade} had taken it, because {suspect.he} had been in the house.",
        "\"It was {suspect:person} the {strade:trade},\" said {hero}, because {suspect.he} had been in the house.",
      ],
      [
        "{suspect} said nothing and went home with a red face.",
        "{suspect} was hurt and did not greet {hero} any more.",
      ],
      [
        "{later=a week later|two days later|in the next month|after the first frost} {hero} climbed {climb=an old oak|the roof|the bell tower|a ladder in the orchard} and found the {thing} in the nest of a {thief=magpie|crow|raven}.",
        "{later=a week later|two days later|in the next month|after the first frost}, on the way up {climb=an old oak|the roof|the bell tower|a ladder in the orchard}, {hero} saw the nest of a {thief=magpie|crow|raven}, and in it lay the {thing}.",
      ],
      [
        "{hero} was ashamed and brought {suspect} {gift:gift}.",
        "Full of shame {hero} went to {suspect} with {gift:gift}.",
      ],
      [
        "\"{:saying},\" said {suspect} and laughed.", "{suspect} laughed, and they ate {:food} together.",
        "{suspect} forgave {hero.him} at once.",
      ],
    ],
    summary: [
      [
        "{hero}, {a trade} of {town}, lost {a quality} {thing}, a gift from {hero.his} {giver}.",
        "{a quality} {thing} of {hero}, {a trade} of {town}, disappeared.",
      ],
      ["{hero.he} thought that {suspect} the {strade} had taken it."],
      ["{later} {hero.he} found it in the nest of a {thief}."],
      ["{hero} was ashamed and brought {suspect} {gift}."],
    ]
  )

  static let letter = StoryPlot(
    title: "a letter to {other}",
    beats: [
      [
        "{when:when} a stranger gave {hero} a letter for {receiver:person} in {other:town}.",
        "{when:when} {hero.he} was asked to carry a letter to {receiver:person} in {other:town}.",
      ],
      [
        "It had to arrive before {deadline:day}, for it was about {matter=a wedding|an old debt|a sick child|a house by the sea}.",
        "The letter was about {matter=a wedding|an old debt|a sick child|a house by the sea} and had to arrive before {deadline:day}.",
      ],
      [
        "But {storm:badweather} had destroyed the bridge over the {river:river}.",
        "At the {river:river} there was no bridge any more, because {storm:badweather} had destroyed it.",
      ],
      [
        "{hero} asked {a helper:helper} for help, and together they crossed the water {means=on a raft of old doors|in a leaking boat|on the back of an ox|in a large barrel}.",
        "With {a helper:helper} {hero.he} crossed the water {means=on a raft of old doors|in a leaking boat|on the back of an ox|in a large barrel}.",
      ],
      [
        "Then {hero.he} walked {way=all night|through the forest|over {:hill}|along the coast} without a rest.",
        "From there the way led {way=through the forest|over {:hill}|along the coast}, and {hero.his} boots were full of water.",
      ],
      [
        "On {arrival:day} {hero.he} stood before the house of {receiver} and handed over the letter.",
        "{receiver} opened the letter on {arrival:day} and wept with joy.",
      ],
      [
        "{receiver} gave {hero.him} {gift:gift} and a bed for the night.",
        "For {hero.his} trouble {hero} received {gift:gift}.",
      ],
    ],
    summary: [
      [
        "{hero}, {a trade} of {town}, carried a letter about {matter} to {receiver} in {other}.",
        "{hero}, {a trade} of {town}, had to bring {receiver} in {other} a letter about {matter}.",
      ],
      [
        "Because {storm} had destroyed the bridge over the {river}, {hero.he} crossed the water {means} with {a helper}.",
        "The bridge over the {river} was gone, so {hero.he} and {a helper} crossed the water {means}.",
      ],
      ["The letter arrived on {arrival}, and {hero} received {gift}."],
    ]
  )
}
