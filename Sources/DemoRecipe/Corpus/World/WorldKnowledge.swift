/// Facts of the world that were chosen rather than drawn.
enum WorldKnowledge {
  /// What the country's well-known people did.
  static let deeds = [
    "built the first lighthouse", "drew the first map of the coast", "invented the water clock",
    "planted the great orchard", "taught the king to swim", "wrote the song of the tides", "tamed a wolf",
    "brought tea to the country", "crossed the moors in winter", "cast the largest bell", "painted the blue ceiling",
    "opened the first school for girls", "won the boat race nine times", "saved the library from the flood",
    "baked a cake for a thousand guests", "found the silver mine", "counted all the stars above the harbour",
    "carved the wooden horse of the chapel", "lived for a year on an island", "made peace between two towns",
    "trained ravens to carry letters", "built a bridge without nails", "collected four hundred songs",
    "discovered the hot spring", "wove the longest carpet", "sailed around the Long Ridge in a barrel",
    "gave the country its flag", "wrote the first book about bees", "healed the mayor with onions",
    "dug the old canal", "made spectacles for a horse", "played chess against the whole town",
    "invented the folding chair", "walked to the sea on stilts", "kept a light burning for forty years",
    "bred the white donkey",
  ]

  /// What people of each trade make, with what, and what they need.
  static let trades: [DemoWorld.Subject] = rows(
    ["trade", "makes", "tool", "needs"],
    """
    baker | bread and cakes | an oven | flour and yeast
    weaver | cloth and blankets | a loom | wool and linen
    cooper | barrels | an iron hoop | oak wood
    potter | jugs and bowls | a wheel | clay and water
    tailor | coats and shirts | a needle | cloth and thread
    smith | horseshoes and nails | an anvil | iron and fire
    miller | flour | a millstone | grain and wind
    cobbler | boots and shoes | an awl | leather and wax
    clockmaker | clocks and watches | a small file | brass and patience
    candlemaker | candles | a mould | wax and wicks
    glassblower | bottles and windows | a long pipe | sand and heat
    bookbinder | books | a press | paper and glue
    beekeeper | honey | a smoking pipe | bees and flowers
    rope maker | ropes and nets | a hook | hemp and tar
    saddler | saddles and belts | a round knife | leather and brass
    cheesemaker | cheese | a copper kettle | milk and salt
    hatmaker | hats | a wooden block | felt and ribbon
    boatbuilder | boats | an axe | oak wood and tar
    thatcher | roofs | a long ladder | reeds and straw
    mason | walls and arches | a chisel | stone and lime
    brewer | beer | a great vat | barley and hops
    dyer | coloured cloth | a long spoon | roots and berries
    sailmaker | sails | a strong needle | canvas and thread
    basket maker | baskets | a bodkin | willow rods
    carpenter | tables and doors | a saw | wood and nails
    """
  )

  /// What animals eat, where they live and what they are like.
  static let animals: [DemoWorld.Subject] = rows(
    ["animal", "eats", "home", "habit"],
    """
    fox | mice and berries | a den under the roots | hunts at dusk
    badger | worms and roots | a deep burrow | cleans its house every spring
    hare | grass and clover | the open fields | sleeps with open eyes
    deer | leaves and young bark | the old forest | listens before it drinks
    otter | fish and crabs | the riverbank | slides down the snow for fun
    squirrel | nuts and seeds | a nest of twigs | forgets half of its stores
    heron | fish and frogs | the tall trees by the water | stands still for an hour
    owl | mice and beetles | a hollow tree | hears a mouse under the snow
    seal | herring and cod | the rocks of the coast | likes the sound of a flute
    swan | water plants | the quiet lakes | stays with one partner for life
    magpie | insects and eggs | a round nest with a roof | collects bright things
    kingfisher | small fish | a tunnel in the riverbank | flies like a blue spark
    mole | worms | a tunnel under the meadow | never sees the sun
    stork | frogs and snails | the highest chimney | returns in March
    bear | honey and berries | a cave in the hills | sleeps all winter
    hedgehog | beetles and slugs | a heap of leaves | rolls up when it is afraid
    tortoise | lettuce and flowers | the warm garden wall | carries its house along
    raven | nearly everything | the steep cliffs | can learn to speak
    goose | grass and grain | the village pond | warns of strangers
    donkey | hay and thistles | a dry stable | never forgets a road
    """
  )

  private static func rows(_ names: [String], _ text: String) -> [DemoWorld.Subject] {
    text.split(separator: "\n").map { line in
      let cells = line.split(separator: "|").map { $0.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed() }
      return DemoWorld.Subject(
        values: Dictionary(zip(names, cells.map { String($0) }), uniquingKeysWith: { first, _ in first })
      )
    }
  }
}
