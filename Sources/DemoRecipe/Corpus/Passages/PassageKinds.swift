/// A kind of passage: its title and the facts it states, each with questions that ask for it.
struct PassageKind: Sendable {
  /// One sentence of a passage and the questions that it answers.
  struct Fact: Sendable {
    let sentences: [Template]
    let questions: [Template]
  }

  let title: Template
  let facts: [Fact]
  /// The names that a passage binds and that a later passage must draw anew.
  static let names = ["name", "place", "number", "year", "person", "thing", "other", "time", "food", "colour", "event"]

  static let all: [PassageKind] = [
    PassageKind(
      title: "The {place:building} of {name:village}",
      facts: [
        Fact(
          sentences: [
            "The {place} of {name} was built in {year=1[4|3|5|6|7][2|8|1|6|3|9][1|7|4|2|8|5]} by {person:person} the {:trade}.",
            "In {year=1[4|3|5|6|7][2|8|1|6|3|9][1|7|4|2|8|5]} {person:person} the {:trade} built the {place} of {name}.",
          ],
          questions: [
            "Who built the {place} of {name}?", "When was the {place} of {name} built?",
            "By whom was the {place} of {name} built?",
          ]
        ),
        Fact(
          sentences: [
            "Its walls are made of {thing:wall}, and its door is painted {colour:paint}.",
            "It has walls of {thing:wall} and {a colour:paint} door.",
          ],
          questions: [
            "What are the walls of the {place} of {name} made of?",
            "Which colour is the door of the {place} of {name}?",
          ]
        ),
        Fact(
          sentences: [
            "Today it is used for {event=weddings|concerts|storing wool|a museum of clocks|dancing lessons|the village council}."
          ],
          questions: ["What is the {place} of {name} used for today?"]
        ),
      ]
    ),
    PassageKind(
      title: "The inn called the {name:inn}",
      facts: [
        Fact(
          sentences: [
            "The {name} stands in {place:street} and has {number=twelve|nine|fourteen|seven|eleven|six} rooms.",
            "You find the {name} in {place:street}; it has {number=twelve|nine|fourteen|seven|eleven|six} rooms.",
          ],
          questions: ["Where does the {name} stand?", "How many rooms does the {name} have?"]
        ),
        Fact(
          sentences: [
            "{person:person} keeps the inn and is famous for {food:food}.",
            "The innkeeper is {person:person}, who is famous for {food:food}.",
          ],
          questions: ["Who keeps the {name}?", "What is the innkeeper of the {name} famous for?"]
        ),
        Fact(
          sentences: [
            "On {time:day} evenings a guest plays the {thing:instrument}.",
            "Every {time:day} somebody plays the {thing:instrument} there.",
          ],
          questions: ["When is there music at the {name}?", "Which instrument is played at the {name}?"]
        ),
      ]
    ),
    PassageKind(
      title: "The ship {name:ship}",
      facts: [
        Fact(
          sentences: [
            "The {name} was built in {place:village} for the merchant {person:person}.",
            "The merchant {person:person} had the {name} built in {place:village}.",
          ],
          questions: ["For whom was the {name} built?", "Where was the {name} built?"]
        ),
        Fact(
          sentences: [
            "She carries {thing:cargo} and {other:cargo} along the coast.",
            "Her cargo is {thing:cargo}, and sometimes {other:cargo}.",
          ],
          questions: ["What does the {name} carry?", "What is the cargo of the {name}?"]
        ),
        Fact(
          sentences: [
            "Her crew is {number=twenty|sixteen|nine|thirty|eleven} sailors and {a event:pet}.",
            "On board there are {number=twenty|sixteen|nine|thirty|eleven} sailors and {a event:pet}.",
          ],
          questions: ["How large is the crew of the {name}?", "Which animal sails on the {name}?"]
        ),
      ]
    ),
    PassageKind(
      title: "The farm at {name:village}",
      facts: [
        Fact(
          sentences: [
            "The farm belongs to {person:person}, who grows {thing:crop} and {other:crop}.",
            "{person:person} owns the farm and grows {thing:crop} and {other:crop}.",
          ],
          questions: ["Who owns the farm at {name}?", "What grows on the farm at {name}?"]
        ),
        Fact(
          sentences: [
            "In the stable there are {number=thirty|twelve|forty|eight|sixteen} {s event:livestock}.",
            "It has {number=thirty|twelve|forty|eight|sixteen} {s event:livestock}, which graze by the {place:river}.",
          ],
          questions: [
            "Which animals are kept on the farm at {name}?", "How many {s event} are there on the farm at {name}?",
          ]
        ),
        Fact(
          sentences: [
            "In {time:month} visitors may buy {food:food}.", "Every {time:month} it sells {food:food} to visitors.",
          ],
          questions: ["What can visitors buy at the farm at {name}?", "When does the farm at {name} sell to visitors?"]
        ),
      ]
    ),
    PassageKind(
      title: "The book of {person:person} {name:surname}",
      facts: [
        Fact(
          sentences: [
            "{person} {name} wrote a book about {thing:flower} in {year=1[7|6|5|8][2|8|1|6|3|9][1|7|4|2|8|5]}.",
            "In {year=1[7|6|5|8][2|8|1|6|3|9][1|7|4|2|8|5]} {person} {name} wrote a book about {thing:flower}.",
          ],
          questions: ["What is the book of {person} {name} about?", "When did {person} {name} write the book?"]
        ),
        Fact(
          sentences: [
            "The only copy lies in {place=an oak chest|a glass case|a locked cupboard|an iron box|a dark corner|the lowest drawer} in the library of {other:town}.",
            "There is one copy left, in the library of {other:town}.",
          ],
          questions: ["Where is the copy of the book of {person} {name}?"]
        ),
        Fact(
          sentences: [
            "On its {colour:colour} cover there is a picture of {a event:animal}.",
            "Its cover is {colour:colour} and shows {a event:animal}.",
          ],
          questions: [
            "What is on the cover of the book of {person} {name}?",
            "Which colour is the cover of the book of {person} {name}?",
          ]
        ),
      ]
    ),
    PassageKind(
      title: "The fair of {name:village}",
      facts: [
        Fact(
          sentences: [
            "The fair of {name} takes place every {time:month} on the {place:openplace}.",
            "Every {time:month} there is a fair on the {place:openplace} of {name}.",
          ],
          questions: ["When is the fair of {name}?", "Where does the fair of {name} take place?"]
        ),
        Fact(
          sentences: [
            "The makers of the best {s thing:soldgood} win {other=a silver ring|a golden cup|an old coin|a bronze bell}.",
            "Whoever brings the heaviest pumpkin wins {other=a silver ring|a golden cup|an old coin|a bronze bell}.",
          ],
          questions: ["What can be won at the fair of {name}?"]
        ),
        Fact(
          sentences: [
            "{person:person} the {event:trade} opens it with a speech about {food:food}.",
            "It is opened by {person:person} the {event:trade}, who gives away {food:food}.",
          ],
          questions: ["Who opens the fair of {name}?"]
        ),
      ]
    ),
    PassageKind(
      title: "A visit to {name:hill}",
      facts: [
        Fact(
          sentences: [
            "To climb {name} you need {number=two|three|four|five} hours and {thing=good boots|a strong stick|warm gloves|a long rope}.",
            "The way up {name} takes {number=two|three|four|five} hours.",
          ],
          questions: ["How long does it take to climb {name}?"]
        ),
        Fact(
          sentences: [
            "At the top stands {a place:tree}, planted by {person:person}.",
            "At the top {person:person} planted {a place:tree}.",
          ],
          questions: ["What stands at the top of {name}?", "Who planted a tree on {name}?"]
        ),
        Fact(
          sentences: [
            "{time=At dawn|At dusk|In autumn|In winter} you can see {a other:animal} there.",
            "With luck you meet {a other:animal} {time=at dawn|at dusk|in autumn|in winter}.",
          ],
          questions: ["Which animal can be seen on {name}?"]
        ),
      ]
    ),
    PassageKind(
      title: "How {name:person} makes {food:food}",
      facts: [
        Fact(
          sentences: [
            "{name} makes {food} with {thing=butter and salt|honey and milk|cream and pepper|cider and herbs|cinnamon and eggs}.",
            "For {food} {name} takes {thing=butter and salt|honey and milk|cream and pepper|cider and herbs|cinnamon and eggs}.",
          ],
          questions: ["What does {name} take for {food}?", "With what does {name} make {food}?"]
        ),
        Fact(
          sentences: [
            "It stays on the fire for {number=ten|twenty|thirty|forty|fifty} minutes in {a colour=copper|iron|clay|tin|silver} pot.",
            "It needs {number=ten|twenty|thirty|forty|fifty} minutes on the fire.",
          ],
          questions: ["How long must {food} stay on the fire?"]
        ),
        Fact(
          sentences: [
            "It tastes {event:taste} and is eaten with {other:drink}.", "With {other:drink} it tastes {event:taste}.",
          ],
          questions: ["What do you drink with the {food} of {name}?", "How does the {food} of {name} taste?"]
        ),
      ]
    ),
  ]
}
