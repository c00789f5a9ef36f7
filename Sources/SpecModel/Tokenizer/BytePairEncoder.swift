/// Turns the bytes of one word into tokens by repeatedly joining the neighbors whose merge ranks lowest.
struct BytePairEncoder: Sendable {
  /// The token of every single byte.
  let byteTokens: [Token]
  /// The rank of each mergeable pair, keyed by `pairKey`.
  let ranks: [UInt64: Int]
  /// What the pair of each rank becomes.
  let mergedTokens: [Token]
  /// Words that become one token before any merge is looked at (`ignore_merges`); empty where merges always decide.
  let wholeWords: [ArraySlice<UInt8>: Token]

  static func pairKey(_ left: Token, _ right: Token) -> UInt64 {
    UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
  }

  /// Appends the tokens of a word. The workspace only saves allocations from word to word.
  func encode(_ word: ArraySlice<UInt8>, into tokens: inout [Token], workspace: inout Workspace) {
    if !wholeWords.isEmpty, let token = wholeWords[word] {
      tokens.append(token)
      return
    }
    workspace.load(word, encoder: self)
    workspace.mergeAll(encoder: self)
    workspace.appendTokens(to: &tokens)
  }
}

extension BytePairEncoder {
  /// A linked list of the symbols of a word and a queue of the merges open to them, so that a word of n bytes costs
  /// O(n log n).
  struct Workspace {
    private struct Symbol {
      var token: Token
      var previous: Int
      var next: Int
      /// The rank of the merge with the next symbol. A queue entry of another rank is out of date.
      var rank: Int?
    }

    private var symbols: [Symbol] = []
    private var queue = PriorityQueue<OpenMerge>()

    fileprivate mutating func load(_ word: ArraySlice<UInt8>, encoder: BytePairEncoder) {
      symbols.removeAll(keepingCapacity: true)
      for (index, byte) in word.enumerated() {
        symbols.append(Symbol(token: encoder.byteTokens[Int(byte)], previous: index - 1, next: index + 1))
      }
      for index in symbols.indices { updateRank(at: index, encoder: encoder) }
    }

    fileprivate mutating func mergeAll(encoder: BytePairEncoder) {
      while let merge = queue.popFirst() {
        let index = merge.position
        guard symbols[index].rank == merge.rank else { continue }
        let absorbed = symbols[index].next
        let next = symbols[absorbed].next
        symbols[absorbed].rank = nil
        symbols[index].token = encoder.mergedTokens[merge.rank]
        symbols[index].next = next
        if next < symbols.count { symbols[next].previous = index }
        updateRank(at: index, encoder: encoder)
        if index > 0 { updateRank(at: symbols[index].previous, encoder: encoder) }
      }
    }

    fileprivate func appendTokens(to tokens: inout [Token]) {
      var index = 0
      while index < symbols.count {
        tokens.append(symbols[index].token)
        index = symbols[index].next
      }
    }

    private mutating func updateRank(at index: Int, encoder: BytePairEncoder) {
      let next = symbols[index].next
      let rank =
        next < symbols.count ? encoder.ranks[pairKey(symbols[index].token, symbols[next].token)] : nil
      symbols[index].rank = rank
      if let rank { queue.insert(OpenMerge(rank: rank, position: index)) }
    }
  }
}

/// A merge that is open at a position of a word; the lowest rank comes first and, among equals, the leftmost position.
private struct OpenMerge: Comparable {
  let rank: Int
  let position: Int

  static func < (left: OpenMerge, right: OpenMerge) -> Bool {
    (left.rank, left.position) < (right.rank, right.position)
  }
}

/// A binary heap that yields its smallest element first.
package struct PriorityQueue<Element: Comparable> {
  @usableFromInline package var heap: [Element] = []

  /// An empty queue.
  @inlinable
  package init() {}

  /// Adds an element; equal ones are all kept.
  @inlinable
  package mutating func insert(_ element: Element) {
    heap.append(element)
    var child = heap.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard heap[child] < heap[parent] else { return }
      heap.swapAt(child, parent)
      child = parent
    }
  }

  /// Takes the smallest element out; nil once the queue is empty.
  @inlinable
  package mutating func popFirst() -> Element? {
    guard let first = heap.first else { return nil }
    let last = heap.removeLast()
    if heap.isEmpty { return first }
    heap[0] = last
    var parent = 0
    while true {
      var child = 2 * parent + 1
      guard child < heap.count else { return first }
      if child + 1 < heap.count, heap[child + 1] < heap[child] { child += 1 }
      guard heap[child] < heap[parent] else { return first }
      heap.swapAt(child, parent)
      parent = child
    }
  }
}
