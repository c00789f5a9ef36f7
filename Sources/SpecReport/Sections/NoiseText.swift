import Foundation
import SpecDocument
import SpecFiles
import SpecMetrics
import SpecStatistics
import SpecStore

/// What vanilla measured against itself says about the trust that a run's times deserve.
struct NoiseText {
  let summary: RunSummary

  /// One sentence on all prompts together, and one on the categories if any of them differs; nil without a noise floor.
  var text: RichText? {
    guard let floor = summary.outline.noiseFloor, let estimate = summary.metrics[floor.id, .overall].estimate,
      let ratio = estimate.ratio
    else { return nil }
    let deviation = NumberFormat.percent(abs(ratio - 1))
    let warning: RichText =
      excludesOne(estimate)
      ? ", \(strong: "which its interval does not explain: these times are not to be trusted")" : ""
    return (["Vanilla measured against itself differs by \(deviation)\(warning)."] + categories(floor.id))
      .joined(separator: " ")
  }

  /// The categories whose intervals exclude 1, and how often chance alone makes as many: of six intervals of 95 % at least one
  /// does so in a quarter of all runs, which is no reason for a warning.
  private func categories(_ floor: Int64) -> [RichText] {
    let known = summary.tasks.compactMap { category in
      summary.metrics[floor, category].estimate.flatMap {
        $0.interval == nil ? nil : (category: category, estimate: $0)
      }
    }
    let differing = known.filter { excludesOne($0.estimate) }
    guard known.count > 1, !differing.isEmpty else { return [] }
    let names = differing.map { row -> RichText in
      "\(row.category.title) (\(NumberFormat.ratio(row.estimate.ratio)))"
    }
    let chance = Self.chance(of: differing.count, among: known.count)
    let warning: RichText =
      chance < 0.05 ? ": \(strong: "the times of these categories are not to be trusted")" : ""
    return [
      """
      By category its interval excludes 1 in \(names.joined(separator: ", ")); chance alone makes at least \
      \(differing.count) of \(known.count) do so in \(NumberFormat.percent(chance)) of runs\(warning).
      """
    ]
  }

  private func excludesOne(_ estimate: SpeedEstimate) -> Bool {
    estimate.interval.map { !$0.contains(1) } ?? false
  }

  /// How likely at least so many of some independent intervals miss a truth of 1.
  private static func chance(of least: Int, among count: Int) -> Double {
    let miss = 1 - ConfidenceInterval.confidence
    return (least...count).reduce(0) { sum, misses in
      let ways = (0..<misses).reduce(1.0) { $0 * Double(count - $1) / Double($1 + 1) }
      return sum + ways * pow(miss, Double(misses)) * pow(1 - miss, Double(count - misses))
    }
  }
}
