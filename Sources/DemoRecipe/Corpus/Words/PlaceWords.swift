extension Lexicon {
  /// Towns, waters, buildings and corners of the country.
  static let placeLists = [
    "town": """
    Harrowmere, Saltby, Lindenport, Oxbridge, Fernhollow, Greywater, Marrowick, Thistledown, Ravensby, Dunmore,
    Applecombe, Kestrelgate, Sandhaven, Millbrook, Oldcastle, Whitcliff, Honeyfield, Barrowdale, Windlesham, Pinewick,
    Crowmarsh, Eastferry, Silverton, Mossley
    """,
    "river": """
    Lenn, Arrow, Wendle, Tamsin, Brackwater, Ister, Morrow, Silverrun, Dove, Ashling, Nettle, Hale
    """,
    "village": """
    Nether Poole, Upper Tarn, Birchley, Cold Norton, Drayhill, Elmstead, Foxcote, Gullsea, Hatherby, Ivinghoe, Larkrise,
    Northwold, Peasmarsh, Rushford, Stonebeck, Underwood, Wetherby, Yewtree
    """,
    "region": "the Salt Coast, the Green Vale, the High Moors, the Lake Country, the Old Forest, the Amber Hills",
    "building": """
    mill, bakery, inn, chapel, lighthouse, school, town hall, barn, forge, bell tower, bridge, stable, warehouse,
    library, bathhouse, granary, tollhouse, brewery, cottage, gatehouse
    """,
    "place": """
    harbour, market square, orchard, meadow, mill, forest, old bridge, quay, churchyard, cellar, vineyard, beach,
    riverbank, village green, garden, hayloft, quarry, boathouse, stable, ferry landing
    """,
    "openplace": "market square, village green, quay, beach, riverbank, meadow, old bridge, common, church square",
    "wall": "grey stone, red brick, oak wood, clay and straw, granite, white marble, sandstone, flint, black slate",
    "searchplace": """
    behind the mill, under the old bridge, in the orchard, along the quay, in the churchyard, behind the bakery,
    down by the river, in the hayloft, on the beach, at the edge of the forest, around the market square, in the quarry
    """,
    "hidingplace": """
    under an upturned boat, in an empty barrel, behind a stack of firewood, beneath the roots of an old oak,
    inside a warm bread oven, in a heap of dry leaves, between two hay bales, on the roof of the chapel,
    in a hollow tree, under the stairs of the inn, in the tower of the old church, behind a curtain of ivy
    """,
    "inn": """
    Golden Herring, Blue Lantern, Sleeping Bear, Three Kettles, White Swan, Crooked Chimney, Merry Otter, Silver Anchor,
    Red Rooster, Old Oak, Laughing Seal, Copper Bell
    """,
    "ship": """
    Patient Heron, Morning Star, Sea Rose, Grey Goose, Good Hope, Northern Light, Bold Mary, Silver Wave, Kind Wind,
    Swift Swallow, Winter Queen, Lucky Penny
    """,
    "hill": """
    Fox Hill, Gallows Hill, Lark Hill, Bell Ridge, the Long Ridge, Raven Rock, Saint Anne's Hill, Cloud Top,
    the Three Sisters, Windy Edge
    """,
    "street": """
    Mill Lane, Rope Walk, Bridge Street, Fish Street, Candle Lane, Church Row, Well Street, Harbour Road, Baker's Yard,
    Goose Alley
    """,
  ]
}
