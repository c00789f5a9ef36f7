/// Turns words into tokens by repeatedly joining the neighbors whose merge ranks lowest.
struct BytePairEncoder: Sendable {
  let symbols: SymbolTable
  let merges: MergeTable

  init(_ model: BytePairModel, vocabulary: Vocabulary, symbolsAreBytes: Bool) {
    symbols = SymbolTable(model, vocabulary: vocabulary, symbolsAreBytes: symbolsAreBytes)
    merges = MergeTable(model.merges)
  }

  /// Appends the tokens of a word. The workspace only saves allocations from word to word.
  func encode(_ word: Range<Int>, of text: [UInt8], into tokens: inout [Token], workspace: inout Workspace) {
    if let token = symbols.wholeWord(text[word]) {
      tokens.append(token)
      return
    }
    let start = tokens.count
    symbols.append(word, of: text, to: &tokens)
    let count = tokens.count - start
    if count < 2 { return }
    if count <= 48 {
      workspace.mergeShort(&tokens, from: start, merges)
    } else {
      workspace.mergeLong(&tokens, from: start, merges)
    }
  }
}

extension BytePairEncoder {
  /// Memory for the symbols of a word.
  struct Workspace {
    private var ranks: [Int32] = []
    private var results: [Token] = []
    private var links: [Link] = []
    private var queue = MergeQueue()

    /// A symbol of a long word, linked with its neighbors.
    private struct Link {
      var token: Token
      var previous: Int32
      var next: Int32
      /// The rank of the merge with the next symbol, or none. A queue entry of another rank is out of date.
      var rank: Int32
      var result: Token
    }

    private static let none = Int32.max

    /// Joins what lies behind a position of a list, searching for the lowest rank from the left each time.
    fileprivate mutating func mergeShort(_ tokens: inout [Token], from start: Int, _ merges: MergeTable) {
      ranks.removeAll(keepingCapacity: true)
      results.removeAll(keepingCapacity: true)
      for index in start..<(tokens.count - 1) {
        let merge = merges.merge(tokens[index], tokens[index + 1])
        ranks.append(merge?.rank ?? Self.none)
        results.append(merge?.result ?? 0)
      }
      while !ranks.isEmpty {
        var best = 0
        for index in ranks.indices where ranks[index] < ranks[best] { best = index }
        if ranks[best] == Self.none { return }
        tokens[start + best] = results[best]
        tokens.remove(at: start + best + 1)
        ranks.remove(at: best)
        results.remove(at: best)
        if best < ranks.count { update(best, tokens, start, merges) }
        if best > 0 { update(best - 1, tokens, start, merges) }
      }
    }

    private mutating func update(_ index: Int, _ tokens: [Token], _ start: Int, _ merges: MergeTable) {
      let merge = merges.merge(tokens[start + index], tokens[start + index + 1])
      ranks[index] = merge?.rank ?? Self.none
      results[index] = merge?.result ?? 0
    }

    /// Joins what lies behind a position of a list by a linked list and a queue, so that long words take no longer for each symbol.
    fileprivate mutating func mergeLong(_ tokens: inout [Token], from start: Int, _ merges: MergeTable) {
      links.removeAll(keepingCapacity: true)
      for index in start..<tokens.count {
        let position = Int32(clamping: index - start)
        links.append(
          Link(token: tokens[index], previous: position - 1, next: position + 1, rank: Self.none, result: 0)
        )
      }
      for index in links.indices { updateRank(at: index, merges) }
      while let merge = queue.popFirst() {
        let index = Int(merge.position)
        guard links[index].rank == merge.rank else { continue }
        let absorbed = Int(links[index].next)
        let next = links[absorbed].next
        links[absorbed].rank = Self.none
        links[index].token = links[index].result
        links[index].next = next
        if Int(next) < links.count { links[Int(next)].previous = Int32(clamping: index) }
        updateRank(at: index, merges)
        if index > 0 { updateRank(at: Int(links[index].previous), merges) }
      }
      tokens.removeSubrange(start...)
      var index = 0
      while index < links.count {
        tokens.append(links[index].token)
        index = Int(links[index].next)
      }
    }

    private mutating func updateRank(at index: Int, _ merges: MergeTable) {
      let next = Int(links[index].next)
      let merge = next < links.count ? merges.merge(links[index].token, links[next].token) : nil
      links[index].rank = merge?.rank ?? Self.none
      links[index].result = merge?.result ?? 0
      if let merge { queue.insert(MergeQueue.OpenMerge(rank: merge.rank, position: Int32(clamping: index))) }
    }
  }
}
