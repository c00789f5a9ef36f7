import SpecCore
import SpecRunner
import SpecStore

/// Whether the rows of a run agree with each other: what is stored twice, and what follows from something else.
struct RowAgreement {
  private let places: GenerationPlaces
  /// The decoders by what their outputs are compared with: nothing, or vanilla's first output.
  private let decoders: [Int64: Stored<DecoderRecord>]
  private let isLossless: Bool
  private let isComputedHere: Bool
  /// Vanilla's first output of each prompt.
  private var references: [Int64: [Int]] = [:]
  private(set) var problems: [String] = []
  private(set) var generations = 0
  private(set) var tokens = 0

  init(_ store: BenchmarkStore, run: Int64, _ places: GenerationPlaces) throws {
    let record = try store.run(run)
    self.places = places
    decoders = Dictionary(try store.decoders(of: run).map { ($0.id, $0) }) { first, _ in first }
    isLossless = record.temperature == 0 || record.verification == "coupled"
    isComputedHere = try record.origin == .measured && store.servers(of: run).isEmpty
    for prompt in try store.prompts(of: run) {
      guard let ids = prompt.tokenIDs else { continue }
      if ids.count != prompt.promptTokens
        || RunPrompt(ids.map { Int32(truncatingIfNeeded: $0) }).contentHash != prompt.idsHash
      {
        problems.append("\(places.prompt(prompt.id)): its token ids are not those that its hash names")
      }
    }
  }

  /// Looks at a generation; vanilla's come before the others of their prompt and repeat.
  mutating func add(_ generation: Stored<GenerationRecord>, _ cycles: [CycleRecord], _ rows: [TokenRecord]) {
    generations += 1
    tokens += generation.outputTokens
    // Servers and files tell less of what they did.
    guard isComputedHere else { return }
    let found = [
      counts(generation, cycles, rows), times(generation, cycles, rows), comparison(generation),
    ].compactMap(\.self)
    problems += found.map { "\(places.generation(generation.id)): \($0)" }
  }

  private func counts(_ generation: Stored<GenerationRecord>, _ cycles: [CycleRecord], _ rows: [TokenRecord]) -> String?
  {
    guard generation.outputIDs == rows.map(\.tokenID) else { return "its tokens are not the ids of its output" }
    guard generation.outputTokens == rows.count else { return "its number of tokens is not that of its rows" }
    let ofPrefill = generation.prefillCycles > 0 ? 0 : generation.prefillTokens
    guard cycles.reduce(ofPrefill, { $0 + $1.emitted }) == rows.count else {
      return "its cycles did not emit as many tokens as it has"
    }
    return nil
  }

  /// The first token's time is the prefill's, and the last one's the sum of both.
  private func times(_ generation: Stored<GenerationRecord>, _ cycles: [CycleRecord], _ rows: [TokenRecord]) -> String?
  {
    let available = rows.map(\.availableNanoseconds)
    guard available == available.sorted() else { return "its tokens do not come one after the other" }
    guard let first = available.first, let last = available.last else { return nil }
    guard first == generation.prefillNanoseconds, last - first == generation.decodeNanoseconds else {
      return "its times are not those of its tokens"
    }
    let ofCycles = cycles.reduce(0) { $0 + $1.draftNanoseconds + $1.verifyNanoseconds + $1.overheadNanoseconds }
    guard ofCycles <= generation.decodeNanoseconds else { return "its cycles took longer than its decoding" }
    return nil
  }

  private mutating func comparison(_ generation: Stored<GenerationRecord>) -> String? {
    guard let decoder = decoders[generation.decoderID] else { return "its decoder is missing" }
    let isBaseline = decoder.method == Baseline.method && !decoder.isNoiseFloor
    guard let reference = references[generation.promptID] else {
      if isBaseline { references[generation.promptID] = generation.outputIDs }
      return nil
    }
    guard isLossless || isBaseline || decoder.isNoiseFloor else { return nil }
    let difference = zip(reference, generation.outputIDs).prefix { $0 == $1 }.count
    let differs = reference != generation.outputIDs
    guard generation.lossless.map({ $0 == !differs }) ?? true else {
      return "its output \(differs ? "differs from" : "is") vanilla's, and the row says otherwise"
    }
    guard !differs || generation.lossless == nil || generation.mismatchPosition == difference else {
      return "its output first differs from vanilla's at another place than the row says"
    }
    return nil
  }
}
