import SpecTestSupport

/// Damages files: blindly, and where formats keep lengths, numbers and values.
struct Mutator {
  private var random: SeededRandom
  /// Files of the same format, to take pieces from.
  private let donors: [[UInt8]]

  /// - Parameters:
  ///   - seed: what the damage follows from.
  ///   - donors: files of the same format.
  init(seed: UInt64, donors: [[UInt8]]) {
    random = SeededRandom(seed: seed)
    self.donors = donors
  }

  /// A damaged copy of one of the files.
  mutating func next() -> [UInt8] {
    var bytes = donors[random.below(donors.count)]
    for _ in 0...[0, 0, 1, 3, 7][random.below(5)] { mutate(&bytes) }
    return bytes
  }

  private static let mutations: [@Sendable (inout Mutator, inout [UInt8]) -> Void] = [
    { $0.flip(&$1) }, { $0.set(&$1) }, { $0.truncate(&$1) }, { $0.remove(&$1) }, { $0.duplicate(&$1) },
    { $0.splice(&$1) }, { $0.setLength(&$1) }, { $0.setLength(&$1) }, { $0.setNumber(&$1) }, { $0.setNumber(&$1) },
    { $0.setText(&$1) }, { $0.swapTexts(&$1) }, { $0.setValue(&$1) }, { $0.nest(&$1) },
  ]

  private mutating func mutate(_ bytes: inout [UInt8]) {
    guard !bytes.isEmpty else { return }
    Self.mutations[random.below(Self.mutations.count)](&self, &bytes)
  }

  /// A stretch of at most `most` bytes.
  private mutating func range(in bytes: [UInt8], most: Int) -> Range<Int> {
    let start = random.below(bytes.count)
    return start..<min(bytes.count, start + 1 + random.below(most))
  }

  private mutating func flip(_ bytes: inout [UInt8]) { bytes[random.below(bytes.count)] ^= 1 << UInt8(random.below(8)) }

  private mutating func set(_ bytes: inout [UInt8]) {
    let values: [UInt8] = [0, 1, 0x7F, 0x80, 0xFF] + "\"{[\\9-".utf8
    bytes[random.below(bytes.count)] = values[random.below(values.count)]
  }

  private mutating func truncate(_ bytes: inout [UInt8]) { bytes.removeLast(random.below(bytes.count)) }

  private mutating func remove(_ bytes: inout [UInt8]) { bytes.removeSubrange(range(in: bytes, most: 64)) }

  private mutating func duplicate(_ bytes: inout [UInt8]) {
    let piece = bytes[range(in: bytes, most: 256)]
    bytes.insert(
      contentsOf: Array(repeating: piece, count: 1 + random.below(20)).joined(),
      at: random.below(bytes.count)
    )
  }

  private mutating func splice(_ bytes: inout [UInt8]) {
    let donor = donors[random.below(donors.count)]
    guard !donor.isEmpty else { return }
    bytes.replaceSubrange(range(in: bytes, most: 64), with: donor[range(in: donor, most: 256)])
  }

  /// A length or a place, as binary formats keep them.
  private mutating func setLength(_ bytes: inout [UInt8]) {
    let size = [1, 2, 4, 8][random.below(4)]
    guard bytes.count >= size else { return }
    let extremes: [UInt64] = [
      0, 1, .max, .max >> 1, .max >> 32, .max >> 33, UInt64(bytes.count), UInt64(bytes.count) + 1, 1 << 20, 1 << 40,
      .max - 7, 1 << 63,
    ]
    let value = extremes[random.below(extremes.count)]
    let place = random.below(bytes.count - size + 1)
    for byte in 0..<size { bytes[place + byte] = UInt8(truncatingIfNeeded: value >> UInt64(8 * byte)) }
  }

  private static let numbers = [
    "-1", "0", "1", "2", "3", "1e999", "-0.0", "1e-400", "0.5", "268435456", "4294967296", "9223372036854775807",
    "-9223372036854775808", "18446744073709551616", "NaN", "Infinity", String(repeating: "9", count: 400), "01", "1.",
  ]

  /// A number in text.
  private mutating func setNumber(_ bytes: inout [UInt8]) {
    replace(in: &bytes, with: Self.numbers) { (0x30...0x39).contains($0) || $0 == 0x2D || $0 == 0x2E }
  }

  private static let texts = [
    "\"\"", "\"\\u0000\"", "\"\\ud800\"", "\"../../x\"", "\"\u{202E}\u{1F600}\"", "\"\\n\"", "\"(?!\"", "\"{{\"",
    "\"{%\"",
    "\"" + String(repeating: "a", count: 5000) + "\"",
  ]

  /// A text between quotes.
  private mutating func setText(_ bytes: inout [UInt8]) {
    guard let range = text(in: bytes) else { return }
    bytes.replaceSubrange(range, with: Self.texts[random.below(Self.texts.count)].utf8)
  }

  private mutating func swapTexts(_ bytes: inout [UInt8]) {
    guard let one = text(in: bytes), let other = text(in: bytes) else { return }
    bytes.replaceSubrange(one, with: Array(bytes[other]))
  }

  private static let values = ["null", "[]", "{}", "true", "[[]]", "{\"a\": {}}", "[1, 2]", "\"x\"", "-1", "1e9"]

  /// A value behind a colon.
  private mutating func setValue(_ bytes: inout [UInt8]) {
    guard let colon = next(0x3A, in: bytes) else { return }
    let end = bytes[colon...].firstIndex { [0x2C, 0x7D, 0x5D].contains($0) } ?? bytes.count
    bytes.replaceSubrange(colon + 1..<max(colon + 1, end), with: Self.values[random.below(Self.values.count)].utf8)
  }

  /// Brackets that nothing closes.
  private mutating func nest(_ bytes: inout [UInt8]) {
    let opened: [UInt8] = [0x5B, 0x7B, 0x28, 0x85]
    let run = [UInt8](repeating: opened[random.below(opened.count)], count: 1 + random.below(3000))
    bytes.insert(contentsOf: run, at: random.below(bytes.count))
  }

  /// A text with its quotes.
  private mutating func text(in bytes: [UInt8]) -> Range<Int>? {
    guard let start = next(0x22, in: bytes), let end = bytes[(start + 1)...].firstIndex(of: 0x22) else { return nil }
    return start..<end + 1
  }

  /// The next place of a byte from anywhere on.
  private mutating func next(_ byte: UInt8, in bytes: [UInt8]) -> Int? {
    bytes[random.below(bytes.count)...].firstIndex(of: byte)
  }

  private mutating func replace(in bytes: inout [UInt8], with texts: [String], _ isPart: (UInt8) -> Bool) {
    guard let start = bytes[random.below(bytes.count)...].firstIndex(where: isPart) else { return }
    let end = bytes[start...].firstIndex { !isPart($0) } ?? bytes.count
    bytes.replaceSubrange(start..<end, with: texts[random.below(texts.count)].utf8)
  }
}
