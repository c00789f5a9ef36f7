extension PatternProgram {
  /// For each byte whether a match can begin with it; nil where a match may be empty or begins with a condition. Most
  /// patterns of a tokenizer begin with few bytes, and the rest of a text is passed over quickly.
  var starts: [Bool]? {
    var starts = [Bool](repeating: false, count: 256)
    var open = [0]
    var seen: Set<Int> = []
    while let index = open.popLast() {
      guard seen.insert(index).inserted else { continue }
      switch steps[index] {
      case .scalar(let scalar): mark(&starts) { $0 == scalar }
      case .member(let set): mark(&starts, classes[set].contains)
      case .greedyRun(let set, let minimum, _), .lazyRun(let set, let minimum, _),
        .possessiveRun(let set, let minimum, _):
        mark(&starts, classes[set].contains)
        if minimum == 0 { open.append(index + 1) }
      case .fork(let first, let second): open += [first, second]
      case .jump(let target): open.append(target)
      case .peek, .look, .lookBack, .atomic, .anchor, .accept: return nil
      }
    }
    return starts
  }

  /// Beyond ASCII, any byte that can begin a scalar counts.
  private func mark(_ starts: inout [Bool], _ contains: (UInt32) -> Bool) {
    for byte in 0..<256 where byte < 0x80 ? contains(UInt32(byte)) : byte >= 0xC0 {
      starts[byte] = true
    }
  }
}
