import SpecTraining

/// Fills templates: holds the values bound so far in a document and draws the missing ones.
package struct Composer {
  let texts: CorpusTexts
  var random: KeyedRandom
  private var bindings: [String: String] = [:]
  private var drawn: Set<String> = []

  /// A composer without bindings.
  package init(_ texts: CorpusTexts, random: KeyedRandom) {
    self.texts = texts
    self.random = random
  }

  /// The value bound to a name, or the empty text.
  package subscript(name: String) -> String {
    get { bindings[name] ?? "" }
    set { bindings[name] = newValue }
  }

  /// Binds numbers, written in digits.
  mutating func bind(_ numbers: [String: Int]) {
    for (name, number) in numbers { bindings[name] = String(number) }
  }

  /// Forgets a name, so that the next slot of this name draws anew.
  mutating func unbind(_ name: String) { bindings[name] = nil }

  /// One of the patterns filled, as sentences that begin with capital letters.
  mutating func oneOf(_ templates: Filled<Template>) -> String {
    text(templates.all[random.skewedIndex(templates.all.count)])
  }

  /// One of the patterns, all equally likely, filled as sentences that begin with capital letters.
  mutating func anyOf(_ templates: Filled<Template>) -> String { text(random.one(of: templates)) }

  /// A pattern filled, as sentences that begin with capital letters.
  package mutating func text(_ template: Template) -> String {
    var result = ""
    append(template.nodes, to: &result)
    return capitalizedSentences(result)
  }

  /// A pattern filled as it stands, for use inside a sentence.
  mutating func phrase(_ template: Template) -> String {
    var result = ""
    append(template.nodes, to: &result)
    return result
  }

  /// Draws an element of a list that this document has not drawn yet, where there is one, and binds it.
  ///
  /// - Parameters:
  ///   - list: the list's name; `person` is a woman or a man and also binds `.he`, `.him`, `.his` and `.man`.
  ///   - name: the name to bind; empty for none.
  /// - Returns: the element.
  @discardableResult
  mutating func draw(_ list: String, as name: String = "") -> String {
    let isWoman = list == "woman" || (list == "person" && random.chance(50))
    let elements = texts.lexicon.list(list == "person" ? (isWoman ? "woman" : "man") : list)
    var value = random.element(of: elements) ?? ""
    for _ in 0..<8 where drawn.contains(value) { value = random.element(of: elements) ?? "" }
    drawn.insert(value)
    guard !name.isEmpty else { return value }
    bindings[name] = value
    if ["person", "woman", "man"].contains(list) { bindPronouns(name, isWoman: isWoman) }
    return value
  }

  /// Binds the pronouns that go with a person.
  private mutating func bindPronouns(_ name: String, isWoman: Bool) {
    bindings[name + ".he"] = isWoman ? "she" : "he"
    bindings[name + ".him"] = isWoman ? "her" : "him"
    bindings[name + ".his"] = isWoman ? "her" : "his"
    bindings[name + ".man"] = isWoman ? "woman" : "man"
  }

  private mutating func append(_ nodes: [Template.Node], to text: inout String) {
    for node in nodes {
      switch node {
      case .text(let literal): text += literal
      case .choice(let alternatives): append(alternatives[random.skewedIndex(alternatives.count)], to: &text)
      case .slot(let slot): text += shown(value(of: slot), slot.form)
      }
    }
  }

  private mutating func value(of slot: Template.Slot) -> String {
    if let bound = bindings[slot.name] { return bound }
    switch slot.source {
    case .none: return "{\(slot.name)}"
    case .list(let list): return draw(list, as: slot.name)
    case .alternatives(let alternatives):
      var value = ""
      append(alternatives[random.below(alternatives.count)], to: &value)
      bindings[slot.name] = value
      return value
    }
  }

  private func shown(_ value: String, _ form: Template.Form) -> String {
    switch form {
    case .plain: value
    case .withArticle: Inflection.withArticle(value)
    case .plural: Inflection.plural(value)
    }
  }
}

/// The text with a capital letter at the start of each sentence, also inside quotation marks.
func capitalizedSentences(_ text: String) -> String {
  var result = ""
  result.reserveCapacity(text.utf8.count)
  var atStart = true
  var previous: Character = " "
  for character in text {
    if atStart, character.isLetter || character.isNumber {
      result += character.uppercased()
      atStart = false
    } else {
      result.append(character)
    }
    if character == "\n" || (character == " " && (previous == "." || previous == "?" || previous == "!")) {
      atStart = true
    }
    if !(character == "\"" && ".?!".contains(previous)) { previous = character }
  }
  return result
}
