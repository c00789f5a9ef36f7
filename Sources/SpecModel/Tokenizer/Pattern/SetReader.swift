import SpecFiles

/// Reads sets of scalars inside a pattern: `[…]` and escapes such as `\s` and `\p{L}`.
struct SetReader {
  /// What a backslash stands for.
  enum Escaped {
    case scalar(UInt32)
    case set(ScalarSet)
  }

  private static let deepest = 50

  private let scalars: [UInt32]
  private(set) var position: Int
  private let isCaseless: Bool
  private var depth = 0

  /// - Parameters:
  ///   - scalars: the pattern.
  ///   - position: the place behind the bracket or backslash.
  ///   - isCaseless: whether case does not count.
  init(_ scalars: [UInt32], position: Int, isCaseless: Bool) {
    (self.scalars, self.position, self.isCaseless) = (scalars, position, isCaseless)
  }

  private var next: UInt32? { position < scalars.count ? scalars[position] : nil }

  private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
    guard next == scalar.value else { return false }
    position += 1
    return true
  }

  /// The rest of a set in brackets, its closing bracket included.
  mutating func set() throws(PatternError) -> ScalarSet {
    depth += 1
    defer { depth -= 1 }
    guard depth <= Self.deepest else { throw PatternError(problem: "sets nested more than \(Self.deepest) deep") }
    let isNegated = take("^")
    var operands: [ScalarSet] = []
    var ranges: [ClosedRange<UInt32>] = []
    var sets: [ScalarSet] = []
    func operand() -> ScalarSet {
      let own: [ScalarSet] = ranges.isEmpty ? [] : [isCaseless ? .caseless(.ranges(ranges)) : .ranges(ranges)]
      let all = own + sets
      return all.count == 1 ? all[0] : .union(all)
    }
    var isFirst = true
    while let scalar = next {
      position += 1
      if scalar == "]", !isFirst {
        operands.append(operand())
        let set = operands.count == 1 ? operands[0] : .intersection(operands)
        return isNegated ? .complement(set) : set
      }
      isFirst = false
      if scalar == "&", take("&") {
        operands.append(operand())
        (ranges, sets) = ([], [])
        continue
      }
      switch try item(scalar) {
      case .set(let set): sets.append(set)
      case .scalar(let low): ranges.append(try range(from: low, &sets))
      }
    }
    throw PatternError(problem: "a set that is not closed")
  }

  private mutating func item(_ scalar: UInt32) throws(PatternError) -> Escaped {
    if scalar == "[" {
      if next == ":", let set = try namedSet() { return .set(set) }
      return .set(try set())
    }
    if scalar == "\\" {
      if take("b") { return .scalar(0x08) }
      return try escaped()
    }
    return .scalar(scalar)
  }

  /// The range that begins with a scalar, which may be that scalar alone.
  private mutating func range(
    from low: UInt32,
    _ sets: inout [ScalarSet]
  ) throws(PatternError) -> ClosedRange<UInt32> {
    guard next == "-", position + 1 < scalars.count, scalars[position + 1] != "]" else { return low...low }
    // A hyphen before an intersection or a set is a hyphen.
    if scalars[position + 1] == "[" { return low...low }
    position += 1
    let scalar = scalars[position]
    position += 1
    switch try item(scalar) {
    case .scalar(let high):
      guard low <= high else { throw PatternError(problem: "the range \(named(low))-\(named(high)), which is empty") }
      return low...high
    case .set(let set):
      sets += [set, .scalar(0x2D)]
      return low...low
    }
  }

  /// `[:name:]` or `[:^name:]` behind its first bracket; nil, and nothing is read, if it is none.
  private mutating func namedSet() throws(PatternError) -> ScalarSet? {
    guard let end = scalars[position...].firstIndex(of: 0x5D), end - position < 20, end - position > 2,
      scalars[end - 1] == ":"
    else { return nil }
    var name = scalars[(position + 1)..<(end - 1)]
    let isNegated = name.first == "^"
    if isNegated { name = name.dropFirst() }
    let text = String(String.UnicodeScalarView(name.compactMap { Unicode.Scalar($0) }))
    let set = try SetNames.set(of: text)
    position = end + 1
    return isNegated ? .complement(set) : set
  }

  /// What the scalars behind a backslash stand for.
  mutating func escaped() throws(PatternError) -> Escaped {
    guard let scalar = next else { throw PatternError(problem: "a backslash at its end") }
    position += 1
    if let simple = try simpleSet(scalar) { return .set(simple) }
    switch scalar {
    case "p": return .set(try property(isNegated: false))
    case "P": return .set(try property(isNegated: true))
    case "n": return .scalar(0x0A)
    case "r": return .scalar(0x0D)
    case "t": return .scalar(0x09)
    case "f": return .scalar(0x0C)
    case "v": return .scalar(0x0B)
    case "a": return .scalar(0x07)
    case "e": return .scalar(0x1B)
    case "0": return .scalar(try number(radix: 8, digits: 0...2))
    case "x":
      if take("{") {
        let value = try number(radix: 16, digits: 1...8)
        guard take("}") else { throw PatternError(problem: "a \\x{…} that is not closed") }
        return .scalar(value)
      }
      return .scalar(try number(radix: 16, digits: 1...2))
    case "u": return .scalar(try number(radix: 16, digits: 4...4))
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A:
      throw PatternError(problem: "\\\(named(scalar))")
    default: return .scalar(scalar)
    }
  }

  private func simpleSet(_ scalar: UInt32) throws(PatternError) -> ScalarSet? {
    switch scalar {
    case "s": .whitespace
    case "S": .complement(.whitespace)
    case "d": .decimals
    case "D": .complement(.decimals)
    case "w": .word
    case "W": .complement(.word)
    case "h": try SetNames.set(of: "xdigit")
    case "H": .complement(try SetNames.set(of: "xdigit"))
    default: nil
    }
  }

  private mutating func property(isNegated: Bool) throws(PatternError) -> ScalarSet {
    var name = String.UnicodeScalarView()
    if take("{") {
      while let scalar = next, scalar != "}" {
        if let scalar = Unicode.Scalar(scalar) { name.append(scalar) }
        position += 1
      }
      guard take("}") else { throw PatternError(problem: "a \\p{…} that is not closed") }
    } else if let scalar = next.flatMap(Unicode.Scalar.init) {
      name.append(scalar)
      position += 1
    }
    let isCaret = name.first == "^"
    if isCaret { name.removeFirst() }
    let set = try SetNames.set(of: String(name))
    return isNegated != isCaret ? .complement(set) : set
  }

  private mutating func number(radix: UInt32, digits: ClosedRange<Int>) throws(PatternError) -> UInt32 {
    var (value, count): (UInt32, Int) = (0, 0)
    while count < digits.upperBound, let scalar = next.flatMap(Unicode.Scalar.init),
      let digit = Character(scalar).hexDigitValue, scalar.isASCII, digit < Int(radix)
    {
      value = value &* radix &+ UInt32(digit)
      count += 1
      position += 1
    }
    guard digits.contains(count), Unicode.Scalar(value) != nil else {
      throw PatternError(problem: "the number of a character that is none")
    }
    return value
  }
}

/// The sets that patterns name.
enum SetNames {
  /// The set of a general category, a group of categories, a script or a POSIX class.
  static func set(of name: String) throws(PatternError) -> ScalarSet {
    let key = String(name.lowercased().filter { !" _-".contains($0) })
    if let set = category(key) ?? other(key) { return set }
    if let ranges = ScriptRanges.ranges(of: key) { return .ranges(ranges) }
    throw PatternError(problem: "the set \(quoted(name))")
  }

  private static func category(_ key: String) -> ScalarSet? {
    let key = longNames[key] ?? key
    guard 1...2 ~= key.count else { return nil }
    if key == "lc" { return .traits { $0.bits & 0x1F <= ScalarCategory.titlecaseLetter.rawValue } }
    let members = ScalarCategory.allCases.filter { $0.abbreviation.lowercased().hasPrefix(key) }.map(\.rawValue)
    return members.isEmpty ? nil : .traits { members.contains($0.bits & 0x1F) }
  }

  private static func other(_ key: String) -> ScalarSet? {
    switch key {
    case "any": .ranges([0...0x10_FFFF])
    case "ascii": .ranges([0...0x7F])
    case "space", "whitespace": .whitespace
    case "blank": .union([.scalar(0x09), category("zs") ?? .union([])])
    case "word": .word
    case "digit": .decimals
    case "xdigit": .ranges([0x30...0x39, 0x41...0x46, 0x61...0x66])
    case "punct": .union([category("p") ?? .union([]), .ranges([0x24...0x24, 0x2B...0x2B, 0x3C...0x3E, 0x5E...0x5E, 0x60...0x60, 0x7C...0x7C, 0x7E...0x7E])])
    case "cntrl": category("cc")
    default: nil
    }
  }

  private static let longNames = [
    "letter": "l", "mark": "m", "number": "n", "punctuation": "p", "symbol": "s", "separator": "z", "other": "c",
    "uppercaseletter": "lu", "lowercaseletter": "ll", "titlecaseletter": "lt", "casedletter": "lc",
    "modifierletter": "lm", "otherletter": "lo", "nonspacingmark": "mn", "spacingmark": "mc", "enclosingmark": "me",
    "combiningmark": "m", "decimalnumber": "nd", "letternumber": "nl", "othernumber": "no",
    "connectorpunctuation": "pc", "dashpunctuation": "pd", "openpunctuation": "ps", "closepunctuation": "pe",
    "initialpunctuation": "pi", "finalpunctuation": "pf", "otherpunctuation": "po", "mathsymbol": "sm",
    "currencysymbol": "sc", "modifiersymbol": "sk", "othersymbol": "so", "spaceseparator": "zs",
    "lineseparator": "zl", "paragraphseparator": "zp", "control": "cc", "format": "cf", "surrogate": "cs",
    "privateuse": "co", "unassigned": "cn",
  ]
}
