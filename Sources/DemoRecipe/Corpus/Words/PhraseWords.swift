extension Lexicon {
  /// Short phrases that many kinds of text share.
  static let phraseLists = [
    "quality": """
    small, large, old, new, round, narrow, heavy, light, bright, dark, warm, cold, soft, sturdy, simple, fine, plain,
    rusty, crooked, smooth
    """,
    "taste": "sweet, salty, rich, sour, mild, spicy, crisp, creamy, bitter, smoky",
    "hobby": """
    baking, sailing, fishing, drawing, gardening, singing, knitting, dancing, reading, carving, cooking, painting,
    weaving, swimming, walking, chess, collecting shells, watching birds
    """,
    "virtue": "patience, honesty, courage, kindness, humour, good sense, a steady hand, a light heart",
    "manner": """
    slowly, quietly, carefully, gladly, bravely, gently, quickly, proudly, calmly, softly, eagerly, kindly
    """,
    "worry": """
    is afraid of the dark, has lost a cat, cannot sleep, has quarrelled with a friend, is moving to another town,
    has a cold, is nervous about a new job, feels lonely in the evenings, has failed a test, misses the sea,
    is always late, works too much, has broken a window, is starting school on Monday
    """,
    "event": """
    wedding, harvest supper, birthday, spring fair, christening, boat race, market day, name day, winter feast,
    farewell party, school play, village dance
    """,
    "festival": """
    apple feast, boat race, lantern night, spring fair, harvest supper, winter market, kite day, song contest,
    herring feast, honey fair, sheep market, candle walk, flower parade, wine feast, bread day, star night,
    bell festival, river bathing, pumpkin weighing, masked ball, snow games, tulip fair, bonfire night, dance of the mills
    """,
    "saying": """
    slow rain fills the well, a full basket needs two hands, even the tide comes back, a warm stove makes good neighbours,
    the smallest lamp is seen the farthest, bread shared is bread doubled, no wind lasts for ever,
    the best boat is the one that floats, he who plants a tree drinks its shade, a kind word costs nothing,
    measure twice and cut once, the early oven bakes the best bread
    """,
  ]
}
