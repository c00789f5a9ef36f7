import SpecFiles
import SpecMetrics
import SpecStore

/// What a reader has to know first: the result in words, and whatever speaks against it.
struct MarkdownOpening {
  let summary: RunSummary

  var title: String {
    let run = summary.run
    return "# SpecBench report: \(MarkdownText.plain(run.modelName)) on \(MarkdownText.plain(run.suiteName))"
  }

  /// The result in one or two sentences.
  var verdict: String {
    guard summary.generations > 0 else {
      return "This run holds no generation, so there is nothing to report about its decoders."
    }
    let doubts = TimeDoubts(summary: summary).text
    let parts =
      summary.isFinished
      ? [doubts, speedSentence(isDoubtful: doubts != nil), certaintySentence, losslessSentence]
      : [preliminarySentence, doubts, summary.naming.note, losslessSentence]
    return parts.compactMap(\.self).joined(separator: " ")
  }

  /// What model was measured; nil where that is not known, as for imported answers.
  var subtitle: String? {
    guard summary.run.origin == .measured else { return nil }
    return "The model is \(MarkdownText.plain(summary.run.architecture)) with "
      + "\(NumberFormat.count(summary.run.parameters)) parameters in \(MarkdownText.plain(summary.run.weightType))."
  }

  /// Says how far the run is. A few questions would crown a decoder by chance.
  private var preliminarySentence: String? {
    summary.outline.unfinishedText.map { text in
      "The run is **\(text)**: all figures are preliminary, so that no decoder is called the fastest."
    }
  }

  /// Says so when the run was not brought to its end.
  var notice: String? {
    summary.outline.unfinishedText.map { text in
      "> **\(text)** The run is going on or was broken off; the figures are those of what it has recorded. Later turns "
        + "of a conversation are counted from when they are reached."
    }
  }

  /// Every output that differs from vanilla's.
  var mismatches: String? {
    guard !summary.mismatches.isEmpty else { return nil }
    var table = MarkdownTable(
      labels: ["Category", "Decoder"],
      figures: ["Question", "Turn", "Pass", "Position", "Expected token", "Found token", "Top-2 margin", "Tie"]
    )
    for mismatch in summary.mismatches {
      table.append([
        MarkdownText.plain(mismatch.category),
        MarkdownText.plain(mismatch.decoder),
        MarkdownText.plain(mismatch.questionText),
        String(mismatch.turn),
        String(mismatch.pass),
        mismatch.position.map(String.init) ?? NumberFormat.missing,
        token(mismatch.expectedToken),
        token(mismatch.foundToken),
        NumberFormat.fixed(mismatch.topTwoMargin, decimals: 6),
        mismatch.isTie.map { $0 ? "yes" : "no" } ?? NumberFormat.missing,
      ])
    }
    return """
      ## NOT LOSSLESS: \(summary.mismatches.count) of \(summary.checkedGenerations) outputs differ from vanilla's

      A lossless decoder gives exactly vanilla's tokens. Where outputs differ, the figures below
      compare times per token and are no speedups: in the category concerned, and overall.

      \(table.text)

      Position is the first place that differs; turns, passes and positions count from 0. "end" means that the output
      ends there. Top-2 margin: the target's largest logit at that place minus its second largest, with the noise of
      sampling if there is any; a tie has none. "–" where that is not known, as for imported answers.
      """
  }

  /// Imported answers hold texts and no tokens, so that a token that is not there need not be the end.
  private func token(_ id: Int?) -> String {
    id.map(String.init) ?? (summary.run.origin == .measured ? "end" : NumberFormat.missing)
  }

  private func speedSentence(isDoubtful: Bool) -> String {
    if let (decoder, speed) = summary.outline.fastest {
      return fastestSentence(decoder, speed, isDoubtful: isDoubtful)
    }
    guard let baseline = summary.outline.baseline else {
      return "The run has no vanilla decoder to compare with, so there are no speedups."
    }
    guard summary.decoders.contains(where: { !$0.isVanilla }) else {
      let rate = NumberFormat.rate(summary.metrics[baseline.id, .overall].speed?.tokensPerSecond)
      return "Only vanilla was measured: \(rate) tokens per second overall."
    }
    if isUntimed {
      return
        "No decode times: the outputs end with the tokens of the prefill, so there are no speedups. Allow more than "
        + "\(quantity(summary.run.maxNewTokens, "new token"))."
    }
    return "No decoder has yet been timed on the same prompt and pass as vanilla, so there are no speedups."
  }

  /// Whether decoders were measured beside vanilla, and there was nothing to time: as where one token is all that may come.
  private var isUntimed: Bool {
    let speeds = summary.contestants.compactMap { summary.metrics[$0.id, .overall].speed }
    return !speeds.isEmpty && speeds.allSatisfy { $0.decodeNanoseconds == 0 || $0.vanillaDecodeNanoseconds == 0 }
  }

  /// What is doubtful is not set in bold: that would be read first, and alone.
  private func fastestSentence(
    _ decoder: Stored<DecoderRecord>,
    _ fastest: SpeedMetrics,
    isDoubtful: Bool
  ) -> String {
    let bold = isDoubtful ? "" : "**"
    let name = bold + MarkdownText.plain(summary.labels[decoder]) + bold
    let ratio = bold + NumberFormat.ratio(fastest.ratio) + bold
    let sentence =
      fastest.ratio ?? 0 > 1
      ? "The fastest decoder is \(name) with an overall \(fastest.basis.noun) of \(ratio) over vanilla."
      : "No decoder is faster than vanilla; the nearest is \(name) with \(ratio)"
        + (fastest.basis == .speedup ? " overall." : " per token overall.")
    return [sentence, summary.naming.note].compactMap(\.self).joined(separator: " ")
  }

  /// How well the fastest decoder's speedup is known, and how much of it could be noise.
  private var certaintySentence: String? {
    guard let fastest = summary.fastest, let estimate = summary.metrics[fastest.id, .overall].estimate else {
      return nil
    }
    var intervals: [String] = []
    if let interval = estimate.ofThisSuite { intervals.append("\(NumberFormat.interval(interval)) on this suite") }
    if let interval = estimate.overQuestions { intervals.append("\(NumberFormat.interval(interval)) over questions") }
    let verdict =
      switch estimate.verdict {
      case .faster, .slower: "That is \(estimate.verdictText)"
      case .noDifferenceShown: "No difference is shown"
      case .notKnown: "Whether that is more than noise is not known"
      }
    let noun = intervals.count == 1 ? "interval" : "intervals"
    let known = intervals.isEmpty ? "." : ": 95 % \(noun) \(intervals.joined(separator: ", "))."
    return [verdict + known, NoiseText(summary: summary).text].compactMap(\.self).joined(separator: " ")
  }

  private var losslessSentence: String {
    let checked = summary.checkedGenerations
    let differing = summary.mismatches.count
    if summary.outline.comparesVanillaAlone { return vanillaAloneSentence(checked: checked, differing: differing) }
    if checked == 0 { return "No output has been compared with vanilla's." }
    if differing > 0 { return "**\(differing) of \(checked) compared outputs differ from vanilla's.**" }
    return checked == 1
      ? "The one compared output is identical to vanilla's."
      : "All \(checked) compared outputs are identical to vanilla's."
  }

  private func vanillaAloneSentence(checked: Int, differing: Int) -> String {
    let others = "outputs are not compared with vanilla's, because judging drafts by rejection gives other draws"
    if checked == 0 { return "The decoders' \(others)." }
    let vanilla =
      differing == 0
      ? "Vanilla repeated its own outputs in \(checked == 1 ? "the one comparison" : "all \(checked) comparisons")"
      : "**Vanilla did not repeat its own outputs in \(differing) of \(quantity(checked, "comparison"))**"
    return "\(vanilla); the other decoders' \(others)."
  }
}
