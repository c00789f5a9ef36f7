/// The texts of tokens, each with its id, in one flat buffer with an index by text.
package struct Vocabulary: Sendable {
  /// Bounds the tables that an id can make grow; published vocabularies stay below 300 thousand tokens.
  package static let largestCount = 1 << 22

  /// Why an entry could not be added.
  package enum Conflict: Error, Equatable {
    /// The id is negative or beyond the bound.
    case idOutOfBounds
    /// Another entry has the text.
    case sameText(Token)
    /// Another entry has the id.
    case sameID
  }

  private var storage: [UInt8] = []
  /// Where the text of each id lies; a start below 0 marks an id without an entry.
  private var starts: [Int32] = []
  private var lengths: [Int32] = []
  /// Open addressing: ids by the hash of their text, -1 where free.
  private var slots: [Token] = []
  private var entries = 0

  /// An empty vocabulary.
  ///
  /// - Parameter capacity: how many entries are expected.
  package init(capacity: Int = 0) {
    starts.reserveCapacity(capacity)
    lengths.reserveCapacity(capacity)
    slots = [Token](repeating: -1, count: Self.slotCount(for: capacity))
  }

  /// The highest id + 1; ids between may be unused.
  package var count: Int { starts.count }

  /// The text of a token; empty for one that has no entry.
  package subscript(token: Token) -> ArraySlice<UInt8> {
    guard let index = Int(exactly: token), starts.indices.contains(index), starts[index] >= 0 else { return [] }
    let start = Int(starts[index])
    return storage[start..<(start + Int(lengths[index]))]
  }

  /// Whether an id has an entry.
  package func contains(_ token: Token) -> Bool {
    token >= 0 && Int(token) < starts.count && starts[Int(token)] >= 0
  }

  /// The token with a text.
  package func token(for text: some Collection<UInt8>) -> Token? { token(for: text, EmptyCollection()) }

  /// The token whose text is one followed by another.
  func token(for first: some Collection<UInt8>, _ second: some Collection<UInt8>) -> Token? {
    let mask = slots.count - 1
    var slot = Self.hash(second, from: Self.hash(first)) & mask
    while slots[slot] >= 0 {
      let token = slots[slot]
      if isText(of: token, first, second) { return token }
      slot = (slot + 1) & mask
    }
    return nil
  }

  /// Adds an entry.
  ///
  /// - Parameters:
  ///   - text: what the token stands for, as the file spells it.
  ///   - token: its id.
  /// - Throws: ``Conflict`` if an entry has the text or the id already, or the id is out of bounds.
  package mutating func add(_ text: some Collection<UInt8>, _ token: Token) throws(Conflict) {
    guard 0..<Self.largestCount ~= Int(token), storage.count + text.count < Int(Int32.max) else {
      throw .idOutOfBounds
    }
    if contains(token) { throw .sameID }
    if let other = self.token(for: text) { throw .sameText(other) }
    let index = Int(token)
    if index >= starts.count {
      let missing = index + 1 - starts.count
      starts.append(contentsOf: repeatElement(-1, count: missing))
      lengths.append(contentsOf: repeatElement(0, count: missing))
    }
    starts[index] = Int32(storage.count)
    lengths[index] = Int32(text.count)
    storage.append(contentsOf: text)
    entries += 1
    if Self.slotCount(for: entries) > slots.count { grow() } else { place(token) }
  }

  /// The entries that are written in the letters of ``ByteAlphabet``, in the bytes that they stand for.
  var inBytes: Vocabulary {
    var result = Vocabulary(capacity: entries)
    for token in 0..<Token(count) where contains(token) {
      // No two words of the alphabet stand for the same bytes.
      if let bytes = ByteAlphabet.bytes(of: self[token]) { try? result.add(bytes, token) }
    }
    return result
  }

  private mutating func grow() {
    slots = [Token](repeating: -1, count: Self.slotCount(for: 2 * entries))
    for index in starts.indices where starts[index] >= 0 { place(Token(index)) }
  }

  private mutating func place(_ token: Token) {
    let mask = slots.count - 1
    var slot = Self.hash(self[token]) & mask
    while slots[slot] >= 0 { slot = (slot + 1) & mask }
    slots[slot] = token
  }

  private func isText(of token: Token, _ first: some Collection<UInt8>, _ second: some Collection<UInt8>) -> Bool {
    guard first.count + second.count == Int(lengths[Int(token)]) else { return false }
    var position = Int(starts[Int(token)])
    for byte in first {
      if storage[position] != byte { return false }
      position += 1
    }
    for byte in second {
      if storage[position] != byte { return false }
      position += 1
    }
    return true
  }

  /// A power of two that leaves half of the slots free.
  private static func slotCount(for entries: Int) -> Int {
    var count = 16
    while count < 2 * entries { count *= 2 }
    return count
  }

  /// FNV-1a with a last mixing step, which can be continued with further bytes.
  private static func hash(_ bytes: some Collection<UInt8>, from start: Int = 0x2545_F491_4F6C_DD1D) -> Int {
    var hash = UInt64(bitPattern: Int64(start))
    for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    return Int(truncatingIfNeeded: hash ^ hash >> 29)
  }
}
