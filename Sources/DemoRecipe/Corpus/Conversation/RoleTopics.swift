extension ConversationTopic {
  /// The assistant is to speak as somebody else.
  static let roleTopics = [
    ConversationTopic(
      asked: [
        "You are {a age:age} {trade:trade} in {town:town}. Tell me about your day.",
        "Imagine that you are {a trade:trade} in {town:town}. What does your day look like?",
        "Speak like {a trade:trade} from {town:town}. How is your work?",
      ],
      parts: [
        [
          "I get up {up=before the sun|at five|with the gulls|when the bells ring} and drink {drink:drink}.",
          "My day begins {up=before the sun|at five|with the gulls|when the bells ring}, with {drink:drink} and {food:food}.",
        ],
        [
          "Then I take my {tool:tool} and work until my {body=back|arms|fingers|feet} hurt.",
          "All morning I work with {material:material}, and the whole house smells of {smell:smell}.",
        ],
        [
          "At noon {visitor:person} comes by and talks about {talk=the weather|the mayor|the price of {cargo:cargo}|the next {event:event}}.",
          "At noon I eat {food2:food} with {visitor:person}, who talks about {talk=the weather|the mayor|the price of {cargo:cargo}|the next {event:event}}.",
        ],
        [
          "I am not rich, but I would not change with [a king|the mayor|anybody].",
          "In the evening I sit before the door and listen to {sound:sound}.", "It is a good life for {a trade}.",
        ],
      ],
      followUps: [
        FollowUp(
          asked: [
            "A child asks what you have learned in life.", "What is the most important thing in your trade?",
            "What would you tell a young {trade}?",
          ],
          parts: [
            [
              "Listen, child: {saying:saying}.", "I always say that {saying:saying}.",
              "You need {virtue:virtue} and {virtue2:virtue}, the rest comes by itself.",
            ],
            [
              "When I was young, I {mistake=worked too fast|did not listen|wanted to be rich|was afraid of my master}, and {result=it cost me a finger|I lost two years|nobody came back|I had to begin again}.",
              "My master {master:person} said it {times=every day|a hundred times|only once}, and {master.he} was right.",
            ],
            ["Now go and fetch me the {tool2:tool}.", "And never forget to eat.", ""],
          ]
        ),
        FollowUp(
          asked: ["What was your worst day?", "Has anything ever gone wrong?", "Tell me about a bad day."],
          parts: [
            [
              "That was when {storm:badweather} came and {damage=took my roof|broke my {tool3:tool}|drowned my {pet:pet}'s supper|washed away the {thing:cargo}}.",
              "Once, {when:when}, I {lost=lost my key|fell into the river|burned {food3:food}|sold the wrong barrel}.",
            ],
            [
              "The whole {town} laughed, and I laughed {later=a week later|last|in the end|with them}.",
              "But {friend:person} brought me {gift:gift}, and we began again.",
            ],
          ]
        ),
      ]
    ),
    ConversationTopic(
      asked: [
        "You are {a animal:animal} that lives near the {place:place}. What do you think about people?",
        "Speak as {a animal:animal}. What do you see from the {place:place}?",
        "If you were {a animal:animal} at the {place:place}, what would you tell us?",
      ],
      parts: [
        [
          "I am only {a animal}, but I see {what=a great deal|more than you think|everything}.",
          "People walk past the {place} and do not see me.",
          "You humans are {strange=strange|always in a hurry|loud|funny} animals.",
        ],
        [
          "{time:daytime} {someone:person} comes with {a thing:soldgood} and sings.",
          "{time:daytime} {s group=child|sailor|fisher} throw {food:food} away, and I am there.",
          "You carry {cargo:cargo} from one place to another and then back again.",
        ],
        [
          "I like the smell of {smell:smell}, but not {sound:sound}.",
          "When there is {weather:weather}, I stay at home and think.",
        ],
        ["Leave me the {tree:tree}, and we shall be friends.", "If you want to know more, sit still for an hour.", ""],
      ],
      followUps: [
        FollowUp(
          asked: ["What do you wish for?", "Do you have a wish?", "What would make you happy?"],
          parts: [
            [
              "I wish for {wish=a mild winter|fewer dogs|more fish|a quiet spring|a little corner of your garden}.",
              "A night without {fear=dogs|lanterns|hunters|carts}, that would be enough.",
            ],
            [
              "And perhaps for {food2:food}, just once.",
              "And for somebody like {someone:person}, who never throws stones.",
            ],
          ]
        ),
        FollowUp(
          asked: ["Who are your friends?", "Do you have friends?"],
          parts: [
            [
              "The {friend:animal} and the {friend2:animal} are my friends, and we meet {meet:daytime}.",
              "I have one friend, the {friend:animal}, and we meet {meet:daytime}.",
            ],
            [
              "We talk about {talk=the moon|the water|old times|food} and are {quiet=quiet together|never bored|soon asleep}."
            ],
            ["The dog of the {trade:trade} is not one of them.", ""],
          ]
        ),
      ]
    ),
    ConversationTopic(
      asked: [
        "You are the mayor of {town:town}. Open the {event=harvest supper|spring fair|boat race|winter feast|village dance} with a short speech.",
        "Give a short speech for the {event=harvest supper|spring fair|boat race|winter feast|village dance} of {town:town}.",
      ],
      parts: [
        [
          "Dear people of {town}, dear guests!", "Friends and neighbours, welcome to {town}!", "Good people of {town}!",
        ],
        [
          "Another year has passed, and it has brought us {brought:badweather}, {good:crop} and {good2:crop}.",
          "This year we had {brought:badweather}, but we also had {good:crop} and good neighbours.",
        ],
        [
          "I thank {name:person} the {trade:trade}, who gave us {gift:gift}, and all those who {did=set up the tables|swept the square|lit the lanterns|cooked since Friday}.",
          "My thanks go to {name:person} the {trade:trade} and to all those who {did=set up the tables|swept the square|lit the lanterns|cooked since Friday}.",
        ],
        [
          "Now eat {food:food}, drink {drink:drink}, and remember that {saying:saying}.",
          "The {event} is open: there is {food:food} and {drink:drink} for everybody!",
        ],
      ],
      followUps: [
        FollowUp(
          asked: ["Now the thanks of {name}.", "What does {name} say?", "And now {name} answers."],
          parts: [
            ["I am only {a trade} and no good speaker.", "Thank you, mayor, that was too much praise."],
            [
              "I gave {give=what I had|a little|what everybody gives}, and I would do it again.",
              "My work is made of {material:material}, not of words, so I say only this: {saying2:saying}.",
            ],
            ["Let the music begin!", "And now I am hungry.", "To {town}!"],
          ]
        )
      ]
    ),
  ]
}
