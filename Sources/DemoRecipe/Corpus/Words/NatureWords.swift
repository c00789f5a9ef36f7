extension Lexicon {
  /// Animals, plants, weather and the times of day and year.
  static let natureLists = [
    "pet": """
    dog, cat, goat, donkey, hen, goose, lamb, pony, piglet, parrot, rabbit, calf, tortoise, duck, raven, hedgehog
    """,
    "animal": """
    fox, badger, hare, deer, otter, wolf, squirrel, heron, owl, seal, swan, magpie, crow, kingfisher, mole, weasel,
    falcon, stork, bear, boar
    """,
    "livestock": "cow, sheep, goat, pig, horse, hen, ox, donkey, goose, duck",
    "fish": "trout, herring, salmon, eel, pike, carp, mackerel, cod, perch, crab",
    "riverfish": "trout, salmon, eel, pike, carp, perch, bream, tench, roach, chub, grayling, barbel",
    "tree": "oak, birch, willow, elm, pine, apple tree, pear tree, chestnut tree, lime tree, ash, cherry tree, yew",
    "flower": """
    roses, daisies, bluebells, violets, poppies, lavender, primroses, marigolds, lilies, foxgloves, snowdrops, tulips
    """,
    "colour": """
    red, blue, green, yellow, white, black, brown, grey, golden, silver, copper, purple, pale blue, dark green, scarlet
    """,
    "paint": "red, blue, green, yellow, white, black, brown, grey, orange, violet, pink",
    "weather": """
    a cold wind, heavy rain, thick fog, a bright sun, light snow, a warm breeze, a hard frost, a soft drizzle,
    a clear sky, a low grey sky, a sudden hailstorm, a mild haze
    """,
    "badweather": """
    a great storm, a thick fog, a week of rain, an early snow, a bitter frost, a spring flood, a howling gale,
    a terrible thunderstorm
    """,
    "season": "spring, summer, autumn, winter",
    "month": """
    January, February, March, April, May, June, July, August, September, October, November, December
    """,
    "day": "Monday, Tuesday, Wednesday, Thursday, Friday, Saturday, Sunday",
    "daytime": """
    early in the morning, at dawn, at noon, in the afternoon, towards evening, at dusk, after supper, before breakfast,
    at midnight, at sunrise
    """,
    "when": """
    one morning, one evening, one cold night, one autumn day, one day in spring, one rainy afternoon,
    on a market day, on the first day of May, late one summer, in the middle of winter, one Sunday, one windy day
    """,
    "span": """
    three days, a whole week, two weeks, a month, half a day, seven nights, the whole summer, two years, an hour,
    five days
    """,
    "sound": """
    the bells of the chapel, the cry of the gulls, the wind in the reeds, the hammer of the smith, a dog barking far away,
    the song of a blackbird, the creaking of the mill, the waves against the quay, children laughing, an owl in the barn
    """,
    "smell": """
    fresh bread, wet leaves, tar and rope, wood smoke, salt and seaweed, warm hay, cinnamon, roses, roasted chestnuts,
    new rain, ripe apples, beeswax
    """,
  ]
}
