import SpecCore
import SpecFiles
import SpecMetrics
import SpecStatistics
import SpecStore

// How well the speedups are known, and what explains them.
extension MarkdownFigures {
  /// The intervals of every speedup.
  var certainty: String? {
    var table = MarkdownTable(
      columns: [
        ("Decoder", .left), ("Category", .left), (summary.naming.column, .right), ("Of this suite", .left),
        ("Over questions", .left), ("Outliers", .right), ("Verdict", .left),
      ]
    )
    var (unknown, withPasses) = (0, Set<ReportCategory>())
    for decoder in summary.contestants {
      for category in summary.columns + [.overall] {
        guard let estimate = summary.metrics[decoder.id, category].estimate, let ratio = estimate.ratio else {
          continue
        }
        if estimate.ofThisSuite != nil { withPasses.insert(category) }
        guard estimate.interval != nil else {
          unknown += 1
          continue
        }
        table.append([
          name(decoder), MarkdownText.plain(category.title), summary.naming.cell(ratio, estimate.basis),
          NumberFormat.interval(estimate.ofThisSuite), NumberFormat.interval(estimate.overQuestions),
          String(estimate.outliers), estimate.verdictText,
        ])
      }
    }
    let title = "How well the \(summary.naming.plural) are known"
    guard !table.isEmpty else {
      return unknown == 0 ? nil : "## \(title)\n\n\(Self.withoutInterval("None of the ratios has an interval"))"
    }
    let rest = unknown == 0 ? "" : "\n" + Self.withoutInterval("Left out are \(unknown) ratios without an interval")
    return section(
      title,
      table,
      """
      95 % intervals. Of this suite: the same questions measured again and again, from the differences between passes;
      it takes two passes. \(passEffect(in: withPasses))
      Over questions: other questions of the same kind, all turns of a question together; it takes
      \(PairedTimes.fewestQuestions) questions. The verdict is that of the first interval, or else of the second: "no difference shown"
      where it contains 1. Outliers are pairs more than 3.5 scaled median absolute deviations away from what the same
      prompt showed in other passes; they are counted in all figures.\(rest)
      """
    )
  }

  private static func withoutInterval(_ subject: String) -> String {
    "\(subject), so that it is not known whether they are more than noise: the interval of this suite takes two passes, "
      + "that over questions \(PairedTimes.fewestQuestions) questions."
  }

  /// What the intervals of some categories make of passes that differ as a whole.
  private func passEffect(in categories: Set<ReportCategory>) -> String {
    guard !categories.isEmpty else { return "" }
    let effects = categories.compactMap { summary.metrics.times.effects[Category(rawValue: $0.rawValue)] }
    let decoders = summary.contestants.count
    if effects.isEmpty {
      let passes = Set(summary.metrics.times.pairs.values.joined().map(\.pass)).count
      let reason =
        PassEffect.canTell(decoders: decoders, passes: passes)
        ? "Too few decoders were measured whole in every pass **to tell whether whole passes differ**"
        : "\(quantity(passes, "pass is", plural: "passes are")) **too few to tell whether whole passes differ**"
      return
        "\(reason), as when the clock changes between them: the intervals take it that they do not; three whole passes "
        + "can tell."
    }
    if effects.count == categories.count, effects.allSatisfy({ $0.decoders == decoders }) {
      return "How far passes differ is estimated from all decoders together."
    }
    return "How far passes differ is estimated from the decoders that were measured whole in every pass of a category; "
      + "where too few were, the intervals take it that passes do not differ."
  }

  /// What the cycles' costs predict, beside what was measured.
  var explanation: String? {
    guard let baseline = summary.outline.baseline else { return nil }
    let vanilla = summary.metrics[baseline.id, .overall]
    var table = MarkdownTable(
      labels: ["Decoder"],
      figures: [
        "Accepted", "Draft cost", "Verify cost", "Of T(m)", "Predicted", "Measured", "Remainder", "Best draft", "Then",
      ]
    )
    for decoder in summary.decoders where decoder.id != baseline.id {
      guard let explained = ExplainedSpeedup(summary.metrics[decoder.id, .overall], vanilla: vanilla) else { continue }
      let share = summary.metrics.shareOfPassCosts(summary.run.verificationCost, of: decoder.id)
      let best = draftLengths(of: decoder, vanilla)?.best
      table.append([
        name(decoder), NumberFormat.mean(explained.meanAccepted), NumberFormat.mean(explained.draftCost),
        NumberFormat.mean(explained.verifyCost), NumberFormat.percent(share),
        NumberFormat.ratio(explained.predicted),
        summary.naming.cell(explained.measured, explained.basis), NumberFormat.fixed(explained.remainder, decimals: 2),
        best.map { String($0.longest) } ?? NumberFormat.missing, NumberFormat.ratio(best?.speedup),
      ])
    }
    guard !table.isEmpty else { return nil }
    return section(
      summary.naming.common == .speedup ? "The speedup explained" : "The \(summary.naming.plural) explained",
      table,
      """
      Predicted = accepted tokens per cycle over what a cycle costs, in vanilla's time per token (a first cycle that ran
      the prompt has no times of its own and is left out): a drafter pays as far as
      the first exceeds the second. Of T(m): what verifying took over the model's T(m) of as many positions; where the
      first layers draft only those above verify, and Lookahead's passes compute its window as well. The remainder to the
      measured ratio is the rest of the cycles and tokens cut off at a stop. Best draft: the longest draft that the same
      cycles would have gone best with, cut there, by the model's T(m); "then" is the ratio that predicts. It is known
      for drafters of chains only.
      """
    )
  }

  private func draftLengths(of decoder: Stored<DecoderRecord>, _ vanilla: Metrics) -> DraftLengthModel? {
    guard let token = vanilla.cycleMilliseconds, let costs = summary.run.verificationCost,
      let cycles = summary.metrics.cycles[decoder.id]
    else { return nil }
    return DraftLengthModel(cycles, costs: costs, tokenNanoseconds: token * 1e6)
  }

  /// What the machine did during each pass.
  var conditions: String? {
    guard !summary.conditions.isEmpty else { return nil }
    var table = MarkdownTable(
      columns: [
        ("Pass", .right), ("Others", .right), ("Stolen", .right), ("Load", .right), ("Clock", .right),
        ("Swapped", .right), ("Taints", .left),
      ]
    )
    for condition in summary.conditions {
      let clock = condition.finalFrequencyMegahertz.map { "\(NumberFormat.fixed($0 / 1000, decimals: 2)) GHz" }
      table.append([
        condition.passText, NumberFormat.percent(condition.otherShare),
        NumberFormat.percent(condition.stealShare), NumberFormat.fixed(condition.loadAverage, decimals: 2),
        clock ?? NumberFormat.missing, condition.swappedPages.map(String.init) ?? NumberFormat.missing,
        condition.taints.isEmpty ? "none" : condition.taints.map(MarkdownText.plain).joined(separator: " "),
      ])
    }
    return section("Conditions of the passes", table, preemption)
  }

  private var preemption: String {
    let counts = summary.allDecoders.compactMap { decoder in
      summary.metrics.times.preemptedSteps(of: decoder.id).map { "\(name(decoder)) \($0)" }
    }
    let note = """
      Others and stolen: shares of the processors' time that other processes and, on a virtual machine, other machines
      took. Clock and load are those at the end of the pass.
      """
    guard !counts.isEmpty else { return note }
    return note
      + "\nSteps during which the decoding thread was kept from a processor: \(counts.joined(separator: ", "))."
  }
}

extension PassCondition {
  /// The pass, counted from one, with the attempt at it where the run was gone on with.
  var passText: String { attempt == 0 ? String(pass + 1) : "\(pass + 1), attempt \(attempt + 1)" }
}
