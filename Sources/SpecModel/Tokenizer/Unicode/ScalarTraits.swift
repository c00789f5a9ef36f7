/// The general categories of Unicode.
enum ScalarCategory: UInt8, CaseIterable {
  case uppercaseLetter, lowercaseLetter, titlecaseLetter, modifierLetter, otherLetter
  case nonspacingMark, spacingMark, enclosingMark
  case decimalNumber, letterNumber, otherNumber
  case connectorPunctuation, dashPunctuation, openPunctuation, closePunctuation
  case initialPunctuation, finalPunctuation, otherPunctuation
  case mathSymbol, currencySymbol, modifierSymbol, otherSymbol
  case spaceSeparator, lineSeparator, paragraphSeparator
  case control, format, surrogate, privateUse, unassigned

  /// The two letters that patterns name it with, such as `Lu`.
  var abbreviation: String {
    let all = "LuLlLtLmLoMnMcMeNdNlNoPcPdPsPePiPfPoSmScSkSoZsZlZpCcCfCsCoCn"
    let start = all.utf8.index(all.startIndex, offsetBy: 2 * Int(rawValue))
    return String(all[start..<all.utf8.index(start, offsetBy: 2)])
  }
}

/// What patterns ask of a scalar, in one byte: its category and whether it is white space or part of a word.
///
/// The table is that of Unicode 16.0, whatever the platform's own version is, so that a text has the same tokens
/// everywhere. Hugging Face tokenizers' pattern engine (Oniguruma 6.9.10) goes by the same version.
struct ScalarTraits: Equatable, Sendable {
  /// The category in the lower five bits, then white space (`\s`), then part of a word (`\w`).
  let bits: UInt8

  init(bits: UInt8) { self.bits = bits }

  /// The traits of a scalar value; those of an unassigned one for a value that is none.
  init(_ scalar: UInt32) {
    bits = Int(scalar) < Self.table.count ? Self.table[Int(scalar)] : ScalarCategory.unassigned.rawValue
  }

  /// `\p{L}`
  var isLetter: Bool { bits & 0x1F <= ScalarCategory.otherLetter.rawValue }
  /// `\p{M}`
  var isMark: Bool {
    ScalarCategory.nonspacingMark.rawValue...ScalarCategory.enclosingMark.rawValue ~= bits & 0x1F
  }
  /// `\p{N}`
  var isNumber: Bool { ScalarCategory.decimalNumber.rawValue...ScalarCategory.otherNumber.rawValue ~= bits & 0x1F }
  /// `\p{P}`
  var isPunctuation: Bool {
    ScalarCategory.connectorPunctuation.rawValue...ScalarCategory.otherPunctuation.rawValue ~= bits & 0x1F
  }
  /// `\s`, the property `White_Space`.
  var isWhitespace: Bool { bits & Self.whitespaceBit != 0 }
  /// `\w`: letters, marks, decimal and letter numbers, connectors, and what Oniguruma counts among them beside.
  var isWord: Bool { bits & Self.wordBit != 0 }

  private static let whitespaceBit: UInt8 = 0x20
  private static let wordBit: UInt8 = 0x40

  /// The bits of every scalar value.
  private static let table: [UInt8] = {
    var table: [UInt8] = []
    table.reserveCapacity(0x11_0000)
    var length = 0
    CategoryRuns.text.withUTF8Buffer { text in
      for byte in text {
        if UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte {
          length = length * 10 + Int(byte - UInt8(ascii: "0"))
          continue
        }
        let category = byte >= UInt8(ascii: "a") ? byte - UInt8(ascii: "a") + 26 : byte - UInt8(ascii: "A")
        let bits = wordCategories.contains(category) ? category | wordBit : category
        table.append(contentsOf: repeatElement(bits, count: max(1, length)))
        length = 0
      }
    }
    for range in whitespace { for scalar in range { table[scalar] |= whitespaceBit } }
    for range in otherWords { for scalar in range { table[scalar] |= wordBit } }
    return table
  }()

  private static let wordCategories: Set<UInt8> = [
    0, 1, 2, 3, 4, 5, 6, 7, ScalarCategory.decimalNumber.rawValue, ScalarCategory.letterNumber.rawValue,
    ScalarCategory.connectorPunctuation.rawValue,
  ]

  /// The property `White_Space`.
  private static let whitespace: [ClosedRange<Int>] = [
    0x09...0x0D, 0x20...0x20, 0x85...0x85, 0xA0...0xA0, 0x1680...0x1680, 0x2000...0x200A, 0x2028...0x2029,
    0x202F...0x202F, 0x205F...0x205F, 0x3000...0x3000,
  ]

  /// Letters in circles and squares are alphabetic though they are symbols; the superscripts and fractions of Latin-1
  /// are what Oniguruma's table has more.
  private static let otherWords: [ClosedRange<Int>] = [
    0xB2...0xB3, 0xB9...0xB9, 0xBC...0xBE, 0x24B6...0x24E9, 0x1F130...0x1F149, 0x1F150...0x1F169, 0x1F170...0x1F189,
  ]
}
