import Foundation
import SpecDecoding
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
