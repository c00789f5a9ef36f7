import SpecDocument
import SpecMetrics
import SpecStore

// What the machine did.
extension RunSections {
  /// What the machine did during each pass.
  var conditions: [Block] {
    guard !summary.conditions.isEmpty else { return [] }
    var table = Table(
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
        condition.taints.isEmpty ? "none" : condition.taints.joined(separator: " "),
      ])
    }
    return section("Conditions of the passes", table, preemption)
  }

  private var preemption: RichText {
    let counts = summary.allDecoders.compactMap { decoder -> RichText? in
      summary.metrics.times.preemptedSteps(of: decoder.id).map { "\(name(decoder)) \($0)" }
    }
    let note: RichText = """
      Others and stolen: shares of the processors' time that other processes and, on a virtual machine, other machines
      took. Clock and load are those at the end of the pass.
      """
    guard !counts.isEmpty else { return note }
    return """
      \(note)
      Steps during which the decoding thread was kept from a processor: \(counts.joined(separator: ", ")).
      """
  }
}

extension PassCondition {
  /// The pass, counted from one, with the attempt at it where the run was gone on with.
  var passText: String { attempt == 0 ? String(pass + 1) : "\(pass + 1), attempt \(attempt + 1)" }
}
