/// A message of an event stream.
package struct StreamEvent: Equatable, Sendable {
  /// Nanoseconds from the request to the arrival of its last line.
  package let arrived: UInt64
  /// Its data.
  package let data: [UInt8]

  /// Makes a message.
  package init(arrived: UInt64, data: [UInt8]) { (self.arrived, self.data) = (arrived, data) }
}

/// Reads server-sent events (WHATWG HTML, section 9.2.6) from an answer that has arrived in pieces.
package enum EventStream {
  /// The messages of an answer.
  ///
  /// - Parameter parts: the body in the pieces in which it arrived.
  /// - Returns: the messages that have data, and whether the last line was cut off.
  package static func events(_ parts: [StampedBytes]) -> (events: [StreamEvent], isCut: Bool) {
    var reader = Reader()
    for part in parts { reader.take(part) }
    return reader.end()
  }

  private struct Reader {
    private var events: [StreamEvent] = []
    private var line: [UInt8] = []
    private var data: [UInt8]?
    private var arrived: UInt64 = 0
    private var endedInReturn = false

    mutating func take(_ part: StampedBytes) {
      for byte in part.bytes {
        // A line may end in CR, LF or both.
        let isSecondHalf = byte == 0x0A && endedInReturn
        endedInReturn = byte == 0x0D
        if isSecondHalf { continue }
        if byte == 0x0A || byte == 0x0D { endLine(at: part.arrived) } else { line.append(byte) }
      }
    }

    private mutating func endLine(at time: UInt64) {
      defer { line.removeAll(keepingCapacity: true) }
      guard !line.isEmpty else { return endEvent() }
      let field = line.prefix { $0 != UInt8(ascii: ":") }
      // Comments, as servers send to keep a connection open, have an empty name.
      guard field.elementsEqual("data".utf8) else { return }
      var value = line.dropFirst(field.count + 1)
      if value.first == UInt8(ascii: " ") { value = value.dropFirst() }
      data = data.map { $0 + [0x0A] + value } ?? Array(value)
      arrived = time
    }

    private mutating func endEvent() {
      if let data { events.append(StreamEvent(arrived: arrived, data: data)) }
      data = nil
    }

    mutating func end() -> (events: [StreamEvent], isCut: Bool) {
      let isCut = !line.isEmpty
      if !isCut { endEvent() }
      return (events, isCut)
    }
  }
}
