import SpecDocument
import SpecStatistics
import SpecMetrics
import SpecStore

/// What a run's ratios of times are called: speedups where outputs are equal, ratios of times per token elsewhere.
struct SpeedNaming: Sendable {
  /// What all ratios compare; nil where some are speedups and others are not.
  let common: SpeedBasis?
  /// Why outputs need not be equal; nil where all are.
  private let reason: String?

  /// - Parameter outlines: one run, or the runs that stand in one table.
  init(_ outlines: RunOutline...) { self.init(outlines) }

  init(_ outlines: [RunOutline]) {
    let differing = outlines.filter { $0.contests.contains { $0.basis == .timePerToken } }
    let hasSpeedups = outlines.contains { $0.contests.contains { $0.basis == .speedup } }
    common = differing.isEmpty ? .speedup : hasSpeedups ? nil : .timePerToken
    reason = differing.first.map { outline in
      if outline.run.origin != .measured {
        return outline.checkedGenerations == 0
          ? "the imported files hold no outputs that could be compared with vanilla's"
          : "some of the imported answers differ from vanilla's"
      }
      return outline.comparesVanillaAlone
        ? "drafts judged by rejection give other outputs than vanilla's" : "some outputs differ from vanilla's"
    }
  }

  /// The title of a table of ratios.
  var title: String {
    switch common {
    case .speedup: "Speedup"
    case .timePerToken: "Time per token against vanilla"
    case nil: "Speedup or time per token"
    }
  }

  /// The title of a column or an axis of ratios.
  var column: String {
    switch common {
    case .speedup: "Speedup"
    case .timePerToken: "Per token"
    case nil: "Ratio"
    }
  }

  /// The ratios in a sentence: "the … of this run".
  var plural: String {
    switch common {
    case .speedup: "speedups"
    case .timePerToken: "times per token"
    case nil: "speedups and times per token"
    }
  }

  /// A ratio under one of the titles: one that is no speedup is marked where others are.
  func cell(_ speed: SpeedMetrics?, _ ratio: KeyPath<SpeedMetrics, Double?> = \.ratio) -> String {
    cell(speed?[keyPath: ratio], speed?.basis ?? .speedup)
  }

  func cell(_ ratio: Double?, _ basis: SpeedBasis) -> String {
    let text = NumberFormat.ratio(ratio)
    return ratio != nil && common == nil && basis == .timePerToken ? "\(text) per token" : text
  }

  /// Why there are ratios that are no speedups, and what they are; nil where there is none.
  var note: String? {
    reason.map { reason in
      let subject = common == nil ? "numbers marked \"per token\"" : "these numbers"
      return
        "Because \(reason), \(subject) compare times per token and are no speedups: both times of a pair are scaled "
        + "to the same number of tokens, since a shorter answer is not a faster one."
    }
  }
}

extension NumberFormat {
  /// An interval of a ratio: `1.68 to 1.79`, or `0.18 to over 100`.
  ///
  /// - Parameters:
  ///   - interval: the interval.
  ///   - separator: what stands between the bounds.
  /// - Returns: the text; ``missing`` without an interval.
  package static func interval(_ interval: ConfidenceInterval?, separator: String = " to ") -> String {
    guard let interval else { return missing }
    return bound(interval.lower) + separator + bound(interval.upper)
  }
}
