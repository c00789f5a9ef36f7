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

  private struct Entry {
    let position: Int32
    /// The entry before it of the same rank; below 0 if there is none.
    let earlier: Int32
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
    let earlier = latest[index]
    latest[index] = Int32(clamping: entries.count)
    entries.append(Entry(position: merge.position, earlier: earlier))
    isFilled[group] |= 1 << UInt64(index % 64)
    firstGroup = min(firstGroup, group)
  }

  private mutating func takeNextRank() {
    while firstGroup < isFilled.count, isFilled[firstGroup] == 0 { firstGroup += 1 }
    guard firstGroup < isFilled.count else { return entries.removeAll(keepingCapacity: true) }
    let index = 64 * firstGroup + isFilled[firstGroup].trailingZeroBitCount
    isFilled[firstGroup] &= isFilled[firstGroup] - 1
    rank = Int32(clamping: index)
    var entry = latest[index]
    latest[index] = -1
    var isSorted = true
    while entry >= 0 {
      let (position, earlier) = (entries[Int(entry)].position, entries[Int(entry)].earlier)
      if let last = positions.last, last < position { isSorted = false }
      positions.append(position)
      entry = earlier
    }
    if !isSorted { positions.sort(by: >) }
  }
}
