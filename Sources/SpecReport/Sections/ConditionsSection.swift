import SpecDocument
import SpecMetrics
import SpecStore

// What the machine did.
extension RunSections {
  /// What the machine did during each repeat.
  var conditions: [Block] {
    guard !summary.conditions.isEmpty else { return [] }
    var table = Table(
      columns: [
        ("Repeat", .right), ("Others", .right), ("Stolen", .right), ("Load", .right), ("Clock", .right),
        ("Swapped", .right), ("Warnings", .left),
      ]
    )
    for condition in summary.conditions {
      let clock = condition.finalFrequencyMegahertz.map { "\(NumberFormat.fixed($0 / 1000, decimals: 2)) GHz" }
      table.append([
        condition.repeatText, NumberFormat.percent(condition.otherShare),
        NumberFormat.percent(condition.stealShare), NumberFormat.fixed(condition.loadAverage, decimals: 2),
        clock ?? NumberFormat.missing, condition.swappedPages.map(String.init) ?? NumberFormat.missing,
        condition.warnings.isEmpty ? "none" : condition.warnings.joined(separator: " "),
      ])
    }
    return section("Conditions of the repeats", table, preemption)
  }

  private var preemption: RichText {
    let counts = summary.allDecoders.compactMap { decoder -> RichText? in
      summary.metrics.times.preemptedSteps(of: decoder.id).map { "\(name(decoder)) \($0)" }
    }
    let note: RichText = """
      Others and stolen: shares of the processors' time that other processes and, on a virtual machine, other machines
      took. Clock and load are those at the end of the repeat.
      """
    guard !counts.isEmpty else { return note }
    return """
      \(note)
      Steps during which the decoding thread was kept from a processor: \(counts.joined(separator: ", ")).
      """
  }
}

extension RepeatCondition {
  /// The repeat, counted from one, with the shard of a joined run, and with the attempt where the run was gone on with.
  var repeatText: String {
    let parts = [
      String(repeatIndex + 1), shard == 0 ? nil : "shard \(shard)", attempt == 0 ? nil : "attempt \(attempt + 1)",
    ]
    return parts.compactMap(\.self).joined(separator: ", ")
  }
}
