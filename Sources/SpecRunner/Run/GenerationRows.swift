import Foundation
import SpecDecoding
import SpecFiles
import SpecStore

extension RunGeneration {
  /// The generation's row.
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
      prefillNanoseconds: prefillNanoseconds,
      decodeNanoseconds: decodeNanoseconds,
      outputTokens: outputTokens,
      outputIDs: tokens.map(Int.init),
      text: text,
      stopReason: stopReason,
      preemptedSteps: preemptedSteps,
      prefillTokens: prefillTokens,
      prefillCycles: prefillCycles
    )
  }
}

/// A generation as the database's rows.
extension Generation {
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
        overheadNanoseconds: Int(cycle.times.overhead),
        passPositions: cycle.passPositions,
        outsideVocabulary: cycle.outsideVocabulary
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
  ///   - generation: a generation.
  ///   - decoder: the decoder's place in the run.
  mutating func add(_ generation: RunGeneration, of decoder: Int) {
    counts[decoder, default: Count()].lacking += generation.cyclesWithoutRoom
    counts[decoder, default: Count()].all += generation.cycles.count
  }

  /// One sentence for each decoder that lacked room.
  func warnings(_ decoders: [any MeasuredDecoder]) -> [String] {
    decoders.indices.compactMap { index in
      guard let count = counts[index], count.lacking > 0 else { return nil }
      let reason = decoders[index].warning.map { ": \($0)" } ?? ""
      return
        "\(decoders[index].name) had no room to draft in \(count.lacking) of \(quantity(count.all, "cycle"))\(reason)."
    }
  }
}
