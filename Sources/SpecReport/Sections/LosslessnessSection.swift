import SpecDocument
import SpecStore

// Whether the outputs are vanilla's.
extension RunSections {
  /// Every output that differs from vanilla's.
  var mismatches: [Block] {
    guard !summary.mismatches.isEmpty else { return [] }
    var table = Table(
      labels: ["Category", "Decoder"],
      numbers: ["Question", "Turn", "Repeat", "Position", "Expected token", "Found token", "Top-2 margin", tieTitle]
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
        tieText(mismatch),
      ])
    }
    let (count, all) = (summary.mismatches.count, summary.checkedGenerations)
    if summary.served != nil { return servedMismatches(table, count: count, of: all) }
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

  private var tieTitle: String { summary.served == nil ? "Tie" : "Near-tie" }

  private func tieText(_ mismatch: Mismatch) -> String {
    let isTie = summary.served == nil ? mismatch.isTie : mismatch.topTwoMargin.map { _ in mismatch.isNearTie }
    return isTie.map { $0 ? "yes" : "no" } ?? NumberFormat.missing
  }

  /// Another engine's sums may depend on how many positions it computes at once, so that a difference need not be a fault.
  private func servedMismatches(_ table: Table, count: Int, of all: Int) -> [Block] {
    let errors = summary.mismatches.count { $0.topTwoMargin != nil && !$0.isNearTie }
    let unknown = summary.mismatches.count { $0.topTwoMargin == nil }
    let title: RichText =
      errors > 0
      ? "NOT LOSSLESS: \(errors) of \(all) outputs differ from vanilla's where it was sure"
      : "\(count) of \(all) outputs differ from vanilla's"
    let againstItself = summary.mismatches.count { mismatch in
      summary.allDecoders.contains { $0.isVanilla && $0.name == mismatch.decoder }
    }
    let own: RichText =
      againstItself == 0
      ? "Vanilla, asked again, always gave its own output."
      : """
      \(strong: "Vanilla did not reproduce its own output in \(againstItself) of them") : what differs says little about speculation.
      """
    let missing: RichText = unknown == 0 ? "" : " For \(unknown) nothing tells the margin."
    return [
      .heading(2, title),
      .paragraph(
        """
        \(own) Where outputs differ, the numbers below compare times per token and are no speedups: in the category
        concerned, and overall. After the first difference the two texts are different continuations, so that acceptance is
        counted up to there.
        """
      ),
      .table(table),
      .paragraph(
        """
        Position is the first place that differs; turns, repeats and positions count from 1, and positions count characters
        where a server gives no token ids. Top-2 margin: by how much the logarithm of the probability of vanilla's token
        exceeds that of the found one, when vanilla's server was asked again for both. Up to
        \(NumberFormat.fixed(Mismatch.nearTie, decimals: 2)), two steps of bfloat16 logits between 16 and 32, it is called a
        near-tie: an engine's sums may depend on how many positions it computes at once, and either token is then as good as
        the other. More than that is a fault of the speculation.\(missing)
        """
      ),
    ]
  }

  /// Imported answers hold texts and no tokens, so that a token that is not there need not be the end.
  private func token(_ id: Int?) -> String {
    let hasIDs = summary.run.origin == .measured && summary.served?.servers.contains { !$0.takesIDs } != true
    return id.map(String.init) ?? (hasIDs ? "end" : NumberFormat.missing)
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
    let comparesIDs = summary.served?.servers.allSatisfy(\.takesIDs) ?? (summary.run.origin == .measured)
    let unit = comparesIDs ? "token id by token id" : "as a text"
    let note: RichText =
      summary.outline.comparesVanillaAlone
      ? "Vanilla's outputs alone are compared, \(unit): judging drafts by rejection gives the others other draws."
      : "Each output is compared with vanilla's for the same prompt, \(unit)."
    return [.heading(2, "Losslessness"), .list(items), .paragraph(note)]
  }
}
