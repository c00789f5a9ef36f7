/// A sentence pattern, parsed once.
///
/// - `[a|b|c]` is one of the alternatives; earlier ones are likelier.
/// - `{x}` is the value bound to `x`; `{x:list}` draws one of the lexicon's list and binds it to `x` unless `x` is bound;
///   `{:list}` draws without binding; `{x=a|b}` binds one of the alternatives, all equally likely.
/// - `{a x}` puts the indefinite article before the value; `{s x}` puts it into the plural.
package struct Template: Decodable, ExpressibleByStringLiteral, Sendable {
  /// A piece of a pattern.
  enum Node: Sendable {
    case text(String)
    case choice([[Node]])
    case slot(Slot)
  }

  /// How a bound value is shown.
  enum Form: Sendable { case plain, withArticle, plural }

  /// Where the value of a slot comes from when its name is not bound.
  enum Source: Sendable {
    case none
    case list(String)
    case alternatives([[Node]])
  }

  /// A place to be filled.
  struct Slot: Sendable {
    let name: String
    let form: Form
    let source: Source
  }

  let nodes: [Node]

  package init(stringLiteral text: String) { self.init(text) }

  /// Parses a pattern.
  init(_ text: String) {
    var parser = Parser(characters: Array(text))
    nodes = parser.sequence(until: [])
  }

  /// Reads a pattern that draws from lists of the lexicon.
  package init(from decoder: any Decoder) throws {
    let text = try String(from: decoder)
    self.init(text)
    for list in Self.lists(in: nodes) { try decoder.requireList(list) }
  }

  /// The lists that are drawn from.
  private static func lists(in nodes: [Node]) -> [String] {
    nodes.flatMap { node -> [String] in
      switch node {
      case .text: []
      case .choice(let alternatives): alternatives.flatMap(lists)
      case .slot(let slot):
        switch slot.source {
        case .none: []
        case .list(let name): [name]
        case .alternatives(let alternatives): alternatives.flatMap(lists)
        }
      }
    }
  }
}

/// The name of a list of the lexicon.
struct ListName: Decodable, Sendable {
  let name: String

  init(from decoder: any Decoder) throws {
    name = try String(from: decoder)
    try decoder.requireList(name)
  }
}

extension Decoder {
  /// Refuses the name of a list that the lexicon does not have.
  fileprivate func requireList(_ name: String) throws {
    guard let lexicon = CodingUserInfoKey.lexicon.flatMap({ userInfo[$0] as? Lexicon }), lexicon.has(name) else {
      throw DecodingError.refused("there is no list \"\(name)\" to draw from", at: self)
    }
  }
}

/// Reads the notation of templates; a bracket without its partner stands for itself.
private struct Parser {
  let characters: [Character]
  var position = 0

  mutating func sequence(until ends: Set<Character>) -> [Template.Node] {
    var nodes: [Template.Node] = []
    var text = ""
    func flushed() -> [Template.Node] { text.isEmpty ? nodes : nodes + [.text(text)] }
    while position < characters.count, !ends.contains(characters[position]) {
      let character = characters[position]
      guard character == "[" || character == "{" else {
        text.append(character)
        position += 1
        continue
      }
      nodes = flushed()
      text = ""
      position += 1
      nodes.append(character == "[" ? .choice(alternatives(until: "]")) : .slot(slot()))
    }
    return flushed()
  }

  private mutating func alternatives(until end: Character) -> [[Template.Node]] {
    var result: [[Template.Node]] = []
    repeat {
      result.append(sequence(until: ["|", end]))
      position += 1
    } while position <= characters.count && characters[position - 1] == "|"
    return result
  }

  private mutating func slot() -> Template.Slot {
    var head = ""
    while position < characters.count, !"}:=".contains(characters[position]) {
      head.append(characters[position])
      position += 1
    }
    let mark = position < characters.count ? characters[position] : "}"
    position += 1
    var source = Template.Source.none
    if mark == "=" {
      source = .alternatives(alternatives(until: "}"))
    } else if mark == ":" {
      var list = ""
      while position < characters.count, characters[position] != "}" {
        list.append(characters[position])
        position += 1
      }
      position += 1
      source = .list(list)
    }
    return Self.named(head, source)
  }

  private static func named(_ head: String, _ source: Template.Source) -> Template.Slot {
    if head.hasPrefix("a ") { return .init(name: String(head.dropFirst(2)), form: .withArticle, source: source) }
    if head.hasPrefix("s ") { return .init(name: String(head.dropFirst(2)), form: .plural, source: source) }
    return .init(name: head, form: .plain, source: source)
  }
}
