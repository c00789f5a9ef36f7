import SpecDocument
import SpecMetrics
import SpecStore

// What a draft vocabulary costs, and what it gains.
extension RunSections {
  /// The tokens that drafters could not propose, by category, beside the time that a drafted token takes.
  var draftVocabulary: [Block] {
    let drafting = summary.decoders.filter { summary.metrics[$0.id, .overall].acceptance?.outsideVocabulary != nil }
    guard !drafting.isEmpty else { return [] }
    var table = Table(
      labels: ["Decoder"],
      numbers: taskTitles + [ReportCategory.overall.title, "Tokens outside", "Drafting (ms per token)"]
    )
    // Beside them stand the same methods with all tokens, which tell what a drafted token takes then.
    let methods = Set(drafting.map(\.method))
    for decoder in summary.decoders where methods.contains(decoder.method) {
      let shares = (summary.columns + [.overall]).map {
        NumberFormat.percent(summary.metrics[decoder.id, $0].acceptance?.outsideVocabularyShare)
      }
      let overall = summary.metrics[decoder.id, .overall]
      let outside = overall.acceptance?.outsideVocabulary.map(String.init) ?? NumberFormat.missing
      table.append([name(decoder)] + shares + [outside, NumberFormat.mean(overall.draftMilliseconds)])
    }
    return section(
      "Draft vocabulary",
      table,
      """
      What choosing from some tokens alone costs and gains. The cost: of all tokens that the target chose in the cycles, the
      share that the drafter does not know. It cannot propose them, and each of them ends a draft. The gain: the time of
      drafting for each token of the drafted path. "–" where a decoder drafts from all tokens.
      """
    )
  }
}
