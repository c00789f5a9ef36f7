import SpecDocument
import SpecStore

// Whether the outputs are vanilla's.
extension RunSections {
  /// Every output that differs from vanilla's.
  var mismatches: [Block] {
    guard !summary.mismatches.isEmpty else { return [] }
    var table = Table(
      labels: ["Category", "Decoder"],
      numbers: ["Question", "Turn", "Repeat", "Position", "Expected token", "Found token", "Top-2 margin", "Tie"]
    )
    for mismatch in summary.mismatches {
      table.append([
        mismatch.category,
        mismatch.decoder,
        mismatch.questionText,
        String(mismatch.turn + 1),
        String(mismatch.repeatIndex + 1),
        mismatch.position.map { String($0 + 1) } ?? NumberFormat.missing,
        token(mismatch.expectedToken),
        token(mismatch.foundToken),
        NumberFormat.fixed(mismatch.topTwoMargin, decimals: 6),
        mismatch.isTie.map { $0 ? "yes" : "no" } ?? NumberFormat.missing,
      ])
    }
    let (count, all) = (summary.mismatches.count, summary.checkedGenerations)
    return [
      .heading(2, "NOT LOSSLESS: \(count) of \(all) outputs differ from vanilla's"),
      .paragraph(
        """
        A lossless decoder gives exactly vanilla's tokens. Where outputs differ, the numbers below
        compare times per token and are no speedups: in the category concerned, and overall.
        """
      ),
      .table(table),
      .paragraph(
        """
        Position is the first place that differs; turns, repeats and positions count from 1. "end" means that the output
        ends there. Top-2 margin: the target's largest logit at that place minus its second largest, with the noise of
        sampling if there is any; a tie has none. "–" where that is not known, as for imported answers.
        """
      ),
    ]
  }

  /// Imported answers hold texts and no tokens, so that a token that is not there need not be the end.
  private func token(_ id: Int?) -> String {
    id.map(String.init) ?? (summary.run.origin == .measured ? "end" : NumberFormat.missing)
  }

  /// How many outputs of each decoder are vanilla's.
  var losslessness: [Block] {
    let items = summary.allDecoders.map { decoder -> ListItem in
      let row = summary.outline.losslessness[decoder.id]
      let checked = row?.checked ?? 0
      let differing = row?.mismatches ?? 0
      var result: RichText = "\(checked - differing) of \(checked) identical to vanilla"
      if differing > 0 { result = "\(result), \(strong: "\(differing) DIFFERENT")" }
      if checked == 0 { result = decoder.id == summary.outline.baseline?.id ? "the reference" : "not compared" }
      return ListItem("\(name(decoder)): \(result)")
    }
    let unit = summary.run.origin == .measured ? "token id by token id" : "as a text"
    let note: RichText =
      summary.outline.comparesVanillaAlone
      ? "Vanilla's outputs alone are compared, \(unit): judging drafts by rejection gives the others other draws."
      : "Each output is compared with vanilla's for the same prompt, \(unit)."
    return [.heading(2, "Losslessness"), .list(items), .paragraph(note)]
  }
}
