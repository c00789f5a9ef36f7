extension ConversationTopic {
  /// Small talk and opinions.
  static let talkTopics = [
    ConversationTopic(
      asked: [
        "How are you today?", "Good morning! How was your {time=night|week|Sunday}?",
        "Hello! Here we have {weather:weather}. And where you are?", "Hello, I am {user:person}. How are you?",
        "Good evening. It was a long {day:day}. How are you?",
      ],
      parts: [
        [
          "Thank you, I am {feeling=very well|quite well|a little tired|in good spirits}.", "I cannot complain.",
          "Thank you for asking, I am {feeling=very well|quite well|a little tired|in good spirits}.",
        ],
        [
          "This morning there was {weather2:weather}, and I thought of {think=the sea|old friends|{food:food}|the summer|long walks}.",
          "I have been thinking about {think=the sea|old friends|{food:food}|the summer|long walks} all day.",
          "Somebody told me a story about {a animal:animal} and {a trade:trade}, and I still smile about it.",
        ],
        ["And what did you do today?", "And how are you?", "What are your plans for {day2:day}?"],
      ],
      followUps: [
        FollowUp(
          asked: [
            "I worked in the garden and planted {crop:crop}.", "I have done nothing but {hobby:hobby}.",
            "I went to the market and bought {food2:food}.", "I met {who:friend} at the {place:place}.",
          ],
          parts: [
            [
              "That sounds {good=good|like a fine day|like hard work|wonderful}.", "How {good=nice|lovely|pleasant}!",
              "I am glad to hear that.",
            ],
            [
              "After such a day {drink:drink} tastes twice as good.",
              "You should rest now and listen to {sound:sound}.",
              "My {aunt=aunt|uncle|neighbour} does the same every {season:season}.",
            ],
            ["Will you do it again tomorrow?", "Tell me more about it.", ""],
          ]
        ),
        FollowUp(
          asked: ["I am bored. Tell me something.", "Tell me something nice.", "Do you know a story?"],
          parts: [
            [
              "Once {a trade:trade} taught {a pet:pet} to {trick=count to five|open doors|ring a bell|carry letters}.",
              "In {town:town} there is {a pet:pet} that can {trick=count to five|open doors|ring a bell|carry letters}.",
            ],
            [
              "People came from {town2:town} to see it, and the {trade:trade} sold {food3:food} to them.",
              "It did so every {day3:day}, and nobody knew why.",
            ],
            ["That is all I know.", "I do not know if it is true, but I like it.", ""],
          ]
        ),
      ]
    ),
    ConversationTopic(
      asked: [
        "What do you like better, {season:season} or {season2:season}?",
        "Is {season:season} better than {season2:season}?",
      ],
      parts: [
        ["I like {season} better.", "For me it is {season2}.", "That is a hard question, but I say {season}."],
        [
          "Then {a weather=mild wind|clear light|soft rain|long evening} makes everything {mood=calm|fresh|golden|slow}.",
          "I like the smell of {smell:smell} and the taste of {food:food} at that time.",
        ],
        [
          "But people who like {hobby:hobby} may think otherwise.",
          "In {town:town}, however, everybody will tell you the opposite.", "",
        ],
      ],
      followUps: [
        FollowUp(
          asked: ["Why?", "Why do you think so?", "I do not agree."],
          parts: [
            [
              "It is a matter of {matter=taste|memory|where you live|what you eat}.",
              "Perhaps because {saying:saying}.",
            ],
            [
              "When I think of {season2}, I think of {weather:weather} and {weather2:weather}.",
              "Someone who grew up near {place=the sea|the forest|the moors|a river} waits for {season} all year.",
            ],
            ["And you?", "But I understand you.", ""],
          ]
        )
      ]
    ),
    ConversationTopic(
      asked: [
        "I have a free day and am near {town:town}. What should I do?",
        "What can one do in {town:town} on a {day:day}?",
        "Plan a day in {town:town} for me and {who:friend}.",
      ],
      parts: [
        [
          "In the morning go to the {place:place} and look at {look=the boats|the old houses|the gulls|the flowers|the people}.",
          "Begin with a walk to the {place:place}, where you can look at {look=the boats|the old houses|the gulls|the flowers|the people}.",
        ],
        [
          "At noon there is {food:food} at the {inn:inn}, and {drink:drink} with it.",
          "Eat {food:food} at the {inn:inn} and drink {drink:drink}.",
        ],
        [
          "In the afternoon you can visit {a trade:trade} and buy {gift:gift}.",
          "After that climb {hill:hill}, from where you see as far as {town2:town}.",
          "Later try {hobby:hobby}, if there is {weather:weather}.",
        ],
        [
          "In the evening sit outside and listen to {sound:sound}.",
          "Go to bed early, for the bells ring at {hour=five|six|seven}.",
        ],
      ],
      followUps: [
        FollowUp(
          asked: ["And if it rains?", "What do we do if it rains?", "I am afraid that it will rain."],
          parts: [
            [
              "Then stay in the {inn} a little longer.", "Take {a garment:garment} with you and go all the same.",
              "In that case forget the {place}.",
            ],
            [
              "There is always somebody who plays the {instrument:instrument} or tells stories about {a animal:animal}.",
              "You can watch {a trade2:trade} at work, which is warm and dry.",
            ],
            ["Rain makes {food} taste better.", ""],
          ]
        ),
        FollowUp(
          asked: ["How much money do I need?", "Is it expensive?"],
          parts: [
            [
              "For {food} and {drink} you need {coins=five|seven|nine|twelve} coins.",
              "About {coins=five|seven|nine|twelve} coins are enough.",
            ],
            ["The {place} costs nothing.", "If you bring {gift2:gift}, the innkeeper will ask for less.", ""],
          ]
        ),
      ]
    ),
    ConversationTopic(
      asked: [
        "Should I get {a pet:pet} or {a pet2:pet}?",
        "We have a small house and want {a pet:pet}. Is that a good idea?",
        "My {child=daughter|son|niece|nephew} wants {a pet:pet}. What do you think?",
      ],
      parts: [
        [
          "{a pet} is {trait=clever|friendly|loud|hungry|gentle} and needs {need=a warm corner|much room|a little garden|company|somebody with patience}.",
          "I would take {a pet}, if you have {need=a warm corner|much room|a little garden|company|somebody with patience}.",
        ],
        [
          "It eats {eats=nearly everything|more than you think|what is left on the table|twice a day} and wakes you {wake=before sunrise|at five|in the night|with a song}.",
          "Think of the mornings: it will wake you {wake=before sunrise|at five|in the night|with a song}.",
        ],
        [
          "{name:person} the {trade:trade} has one and would not give it away for {gift:gift}.",
          "Ask {name:person} the {trade:trade}, who has had one for {years=two|six|nine} years.",
        ],
      ],
      followUps: [
        FollowUp(
          asked: ["What name should it have?", "What shall we call it?", "Do you have an idea for a name?"],
          parts: [
            [
              "How about {petname=Button|Pepper|Captain|Moss|Biscuit|Thimble|Pumpkin|Admiral}?",
              "{petname=Button|Pepper|Captain|Moss|Biscuit|Thimble|Pumpkin|Admiral} is a good name for {a pet}.",
            ],
            [
              "It is short, and you can call it across {across=a meadow|the whole harbour|three gardens|a river}.",
              "My {who=grandmother|neighbour|uncle} had {a animal=dog|cat|hen|goat} of that name, and it grew very old.",
            ],
            ["But wait until you have seen its {face=face|eyes|ears}.", ""],
          ]
        )
      ]
    ),
  ]
}
