/// Runs a pattern's program over a text.
///
/// It tries branches in the order of the pattern and goes back where one fails. Once that has taken many steps, the
/// places of steps that failed are remembered and not tried again, so that the time stays within steps × bytes.
struct PatternMatcher {
  private struct Retry {
    enum Kind { case step, shorterRun, longerRun }
    let kind: Kind
    let step: Int
    var position: Int
    /// The least position of a shorter run; how many scalars a longer run has taken.
    var bound: Int
  }

  private let program: PatternProgram
  private let text: [UInt8]
  /// The stretch of the text that the pattern sees.
  private let bounds: Range<Int>
  private var retries: [Retry] = []
  private var tries = 0
  private let tryLimit: Int
  private var failed: FailedPlaces?

  init(_ program: PatternProgram, _ text: [UInt8], _ bounds: Range<Int>) {
    (self.program, self.text, self.bounds) = (program, text, bounds)
    tryLimit = 1024 + 32 * bounds.count
  }

  /// Where the match that begins at a position ends, nil if none does.
  mutating func end(from start: Int) -> Int? {
    retries.removeAll(keepingCapacity: true)
    var (step, position) = (0, start)
    while true {
      if case .accept = program.steps[step] {
        failed?.forget(position)
        return position
      }
      if let next = advance(&step, position) {
        position = next
      } else if let retry = nextRetry() {
        (step, position) = retry
      } else {
        return nil
      }
    }
  }

  /// Does one step; nil if it fails.
  private mutating func advance(_ step: inout Int, _ position: Int) -> Int? {
    switch program.steps[step] {
    case .scalar(let wanted):
      guard position < bounds.upperBound else { return nil }
      let (scalar, next) = scalar(at: position)
      step += 1
      return scalar == wanted ? next : nil
    case .member(let index):
      guard position < bounds.upperBound else { return nil }
      let (scalar, next) = scalar(at: position)
      step += 1
      return program.classes[index].contains(scalar) ? next : nil
    case .fork(let first, let second):
      if isKnownToFail(2 * step, position) { return nil }
      retries.append(Retry(kind: .step, step: second, position: position, bound: 0))
      step = first
      return position
    case .jump(let target):
      step = target
      return position
    case .greedyRun(let index, let minimum, let maximum):
      if isKnownToFail(2 * step, position) { return nil }
      return greedyRun(&step, position, index, minimum, maximum)
    case .lazyRun(let index, let minimum, _):
      if isKnownToFail(2 * step, position) { return nil }
      guard let (end, count) = run(of: index, from: position, most: minimum), count == minimum else { return nil }
      retries.append(Retry(kind: .longerRun, step: step, position: end, bound: count))
      step += 1
      return end
    case .possessiveRun(let index, let minimum, let maximum):
      guard let (end, count) = run(of: index, from: position, most: maximum), count >= minimum else { return nil }
      step += 1
      return end
    case .peek(let index, let isNegated):
      let isThere = position < bounds.upperBound && program.classes[index].contains(scalar(at: position).scalar)
      step += 1
      return isThere != isNegated ? position : nil
    default:
      defer { step += 1 }
      return test(program.steps[step], position)
    }
  }

  private mutating func greedyRun(
    _ step: inout Int,
    _ position: Int,
    _ index: Int,
    _ minimum: Int,
    _ maximum: Int
  ) -> Int? {
    guard let (least, fewest) = run(of: index, from: position, most: minimum), fewest == minimum else { return nil }
    let end =
      maximum == minimum ? least : run(of: index, from: least, most: maximum - minimum)?.end ?? least
    if end > least { retries.append(Retry(kind: .shorterRun, step: step, position: end, bound: least)) }
    step += 1
    return end
  }

  private mutating func nextRetry() -> (step: Int, position: Int)? {
    while var retry = retries.popLast() {
      tries += 1
      if tries > tryLimit, failed == nil { failed = FailedPlaces(steps: program.steps.count, bounds: bounds) }
      switch retry.kind {
      case .step: return (retry.step, retry.position)
      case .shorterRun:
        // From the end on all has failed, so that a run that begins there fails too.
        if case .greedyRun(_, _, Int.max) = program.steps[retry.step] { _ = failed?.insert(2 * retry.step, retry.position) }
        retry.position = start(before: retry.position)
        if retry.position > retry.bound { retries.append(retry) }
        if isKnownToFail(2 * retry.step + 1, retry.position) { continue }
        return (retry.step + 1, retry.position)
      case .longerRun:
        guard case .lazyRun(let index, _, let maximum) = program.steps[retry.step], retry.bound < maximum,
          let (end, count) = run(of: index, from: retry.position, most: 1), count == 1
        else { continue }
        retries.append(Retry(kind: .longerRun, step: retry.step, position: end, bound: retry.bound + 1))
        if isKnownToFail(2 * retry.step + 1, end) { continue }
        return (retry.step + 1, end)
      }
    }
    return nil
  }

  /// Whether a place has been tried before, in vain; it counts as tried from now on.
  private mutating func isKnownToFail(_ place: Int, _ position: Int) -> Bool {
    failed?.insert(place, position) == false
  }
}

/// Conditions that consume nothing, and parts that are matched by themselves.
extension PatternMatcher {
  private func test(_ step: PatternProgram.Step, _ position: Int) -> Int? {
    switch step {
    case .look(let part, let isNegated):
      return (match(part, from: position) != nil) != isNegated ? position : nil
    case .lookBack(let part, let length, let isNegated):
      var start = position
      for _ in 0..<length {
        guard start > bounds.lowerBound else { return isNegated ? position : nil }
        start = self.start(before: start)
      }
      return (match(part, from: start) == position) != isNegated ? position : nil
    case .atomic(let part): return match(part, from: position)
    case .anchor(let anchor): return holds(anchor, at: position) ? position : nil
    default: return nil
    }
  }

  private func match(_ part: Int, from position: Int) -> Int? {
    var matcher = PatternMatcher(program.parts[part], text, bounds)
    return matcher.end(from: position)
  }

  private func holds(_ anchor: PatternNode.Anchor, at position: Int) -> Bool {
    let (isFirst, isLast) = (position == bounds.lowerBound, position == bounds.upperBound)
    switch anchor {
    case .textStart: return isFirst
    case .textEnd: return isLast
    case .lastLineEnd: return isLast || position == bounds.upperBound - 1 && text[position] == 0x0A
    case .lineStart: return isFirst || !isLast && text[position - 1] == 0x0A
    case .lineEnd: return isLast || text[position] == 0x0A
    case .wordBoundary: return isWordBoundary(position)
    case .noWordBoundary: return !isWordBoundary(position)
    }
  }

  private func isWordBoundary(_ position: Int) -> Bool {
    let before =
      position > bounds.lowerBound && ScalarTraits(scalar(at: start(before: position)).scalar).isWord
    let after = position < bounds.upperBound && ScalarTraits(scalar(at: position).scalar).isWord
    return before != after
  }
}

/// Scalars of the text.
extension PatternMatcher {
  @inline(__always)
  private func scalar(at start: Int) -> (scalar: UInt32, next: Int) {
    let lead = text[start]
    if lead < 0x80 { return (UInt32(lead), start + 1) }
    return scalarValue(in: text, at: start, end: bounds.upperBound)
  }

  private func start(before end: Int) -> Int {
    var start = end - 1
    while start > bounds.lowerBound, text[start] & 0xC0 == 0x80 { start -= 1 }
    return start
  }

  /// The end of a run of scalars of a class, and how many they are.
  @inline(__always)
  private func run(of index: Int, from start: Int, most: Int) -> (end: Int, count: Int)? {
    let members = program.classes[index]
    var (position, count) = (start, 0)
    while count < most, position < bounds.upperBound {
      let (scalar, next) = scalar(at: position)
      guard members.contains(scalar) else { break }
      position = next
      count += 1
    }
    return (position, count)
  }
}

/// Steps at positions that have been tried in vain.
private struct FailedPlaces {
  private let bounds: Range<Int>
  private let perPosition: Int
  private var words: [UInt64]

  init(steps: Int, bounds: Range<Int>) {
    self.bounds = bounds
    perPosition = (2 * steps + 63) / 64
    words = [UInt64](repeating: 0, count: perPosition * (bounds.count + 1))
  }

  /// - Returns: whether the place was not in yet.
  mutating func insert(_ place: Int, _ position: Int) -> Bool {
    let index = (position - bounds.lowerBound) * perPosition + place / 64
    let bit: UInt64 = 1 << UInt64(place % 64)
    if words[index] & bit != 0 { return false }
    words[index] |= bit
    return true
  }

  /// Forgets the places at a position: at the end of a match some of them are on its way.
  mutating func forget(_ position: Int) {
    let start = (position - bounds.lowerBound) * perPosition
    for index in start..<(start + perPosition) { words[index] = 0 }
  }
}

/// The scalar that starts at a byte of UTF-8, and the byte after its last one.
@inline(__always)
func scalarValue(in text: [UInt8], at start: Int, end: Int) -> (scalar: UInt32, next: Int) {
  let lead = UInt32(text[start])
  if lead < 0x80 { return (lead, start + 1) }
  let length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4
  let next = min(start + length, end)
  var value = lead & (0x7F >> UInt32(length))
  for position in (start + 1)..<max(start + 1, next) { value = value << 6 | UInt32(text[position] & 0x3F) }
  return (value, next)
}
