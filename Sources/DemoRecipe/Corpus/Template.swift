/// A sentence pattern, written as a string literal and parsed once.
///
/// - `[a|b|c]` is one of the alternatives; earlier ones are likelier.
/// - `{x}` is the value bound to `x`; `{x:list}` draws one of the lexicon's list and binds it to `x` unless `x` is bound;
///   `{:list}` draws without binding; `{x=a|b}` binds one of the alternatives, all equally likely.
/// - `{a x}` puts the indefinite article before the value; `{s x}` puts it into the plural.
package struct Template: ExpressibleByStringLiteral, Sendable {
  /// A piece of a pattern.
  package enum Node: Sendable {
    case text(String)
    case choice([[Node]])
    case slot(Slot)
  }

  /// How a bound value is shown.
  package enum Form: Sendable { case plain, withArticle, plural }

  /// Where the value of a slot comes from when its name is not bound.
  package enum Source: Sendable {
    case none
    case list(String)
    case alternatives([[Node]])
  }

  /// A place to be filled.
  package struct Slot: Sendable {
    package let name: String
    package let form: Form
    package let source: Source
  }

  package let nodes: [Node]

  package init(stringLiteral text: String) { self.init(text) }

  /// Parses a pattern.
  package init(_ text: String) {
    var parser = Parser(characters: Array(text))
    nodes = parser.sequence(until: [])
  }
}

/// Reads the notation of templates; a bracket without its partner stands for itself.
private struct Parser {
  package let characters: [Character]
  package var position = 0

  package mutating func sequence(until ends: Set<Character>) -> [Template.Node] {
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
