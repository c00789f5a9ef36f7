import SpecDecoding
import SpecFiles

/// Counts the cycles of a repeat in which a decoder had no room to draft, as a draft model past the end of its context.
struct DraftRoom {
  private struct Count {
    var lacking = 0
    var all = 0
  }

  private var counts: [Int: Count] = [:]

  /// - Parameters:
  ///   - cycles: those of a generation.
  ///   - decoder: the decoder's place in the run.
  mutating func add(_ cycles: [Cycle], of decoder: Int) {
    counts[decoder, default: Count()].lacking += cycles.count(where: \.lacksRoom)
    counts[decoder, default: Count()].all += cycles.count
  }

  /// One sentence for each decoder that lacked room.
  func warnings(_ decoders: [RunDecoder]) -> [String] {
    decoders.indices.compactMap { index in
      guard let count = counts[index], count.lacking > 0 else { return nil }
      let reason = decoders[index].warning.map { ": \($0)" } ?? ""
      return
        "\(decoders[index].name) had no room to draft in \(count.lacking) of \(quantity(count.all, "cycle"))\(reason)."
    }
  }
}
