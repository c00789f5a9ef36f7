import Foundation
import SpecDecoding
import SpecFiles
import SpecStore

/// A generation as the database's rows.
extension Generation {
  func record(
    decoder: Int64,
    prompt: Int64,
    repeatIndex: Int,
    place: Int,
    startedAt: Date,
    text: String
  ) -> GenerationRecord {
    GenerationRecord(
      decoderID: decoder,
      promptID: prompt,
      repeatIndex: repeatIndex,
      ordinal: place,
      startedAt: startedAt,
      prefillNanoseconds: Int(prefillTime),
      decodeNanoseconds: Int(decodeTime),
      outputTokens: tokens.count,
      outputIDs: tokens.map(Int.init),
      text: text,
      stopReason: stopReason,
      preemptedSteps: preemptedSteps,
      prefillTokens: prefillTokens,
      prefillCycles: cycleOfToken.first == .some(0) ? 1 : 0
    )
  }

  var cycleRecords: [CycleRecord] {
    zip(cycles, emitted).map { cycle, emitted in
      CycleRecord(
        drafted: cycle.drafted,
        nodes: cycle.nodes,
        accepted: cycle.accepted,
        acceptLength: cycle.acceptLength,
        emitted: emitted,
        draftNanoseconds: Int(cycle.times.draft),
        verifyNanoseconds: Int(cycle.times.verify),
        overheadNanoseconds: Int(cycle.times.overhead)
      )
    }
  }

  var tokenRecords: [TokenRecord] {
    zip(tokens, zip(cycleOfToken, availableAt)).map { token, place in
      TokenRecord(tokenID: Int(token), cycle: place.0, availableNanoseconds: Int(place.1))
    }
  }
}

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
