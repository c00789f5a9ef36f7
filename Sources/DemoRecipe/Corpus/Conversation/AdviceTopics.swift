extension ConversationTopic {
  /// Somebody asks for advice.
  static let adviceTopics = [
    ConversationTopic(
      asked: [
        "{who:friend} {worry:worry}. What can I do?",
        "How can I help somebody who {worry:worry}? It is {who:friend}.",
        "I am sorry for {who:friend}, who {worry:worry}. Do you have any advice?",
      ],
      parts: [
        [
          "I am sorry to hear that.", "That is not easy.", "It is kind of you to ask.",
          "Many people know this feeling.",
        ],
        [
          "First of all, sit down together with {drink:drink} and listen {manner=quietly|carefully|calmly}.",
          "Perhaps you could go for a walk together {walk=along the river|through the orchard|to the harbour|over the meadow} and listen {manner=quietly|carefully|calmly}.",
          "Cook {food:food} together, for it is easier to talk when the hands are busy.",
        ],
        [
          "Do not give too much advice, but say that you are {there=there|not going away|glad to help}.",
          "After that, do something simple together, such as {hobby:hobby} or {hobby2:hobby}.",
          "You may also bring {gift:gift}, which says more than many words.",
        ],
        [
          "And remember that {saying:saying}.", "With a little patience it will be better soon.",
          "In {:season} the world will look different.", "",
        ],
      ],
      followUps: [
        FollowUp(
          asked: [
            "I tried that, but it did not help.", "And if that does not help?", "What if {who} does not want to talk?",
          ],
          parts: [
            ["Then give it time.", "Do not give up.", "That happens, and nobody is to blame."],
            [
              "Come again after {span:span} and bring {food2:food}.",
              "Write a short letter instead, and put {flower:flower} into it.",
              "Ask {helper:woman} or {helper2:man}, for sometimes a new face helps more than an old one.",
            ],
            ["A person who {worry} needs a friend more than an answer.", "Just being near is already a help."],
          ]
        ),
        FollowUp(
          asked: ["Thank you. What should I say first?", "How do I begin?", "Can you give me a first sentence?"],
          parts: [
            [
              "You could say: \"I have {drink2:drink} and an hour of time, and I would like to spend both with you.\"",
              "Begin like this: \"I heard about it, and I thought of you all {time=morning|day|evening}.\"",
              "Say: \"You do not have to talk, but may I sit here for a while?\"",
            ],
            ["Then wait and {do=smile|listen|look out of the window}.", "The rest will come by itself."],
          ]
        ),
      ]
    ),
    ConversationTopic(
      asked: [
        "What can I give {who:friend} for {event=the birthday|the wedding|the name day|the winter feast}?",
        "I need a gift for {who:friend}, who likes {hobby:hobby}.",
        "{who:friend} likes {hobby:hobby}. What would be a good gift?",
      ],
      parts: [
        [
          "I would give {gift:gift}.", "How about {gift:gift}?", "My first idea is {gift:gift}.",
          "You cannot go wrong with {gift:gift}.",
        ],
        [
          "It is {quality=useful|simple|beautiful|not expensive} and lasts for a long time.",
          "Somebody who likes {hobby:hobby} will surely be glad of it.",
          "On the market of {town:town} you find it for {price=six|nine|twelve|fifteen} coins.",
        ],
        [
          "Wrap it in {colour:colour} paper and tie {flower:flower} to it.",
          "Put a little card with it and write one honest sentence.",
          "If you have more time, make something of {material:material} with your own hands.",
        ],
      ],
      followUps: [
        FollowUp(
          asked: ["What should I write on the card?", "And what do I write?", "Can you write the card for me?"],
          parts: [
            [
              "\"For you, because {reason=you always listen|your door is always open|you make me laugh|the world is warmer with you}.\"",
              "\"May your year be full of {thing1:hobby}, {thing2:food} and good company.\"",
              "\"{saying:saying}. With all my love.\"",
            ],
            [
              "Then sign it with your name and draw {a pet:pet} below it.",
              "That is short, but it comes from the heart.", "",
            ],
          ]
        ),
        FollowUp(
          asked: ["That is too expensive.", "Do you have another idea?", "Hm, is there something simpler?"],
          parts: [
            [
              "Then take {gift2:gift}.", "In that case I would choose {gift2:gift}.",
              "Of course: {gift2:gift} would also be good.",
            ],
            [
              "Or invite {who} to {food:food} and {drink:drink}.",
              "Or give an afternoon of {hobby3:hobby}, which costs nothing at all.",
            ],
            ["The best gifts are {best=small|simple|those that are shared}.", ""],
          ]
        ),
      ]
    ),
    ConversationTopic(
      asked: [
        "What shall I cook for {number=three|four|six|ten} guests on {day:day}?",
        "I have {food:food} and {food2:food} at home. What can I make of it?",
        "Guests are coming on {day:day}. Do you have an idea for supper?",
      ],
      parts: [
        [
          "I would begin with {starter=a clear soup|bread and butter|a plate of cheese|pickled vegetables}.",
          "Start with something light, such as {starter=a clear soup|bread and butter|a plate of cheese|pickled vegetables}.",
        ],
        [
          "After that serve {main=a fish pie|a mushroom stew|roast goose with apples|dumplings with onions|a large omelette} with {side=carrots|potatoes|beans|cabbage|rye bread}.",
          "Then comes {main=a fish pie|a mushroom stew|roast goose with apples|dumplings with onions|a large omelette}, and {side=carrots|potatoes|beans|cabbage|rye bread} go well with it.",
        ],
        [
          "For dessert there could be {sweet=baked apples|plum cake|pancakes with honey|blackberry tart}.",
          "Finish with {sweet=baked apples|plum cake|pancakes with honey|blackberry tart} and {drink:drink}.",
        ],
        [
          "Cook more than you need, for somebody always brings a friend.",
          "Light {number2=three|five|seven} candles, and nobody will look at the plates.", "",
        ],
      ],
      followUps: [
        FollowUp(
          asked: [
            "One of the guests does not eat {not=fish|meat|eggs|milk}.",
            "And for somebody who does not eat {not=meat|fish|eggs|milk}?",
          ],
          parts: [
            [
              "Then replace it with {instead=mushrooms|chestnuts|pumpkin|lentils|walnuts}.",
              "That is no problem: use {instead=mushrooms|chestnuts|pumpkin|lentils|walnuts} without {not}.",
            ],
            [
              "Fry them {manner=slowly|gently|quickly} in oil with an onion and some herbs.",
              "With pepper and a spoon of cider nobody will miss anything.",
            ],
          ]
        ),
        FollowUp(
          asked: ["How long does the {part=cake|stew|whole supper} take?", "When should I begin?"],
          parts: [
            [
              "Begin {begin=in the morning|at noon|three hours before|on the evening before}.",
              "I would start {begin=in the morning|at noon|three hours before|on the evening before}.",
            ],
            [
              "{sweet} can be made on the day before, and {main} needs about {hours=one hour|two hours|half an hour}.",
              "The main dish needs {hours=one hour|two hours|half an hour}, so there is time to set the table.",
            ],
            ["Then rest a little before the guests come.", ""],
          ]
        ),
      ]
    ),
    ConversationTopic(
      asked: [
        "I would like to learn {hobby:hobby}. How do I begin?",
        "Is it hard to learn {hobby:hobby}?",
        "I am {a age:age} {person=man|woman} and want to begin with {hobby:hobby}. Is it too late?",
      ],
      parts: [
        ["It is never too late.", "It is easier than you think.", "What a good idea!", "Everybody can learn it."],
        [
          "Begin with {time=ten minutes|a quarter of an hour|half an hour} a day, best {when=in the morning|after supper|before breakfast|at noon}.",
          "Take {time=ten minutes|a quarter of an hour|half an hour} every day {when=in the morning|after supper|before breakfast|at noon}, and do not be angry about mistakes.",
        ],
        [
          "Find somebody who has done it for years, such as {who=your neighbour|your grandmother|an old friend|the schoolteacher}, and watch.",
          "Most people need {span=two weeks|a month|three months|a year} until {hobby} is a pleasure.",
          "You do not need much for it: {need=an old apron|a good chair|a quiet corner|a pair of warm socks} is enough.",
        ],
        [
          "And remember: {saying:saying}.", "After the first {thing=month|week|winter} you will be proud of yourself.",
          "",
        ],
      ],
      followUps: [
        FollowUp(
          asked: ["And if I lose courage?", "What if I make no progress?", "I have no patience."],
          parts: [
            [
              "Then think of {name:person}, who needed {years=three|five|seven|ten} years for it.",
              "That happens to everyone who begins with {hobby}.",
            ],
            [
              "Rest for {rest=a day|two days|a week} and begin again {manner:manner}.",
              "Put it away, drink {drink:drink}, and try again tomorrow.",
            ],
            [
              "Only those who stop learn nothing.", "Progress comes in {steps=small steps|the night|its own time}.", "",
            ],
          ]
        )
      ]
    ),
  ]
}
