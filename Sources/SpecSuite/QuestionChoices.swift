import SpecFiles

/// The choices of a question, of which the model is to choose one. They are asked with it, each in a line of its own:
/// `A. …`, `B. …`.
struct QuestionChoices {
  /// The lines in the prompt.
  let text: String

  /// The members that hold choices; the first that is there counts.
  private static let names = ["choices", "options"]
  private static let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ".map(String.init)

  /// Reads the choices beside a question; nil where it has none.
  ///
  /// - Parameter field: the record.
  /// - Throws: `SuiteError` for choices that cannot be written as lines.
  init?(_ field: SuiteField) throws(SuiteError) {
    for name in Self.names {
      guard let member = try field.member(name).unlessNull, !Self.isSettings(member, name) else { continue }
      guard let choices = Self.labeled(member.value) else {
        throw member.mismatch(
          expected:
            "a list of at most \(Self.letters.count) texts, or an object with the lists \"text\" and \"label\", "
            + "or with a text for each letter"
        )
      }
      if choices.isEmpty { continue }
      text = choices.map { "\($0.label). \($0.text)" }.joined(separator: "\n")
      return
    }
    return nil
  }

  /// Whether a record has choices, whatever they look like.
  static func arePresent(in field: SuiteField) throws(SuiteError) -> Bool {
    for name in names {
      if let member = try field.member(name).unlessNull, !isSettings(member, name), member.value != .array([]) {
        return true
      }
    }
    return false
  }

  /// What a program is called with is called options, too.
  private static func isSettings(_ member: SuiteField, _ name: String) -> Bool {
    guard name == "options", case .object = member.value else { return false }
    return labeled(member.value) == nil
  }

  private static func labeled(_ value: JSONValue?) -> [(label: String, text: String)]? {
    switch value {
    case .array(let values): return pairs(letters, texts(values))
    case .object(let members):
      let values = members.reduce(into: [String: JSONValue]()) {
        $0[String(decoding: $1.key, as: UTF8.self)] = $1.value
      }
      if case .array(let list) = values["text"], case .array(let labels) = values["label"] {
        guard let labels = texts(labels), labels.count == list.count else { return nil }
        return pairs(labels, texts(list))
      }
      let names = members.map { String(decoding: $0.key, as: UTF8.self) }
      guard names.allSatisfy(letters.contains) else { return nil }
      return pairs(names, texts(members.map(\.value)))
    default: return nil
    }
  }

  private static func pairs(_ labels: [String], _ texts: [String]?) -> [(label: String, text: String)]? {
    guard let texts, texts.count <= labels.count else { return nil }
    return zip(labels, texts).map { ($0, $1) }
  }

  /// Texts, and whole numbers as texts; nil where anything else is among them.
  private static func texts(_ values: [JSONValue]) -> [String]? {
    var texts: [String] = []
    for value in values {
      if case .integer(let number) = value {
        texts.append(String(number))
      } else if let text = value.text {
        texts.append(text)
      } else {
        return nil
      }
    }
    return texts
  }
}
