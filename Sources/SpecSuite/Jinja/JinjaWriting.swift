import SpecFiles

/// Values as texts, as Python's `str` and `repr` write them.
extension JinjaRun {
  /// What is written for a value.
  ///
  /// - Throws: ``JinjaProblem`` for what nobody means to write.
  mutating func written(_ value: JinjaValue) throws(JinjaProblem) -> JinjaText {
    switch value {
    case .text(let text): return text
    case .undefined: return JinjaText()
    default:
      // Before it is made: equal parts that are stored once are written each time.
      try budget.making(16 * value.weight)
      return try Self.representation(value)
    }
  }

  private static func representation(_ value: JinjaValue) throws(JinjaProblem) -> JinjaText {
    switch value {
    case .text(let text): return text.representation
    case .undefined: return JinjaText("Undefined")
    case .null: return JinjaText("None")
    case .boolean(let truth): return JinjaText(truth ? "True" : "False")
    case .integer(let number): return JinjaText(String(number))
    case .real(let number): return JinjaText("\(number)")
    case .list(let list):
      var text = JinjaText(list.isTuple ? "(" : "[")
      for (index, element) in list.values.enumerated() {
        if index > 0 { text.append(JinjaText(", ")) }
        text.append(try representation(element))
      }
      if list.isTuple, list.values.count == 1 { text.append(JinjaText(",")) }
      return text + JinjaText(list.isTuple ? ")" : "]")
    case .object(let object):
      var text = JinjaText("{")
      for (index, pair) in object.pairs.enumerated() {
        if index > 0 { text.append(JinjaText(", ")) }
        text.append(pair.key.representation)
        text.append(JinjaText(": "))
        text.append(try representation(pair.value))
      }
      return text + JinjaText("}")
    case .namespace, .loop, .macro, .function: throw JinjaProblem("it writes \(value.kind)")
    }
  }
}

extension JinjaText {
  /// In quotes, as a literal of Python.
  fileprivate var representation: JinjaText {
    let quote: Unicode.Scalar = values.contains(0x27) && !values.contains(0x22) ? "\"" : "'"
    let inner = mapped { scalar in
      switch scalar {
      case "\\": "\\\\"
      case "\n": "\\n"
      case "\r": "\\r"
      case "\t": "\\t"
      case quote: "\\\(quote)"
      default: scalar.isPrintable ? String(scalar) : scalar.hexEscape
      }
    }
    return JinjaText(String(quote)) + inner + JinjaText(String(quote))
  }
}

extension Unicode.Scalar {
  fileprivate var isPrintable: Bool {
    switch properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: false
    case .spaceSeparator: self == " "
    default: true
    }
  }

  fileprivate var hexEscape: String {
    let digits = String(value, radix: 16)
    let (sign, width) = value < 0x100 ? ("x", 2) : value < 0x10000 ? ("u", 4) : ("U", 8)
    return "\\" + sign + String(repeating: "0", count: width - digits.count) + digits
  }
}

/// Writes values as Python's `json.dumps` does where other characters than those of ASCII are kept, which is what
/// transformers takes for `tojson`.
struct JinjaJSON {
  private let indent: JinjaText?
  private let itemSeparator: JinjaText
  private let keySeparator: JinjaText
  private let sortsKeys: Bool

  /// - Parameter given: the arguments of the filter.
  /// - Throws: ``JinjaProblem`` for arguments that are none.
  init(_ given: JinjaGiven) throws(JinjaProblem) {
    switch given.value(1, "indent") ?? given.named["indent"] {
    case nil, .null?: indent = nil
    case .text(let text)? where text.count <= 100: indent = text
    case let width?:
      guard let count = width.whole, count <= 100 else { throw JinjaProblem("an indentation is \(width.kind)") }
      indent = JinjaText(String(repeating: " ", count: max(count, 0)))
    }
    var separators = (JinjaText(indent == nil ? ", " : ","), JinjaText(": "))
    if case .list(let list)? = given.value(2, "separators") {
      guard list.values.count == 2, case .text(let item) = list.values[0], case .text(let key) = list.values[1] else {
        throw JinjaProblem("the separators of 'tojson' are no pair of texts")
      }
      separators = (item, key)
    }
    (itemSeparator, keySeparator) = separators
    sortsKeys = given.value(3, "sort_keys")?.isTrue ?? false
  }

  /// About how many scalars the text of a value has at most.
  func longest(_ value: JinjaValue) -> Int {
    value.weight * (16 + (indent?.count ?? 0) * (1 + value.depth) + itemSeparator.count + keySeparator.count)
  }

  /// The text of a value.
  func text(_ value: JinjaValue, level: Int = 0) throws(JinjaProblem) -> JinjaText {
    switch value {
    case .null: return JinjaText("null")
    case .boolean(let truth): return JinjaText(truth ? "true" : "false")
    case .integer(let number): return JinjaText(String(number))
    case .real(let number): return JinjaText("\(number)")
    case .text(let text): return Self.literal(text)
    case .list(let list):
      var parts: [JinjaText] = []
      for element in list.values { parts.append(try text(element, level: level + 1)) }
      return enclosed("[", parts, "]", level)
    case .object(let object):
      var parts: [JinjaText] = []
      for pair in sortsKeys ? object.pairs.sorted(by: { $0.key < $1.key }) : object.pairs {
        parts.append(Self.literal(pair.key) + keySeparator + (try text(pair.value, level: level + 1)))
      }
      return enclosed("{", parts, "}", level)
    default: throw JinjaProblem("it writes \(value.kind) as JSON")
    }
  }

  private func enclosed(_ start: String, _ parts: [JinjaText], _ end: String, _ level: Int) -> JinjaText {
    func lineBreak(_ level: Int) -> JinjaText {
      guard let indent else { return JinjaText() }
      return (0..<level).reduce(into: JinjaText("\n")) { text, _ in text.append(indent) }
    }
    var text = JinjaText(start)
    for (index, part) in parts.enumerated() {
      if index > 0 { text.append(itemSeparator) }
      text.append(lineBreak(level + 1))
      text.append(part)
    }
    if !parts.isEmpty { text.append(lineBreak(level)) }
    return text + JinjaText(end)
  }

  private static func literal(_ text: JinjaText) -> JinjaText {
    let short: [Unicode.Scalar: String] = [
      "\"": "\\\"", "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\u{8}": "\\b", "\u{C}": "\\f",
    ]
    let inner = text.mapped { scalar in
      if let escaped = short[scalar] { return escaped }
      guard scalar.value < 0x20 else { return String(scalar) }
      let digits = String(scalar.value, radix: 16)
      return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    }
    return JinjaText("\"") + inner + JinjaText("\"")
  }
}
