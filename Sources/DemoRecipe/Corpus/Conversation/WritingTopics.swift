extension ConversationTopic {
  /// Somebody asks for a letter, a description or a few lines.
  static let writingTopics = [
    ConversationTopic(
      asked: [
        "Write a short letter from {a trade:trade} to {who=a friend|a sister|an uncle|a daughter|a captain} in {town:town}.",
        "Please write a letter to {who=a friend|a sister|an uncle|a daughter|a captain} in {town:town}. I am {a trade:trade}.",
        "Can you write a few lines from {a trade:trade} to {who=a friend|a sister|an uncle|a daughter|a captain} in {town:town}?",
      ],
      parts: [
        [
          "Dear {name:person}, I hope that you are well.",
          "Dear {name:person}, it has been {span:span} since your last letter.",
          "My dear {name:person}, today I have time to write at last.",
        ],
        [
          "Here we have {weather:weather}, and the work of {a trade} never ends.",
          "In the workshop there is much to do, because everybody wants something before {event=the fair|the feast|winter|Sunday}.",
        ],
        [
          "{day=Yesterday|On Sunday|Last week} {someone:person} came to see me, and we ate {food:food} until it was dark.",
          "{day=Yesterday|On Sunday|Last week} my {pet:pet} {did=ran away and came back|stole the butter|slept in my hat|jumped into the well}.",
          "From my window I can hear {sound:sound}.",
        ],
        [
          "Come and see me in {season:season}, when {good=the apples are ripe|the roads are dry|the swallows are back|the first snow falls}.",
          "I send you {gift:gift} and hope that it arrives before the {good=rain|feast|frost|fair}.",
        ],
        ["Your old {friend=neighbour|friend} {me:person}", "With love, {me:person}", "Yours, {me:person}"],
      ],
      followUps: [
        FollowUp(
          asked: ["Now write the answer.", "What does {name} answer?", "Write a short reply from {name}."],
          parts: [
            [
              "Dear {me}, your letter made me {feeling=glad|hopeful|happy|smile}.",
              "Dear {me}, thank you for your kind letter.",
            ],
            [
              "In {town} we have {weather2:weather}, and I think of you when I hear {sound2:sound}.",
              "I will come with {gift2:gift} as soon as {soon=the ferry sails again|my leg is better|the harvest is over|the road is free}.",
            ],
            ["Your {name}", "Until then, {name}", "With love, {name}"],
          ]
        ),
        FollowUp(
          asked: ["Make it shorter.", "That is too long. Can you make it shorter?", "Say it in one sentence."],
          parts: [["Dear {name}, come and see me soon. Yours, {me}", "Dear {name}, I am well and think of you. {me}"]]
        ),
      ]
    ),
    ConversationTopic(
      asked: [
        "Describe the {place:place} of {town:town} {time:daytime}.",
        "What does the {place:place} of {town:town} look like {time:daytime}?",
        "I have never been to {town:town}. Describe the {place:place} {time:daytime}.",
      ],
      parts: [
        [
          "{time} the {place} of {town} is {mood=quiet|full of voices|almost empty|grey and soft|full of light}.",
          "The {place} of {town} is {mood=quiet|full of voices|almost empty|grey and soft|full of light} {time}.",
        ],
        [
          "The air smells of {smell:smell}, and one can hear {sound:sound}.",
          "You can hear {sound:sound}, and there is a smell of {smell:smell}.",
        ],
        [
          "{a age=old|young|tall|small} {who:trade} in {a colour:colour} {garment=coat|cloak|shawl|apron|hat|scarf|jacket} is carrying {thing:gift}.",
          "In a corner {a pet:pet} is sleeping beside {a colour:colour} {furn=bench|barrel|cart|boat}.",
          "Two {group=children|fishers|old women|sailors|pupils} are talking about {talk=the weather|the price of {cargo:cargo}|the {event:event}|a new song}.",
        ],
        [
          "Nobody is in a hurry.", "Somewhere a door opens, and the day goes on.",
          "Who has been there once does not forget it.", "",
        ],
      ],
      followUps: [
        FollowUp(
          asked: ["And in winter?", "What is it like in winter?", "Describe the same place in winter."],
          parts: [
            [
              "In winter there is snow on the {place}, and everything is {mood2=white and still|slow|closed}.",
              "Then the {place} lies under snow and is {mood2=white and still|slow|closed}.",
            ],
            [
              "People wear {s colour2=thick coat|fur hat|wool scarf} and drink {drink:drink}.",
              "The {animal=crows|sparrows|gulls} sit close together, and smoke rises from every chimney.",
            ],
            ["But {time} there is still a smell of {smell}.", "Only {sound} has not changed.", ""],
          ]
        ),
        FollowUp(
          asked: ["Make it a postcard of two sentences.", "Shorten it for a postcard.", "Write that on a postcard."],
          parts: [
            [
              "Greetings from {town}, where the {place} is {mood} {time}.",
              "{time} I sat in {town} and looked at the {place}.",
            ],
            ["It smells of {smell}, and I wish that you were here.", "I heard {sound} and thought of you."],
          ]
        ),
      ]
    ),
    ConversationTopic(
      asked: [
        "Write a little poem about {a pet:pet} and {flower:flower}.",
        "I would like a few lines for a {event:event}. There should be {a pet:pet} in them.",
        "Can you write four lines about {a pet:pet}?",
      ],
      parts: [
        [
          "{a pet} went out {when=at the break of day|in the month of May|when the sky was grey|with nothing to say},",
          "{a pet} came by {when=at the break of day|in the month of May|when the sky was grey|with nothing to say},",
        ],
        ["and found {a thing:keepsake} along the way.", "and carried {a thing:keepsake} all the way."],
        [
          "It carried it home {how=through wind and rain|across the plain|by the garden lane},",
          "It ran with it {how=through wind and rain|across the plain|by the garden lane},",
        ],
        ["and never was lonely again.", "and sang the same song again.", "and did not go out again."],
      ],
      followUps: [
        FollowUp(
          asked: ["Nice! What does it mean?", "What is the meaning of it?", "I do not understand the {thing}."],
          parts: [
            [
              "The {pet} stands for {stand=a child|all of us|a good friend|a traveller}, and the {thing} for {for=luck|home|an old memory|the things we do not look for}.",
              "It says that we find {for=luck|home|an old memory|the best things} when we do not look for it.",
            ],
            [
              "But you may also read it as a simple song about {a pet}.",
              "A poem need not mean anything, as long as [it sounds well|a child can sing it|somebody smiles].", "",
            ],
          ]
        ),
        FollowUp(
          asked: ["Now with {a other:pet}.", "Can you do the same with {a other:pet}?"],
          parts: [
            ["{a other} went out {when},", "{a other} came by {when},"],
            ["and found {a thing2:keepsake} along the way."],
            ["It carried it home {how},"],
            ["and never was lonely again.", "and sang the same song again."],
          ]
        ),
      ],
      wanders: false
    ),
    ConversationTopic(
      asked: [
        "I want to sell {a quality:quality} {thing:furniture}. Write a notice for the town hall of {town:town}.",
        "Write a notice: {a quality:quality} {thing:furniture} is for sale in {town:town}.",
      ],
      parts: [
        [
          "For sale in {town}: {a quality} {thing} of {material:material}, painted {colour:colour}.",
          "Who would like to have {a quality} {thing} of {material:material}? It is painted {colour:colour} and has served us well.",
        ],
        [
          "It is {years=four|six|ten|twenty|thirty} years old and has only {fault=one scratch|a crooked leg|a small burn|one broken corner}.",
          "In {years=four|six|ten|twenty|thirty} years it has got only {fault=one scratch|a crooked leg|a small burn|one broken corner}.",
        ],
        [
          "The price is {price=eight|fifteen|twenty|thirty} coins or {gift:gift}.",
          "I ask for {price=eight|fifteen|twenty|thirty} coins, but {gift:gift} would also do.",
        ],
        ["Ask for {name:person} in {street:street}.", "You find me in {street:street}: {name:person}."],
      ],
      followUps: [
        FollowUp(
          asked: ["Nobody has answered. What now?", "Nobody wants it. What should I change?"],
          parts: [
            [
              "Lower the price to {lower=five|six|seven} coins.",
              "Take {lower=five|six|seven} coins, and say that you will carry it to the house.",
            ],
            [
              "Or paint the {thing} {colour2:colour}, for {colour} is not everybody's taste.",
              "And do not mention the {word=fault|scratch|corner} in the first line.",
            ],
            ["If that does not help, keep it: {quality} things become rare.", ""],
          ]
        )
      ],
      wanders: false
    ),
  ]
}
