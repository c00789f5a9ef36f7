extension Lexicon {
  /// Names, trades and what people are like.
  static let peopleLists = [
    "woman": """
    Tilda, Marla, Oda, Elsbeth, Wren, Hanna, Ivy, Rosalind, Greta, Nell, Agnes, Mabel, Petra, Linnea, Dora, Sigrid,
    Clara, Bettina, Fenna, Astrid, Juniper, Maud, Edith, Thora, Lucy, Winifred, Helga, Anneke, Mira, Signe, Hazel,
    Orla, Pippa, Susanna, Kirsten, Lotte, Minna, Rhea, Selma, Una, Vera, Yara, Zelda, Alma, Bridget, Cora, Daisy,
    Flora, Ingrid, Josie
    """,
    "man": """
    Oswin, Jonas, Tobias, Edric, Bram, Alden, Piers, Magnus, Ruben, Casper, Finn, Gregor, Hugo, Ivar, Jasper, Kester,
    Leif, Milo, Nils, Otto, Quentin, Rufus, Silas, Theo, Ulric, Victor, Walter, Yorick, Anton, Barnaby, Conrad, Dirk,
    Emil, Felix, Gilbert, Harald, Isak, Joris, Klaus, Linus, Matthias, Nathan, Oscar, Peter, Ralph, Simon, Thomas,
    Viggo, Wilfred, Arthur
    """,
    "surname": """
    Fenn, Hartwell, Brook, Ashby, Thorne, Quill, Marsh, Longmeadow, Pike, Sparrow, Winter, Copper, Barley, Stone,
    Hollow, Linden, Reed, Crane, Frost, Harrow, Larkin, Merrow, Oakes, Penny, Rook, Sedge, Tarn, Vale, Wick, Yarrow
    """,
    "trade": """
    baker, weaver, cooper, potter, tailor, carpenter, smith, miller, shepherd, fisher, gardener, cobbler,
    clockmaker, candlemaker, glassblower, bookbinder, beekeeper, ferry keeper, innkeeper, basket maker, rope maker,
    saddler, cheesemaker, schoolteacher, doctor, painter, fiddler, letter carrier, hatmaker, boatbuilder, tinker, thatcher,
    lighthouse keeper, mason, brewer, dyer, night guard, sailmaker, woodcutter, spice merchant
    """,
    "youth": "apprentice, granddaughter, grandson, niece, nephew, young cousin, pupil, little neighbour",
    "helper": """
    old woman, boy with a lantern, girl with red braids, travelling musician, quiet stranger, retired sailor,
    washerwoman, wandering tinker, young shepherd, kind widow, lame soldier, traveller with a grey beard
    """,
    "trait": """
    patient, cheerful, honest, shy, curious, stubborn, gentle, clever, careful, brave, thrifty, proud, quiet, generous,
    forgetful, lively, modest, merry
    """,
    "feeling": """
    glad, tired, hopeful, worried, proud, lonely, grateful, surprised, sad, calm, restless, angry, ashamed, delighted,
    nervous
    """,
    "friend": """
    my sister, my brother, my neighbour, an old friend, my grandmother, my uncle, my daughter, my son, my aunt,
    my best friend, my grandfather, my cousin
    """,
    "age": "young, old, middle-aged, elderly",
    "group": """
    children, fishers, farmers, neighbours, travellers, sailors, merchants, musicians, shepherds, weavers, old women,
    pupils, market women, bakers
    """,
  ]
}
