/// The merges that are open at positions of a long word. The lowest rank comes first and, among equals, the leftmost
/// position.
///
/// A rank is a small number, so each has a list of its own, and a bit tells whether there is anything in it. A megabyte that
/// is one word takes half of the time that it takes with a heap.
struct MergeQueue {
  /// An open merge.
  struct OpenMerge {
    let rank: Int32
    let position: Int32
  }

  /// Some positions of one rank, in the order in which they came: as many as fill a line of the cache.
  private struct Entry {
    static let capacity = 14
    /// The positions, then the two numbers below.
    private var numbers = SIMD16<Int32>()

    init(earlier: Int32) { numbers[14] = earlier }

    /// The entry before it of the same rank; below 0 if there is none.
    var earlier: Int32 { numbers[14] }
    var count: Int { Int(numbers[15]) }

    subscript(index: Int) -> Int32 { numbers[index] }

    mutating func append(_ position: Int32) {
      numbers[count] = position
      numbers[15] += 1
    }
  }

  private var entries: [Entry] = []
  /// The latest entry of each rank; below 0 if there is none.
  private var latest: [Int32] = []
  /// One bit for each rank, set where there are entries.
  private var isFilled: [UInt64] = []
  /// All groups of 64 ranks before this one are empty.
  private var firstGroup = 0
  /// The rank whose positions are being taken, and those that are left, from right to left.
  private var rank: Int32 = 0
  private var positions: [Int32] = []

  /// Adds a merge; equal ones are all kept.
  mutating func insert(_ merge: OpenMerge) {
    if merge.rank <= rank, !positions.isEmpty {
      // It may come before what is being taken.
      for position in positions { put(OpenMerge(rank: rank, position: position)) }
      positions.removeAll(keepingCapacity: true)
    }
    put(merge)
  }

  /// Takes the first merge out; nil once the queue is empty.
  mutating func popFirst() -> OpenMerge? {
    if positions.isEmpty { takeNextRank() }
    return positions.popLast().map { OpenMerge(rank: rank, position: $0) }
  }

  private mutating func put(_ merge: OpenMerge) {
    let index = Int(merge.rank)
    let group = index / 64
    if group >= isFilled.count {
      let count = max(2 * isFilled.count, group + 1)
      isFilled += repeatElement(0, count: count - isFilled.count)
      latest += repeatElement(-1, count: 64 * count - latest.count)
    }
    var entry = Int(latest[index])
    if entry < 0 || entries[entry].count == Entry.capacity {
      entries.append(Entry(earlier: latest[index]))
      entry = entries.count - 1
      latest[index] = Int32(clamping: entry)
    }
    entries[entry].append(merge.position)
    isFilled[group] |= 1 << UInt64(index % 64)
    firstGroup = min(firstGroup, group)
  }

  private mutating func takeNextRank() {
    while firstGroup < isFilled.count, isFilled[firstGroup] == 0 { firstGroup += 1 }
    guard firstGroup < isFilled.count else { return entries.removeAll(keepingCapacity: true) }
    let index = 64 * firstGroup + isFilled[firstGroup].trailingZeroBitCount
    isFilled[firstGroup] &= isFilled[firstGroup] - 1
    rank = Int32(clamping: index)
    var next = latest[index]
    latest[index] = -1
    var isSorted = true
    while next >= 0 {
      let entry = entries[Int(next)]
      for place in (0..<entry.count).reversed() {
        let position = entry[place]
        if let last = positions.last, last < position { isSorted = false }
        positions.append(position)
      }
      next = entry.earlier
    }
    if !isSorted { positions.sort(by: >) }
  }
}
