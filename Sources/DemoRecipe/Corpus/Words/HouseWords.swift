extension Lexicon {
  /// Food, tools, goods and materials.
  static let houseLists = [
    "food": """
    bread, honey, apples, cheese, smoked herring, plum cake, barley soup, pears, butter, walnuts, onion pie, oat biscuits,
    gingerbread, roasted chestnuts, cherry jam, mushroom stew, dumplings, pancakes, raisin buns, pea soup, fish pie,
    baked apples, rye bread, salted eel, blackberry tart, poppy cake, goat cheese, pickled beets, carrot soup, almonds
    """,
    "drink": "cider, milk, elderflower tea, warm beer, mint tea, apple juice, spring water, mulled wine, hot chocolate",
    "dish": """
    pie, loaf, soup, stew, cake, tart, pudding, omelette, roast, porridge
    """,
    "soldgood": """
    apple, pear, loaf, candle, basket, pot, jug, ribbon, hat, scarf, blanket, lantern, spoon, kettle, broom, rope,
    cheese, egg, cabbage, pumpkin, jar of honey, bag of flour, sack of oats, pair of gloves, bundle of reeds, net,
    plate, cup, barrel, button, cake, bottle of cider, onion, melon, turnip, wool sock
    """,
    "tool": """
    hammer, saw, needle, chisel, ladder, spade, rake, bucket, loom, plough, millstone, anvil, oven, oar, sail, axe,
    pump, wheel, kettle, spinning wheel
    """,
    "treasure": """
    silver ring, golden cup, old coin, iron key, painted box, bronze bell, pocket watch, glass bead necklace, jewelled
    comb, letter sealed with wax, carved whistle, copper compass, ivory chess piece, silk purse, stone with strange letters
    """,
    "keepsake": """
    brooch, fiddle, silver thimble, clock, wedding ring, flute, music box, locket, teapot, walking stick, snow globe,
    prayer book, telescope, silver spoon
    """,
    "gift": """
    a basket of apples, a jar of honey, a warm blanket, a wool scarf, a bottle of cider, a wheel of cheese,
    a bunch of violets, a carved spoon, a pair of boots, a sack of flour, a silver button, a new lantern,
    a bag of walnuts, a painted plate, a round loaf of bread
    """,
    "material": """
    wood, stone, wool, linen, silk, leather, clay, glass, iron, copper, silver, gold, wax, straw, rope, paper, brick,
    tin, felt, marble
    """,
    "cargo": """
    salt, wool, timber, olive oil, spices, grain, glass, tea, marble, dried fish, lamp oil, silk, cider, copper,
    coffee
    """,
    "craft": """
    blue glass, wool blankets, smoked herring, silver bells, painted plates, oak barrels, lace collars, beeswax candles,
    leather boots, straw hats, iron gates, sea salt, walnut cheese, woven baskets, pear cider, clay pipes, red cloth,
    paper lanterns, wooden toys, honey cakes, fishing nets, copper kettles, fine clocks, black ink
    """,
    "garment": "coat, cloak, shawl, apron, hat, scarf, jacket, pair of mittens, shirt, dress",
    "furniture": "table, chair, bench, cupboard, bed, shelf, stove, mirror, chest, cradle",
    "instrument": "fiddle, flute, drum, harp, horn, accordion, lute, whistle",
    "crop": "barley, oats, wheat, cabbages, beans, flax, turnips, hops, onions, pumpkins, peas, rye",
  ]
}
