import SpecMetrics
import SpecStatistics
import SpecStore

/// What the servers of a run did with several requests in flight, by decoder and concurrency.
struct ServedLoads: Sendable {
  /// In rising order.
  let concurrencies: [Int]
  private let levels: [Key: ServedLoad]

  private struct Key: Hashable {
    let decoder: Int64
    let concurrency: Int
  }

  /// - Parameters:
  ///   - loads: the loads of a run; nil is returned without any.
  ///   - baseline: the id of the decoder that the others are compared with.
  init?(_ loads: [StoredLoad], baseline: Int64?) {
    guard !loads.isEmpty else { return nil }
    concurrencies = Set(loads.map(\.load.concurrency)).sorted()
    let groups = Dictionary(grouping: loads) { Key(decoder: $0.load.decoderID, concurrency: $0.load.concurrency) }
    levels = Dictionary(
      uniqueKeysWithValues: groups.map { key, own in
        let vanilla = baseline.flatMap { groups[Key(decoder: $0, concurrency: key.concurrency)] } ?? []
        return (key, ServedLoad(own, vanilla: vanilla, isVanilla: key.decoder == baseline))
      }
    )
  }

  /// A decoder at a concurrency; nil where it was not measured.
  subscript(decoder: Int64, concurrency: Int) -> ServedLoad? {
    levels[Key(decoder: decoder, concurrency: concurrency)]
  }

  /// All levels of all decoders.
  var all: some Collection<ServedLoad> { levels.values }
}

/// A server with some requests in flight, over all repeats.
struct ServedLoad: Sendable {
  /// Requests that were answered.
  let answers: Int
  /// Requests that failed.
  let failures: Int
  /// Tokens of all answers.
  let tokens: Int
  /// Tokens per second: those of all answers over the time until the last had come.
  let tokensPerSecond: Double?
  /// How many requests were in flight, as a mean over the time.
  let inFlight: Double?
  /// The processor time of this program, as a share of one processor.
  let clientShare: Double?
  /// Times to the first token.
  let timeToFirstToken: Latency?
  /// Times between tokens.
  let interTokenLatency: Latency?
  /// Accept lengths over passes; nil where they are not known.
  let meanAcceptedTokens: Double?
  /// Accepted over drafted tokens; nil where they are not known or nothing was drafted.
  let acceptanceRate: Double?
  /// The throughput over that of vanilla with as many requests in flight; nil for vanilla itself.
  let ratio: Double?
  /// The least and the greatest ratio of single repeats; nil with fewer than two.
  let ratios: ClosedRange<Double>?
  /// Outputs that were compared with those that vanilla gave alone.
  let compared: Int
  /// Of those the ones that differ.
  let differing: Int
  /// Of those the ones that differ where vanilla was sure, or where nothing tells.
  let differingClearly: Int

  init(_ loads: [StoredLoad], vanilla: [StoredLoad], isVanilla: Bool) {
    let requests = loads.flatMap(\.requests)
    let answered = requests.filter { $0.failure == nil }
    answers = answered.count
    failures = requests.count - answered.count
    tokens = answered.reduce(0) { $0 + $1.outputTokens }
    tokensPerSecond = Self.rate(loads)
    let wall = Double(loads.reduce(0) { $0 + $1.load.wallNanoseconds })
    let busy = answered.reduce(0.0) { $0 + Double($1.prefillNanoseconds) + Double($1.decodeNanoseconds) }
    inFlight = wall > 0 ? busy / wall : nil
    clientShare = wall > 0 ? Double(loads.reduce(0) { $0 + $1.load.clientNanoseconds }) / wall : nil
    timeToFirstToken = Latency(
      .timeToFirstToken,
      sorted: answered.map { Double($0.prefillNanoseconds) }.sorted()
    )
    interTokenLatency = Latency(.interTokenLatency, sorted: answered.flatMap(\.timesBetweenTokens).sorted())
    let lengths = answered.compactMap(\.acceptLengths)
    let passes = lengths.reduce(0) { $0 + $1.count }
    let isKnown = lengths.count == answered.count && passes > 0
    meanAcceptedTokens = isKnown ? Double(lengths.joined().reduce(0, &+)) / Double(passes) : nil
    acceptanceRate = Self.acceptance(loads, answered)
    let before = Self.rate(vanilla)
    ratio = isVanilla ? nil : tokensPerSecond.flatMap { own in before.flatMap { $0 > 0 ? own / $0 : nil } }
    ratios = isVanilla ? nil : Self.ratios(loads, vanilla)
    compared = answered.count { $0.lossless != nil }
    differing = answered.count { $0.lossless == false }
    differingClearly = answered.count(where: \.differsClearly)
  }

  private static func rate(_ loads: [StoredLoad]) -> Double? {
    let wall = Double(loads.reduce(0) { $0 + $1.load.wallNanoseconds }) / 1e9
    let tokens = loads.flatMap(\.requests).filter { $0.failure == nil }.reduce(0) { $0 + $1.outputTokens }
    return wall > 0 ? Double(tokens) / wall : nil
  }

  /// What answers tell goes before the server's counters: these are right only where nobody else asks the server meanwhile.
  private static func acceptance(_ loads: [StoredLoad], _ answered: [LoadRequestRecord]) -> Double? {
    func sum(_ numbers: [Int?]) -> Double? {
      let known = numbers.compactMap(\.self)
      return known.isEmpty || known.count < numbers.count ? nil : Double(known.reduce(0, +))
    }
    let drafted = sum(answered.map(\.drafted)) ?? sum(loads.map(\.load.drafted))
    let accepted = sum(answered.map(\.accepted)) ?? sum(loads.map(\.load.accepted))
    return drafted.flatMap { drafted in accepted.flatMap { drafted > 0 ? $0 / drafted : nil } }
  }

  private static func ratios(_ loads: [StoredLoad], _ vanilla: [StoredLoad]) -> ClosedRange<Double>? {
    let ratios = loads.compactMap { load -> Double? in
      let other = vanilla.filter { $0.load.repeatIndex == load.load.repeatIndex }
      return rate([load]).flatMap { own in rate(other).flatMap { $0 > 0 ? own / $0 : nil } }
    }
    guard ratios.count > 1, let least = ratios.min(), let most = ratios.max() else { return nil }
    return least...most
  }
}

extension LoadRequestRecord {
  /// Nanoseconds between tokens as they arrived, one for each token after the first; none where a piece does not tell how many
  /// tokens it brought.
  fileprivate var timesBetweenTokens: [Double] {
    var times: [Double] = []
    var last: Int?
    for piece in pieces {
      guard piece.count == 2, let arrived = piece[0], let tokens = piece[1] else { return [] }
      guard tokens > 0 else { continue }
      if let last { times.append(Double(arrived &- last)) }
      // All tokens of a piece are there at the same time; no more of them than the answer has.
      times += Array(repeating: 0, count: min(tokens, max(outputTokens, 1)) - 1)
      last = arrived
    }
    return times
  }
}
