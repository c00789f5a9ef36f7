import SpecDocument
import SpecFiles
import SpecMetrics
import SpecStore

/// What the first lines of reports share.
enum OpeningSection {
  /// What was measured, for a title; imported answers may leave names empty.
  static func subject(_ run: RunRecord) -> String {
    func name(_ text: String, _ kind: String) -> String {
      text.allSatisfy(\.isWhitespace) ? "an unnamed \(kind)" : text
    }
    return "\(name(run.modelName, "model")) on \(name(run.suiteName, "suite"))"
  }
}

// What a reader has to know first: the result in words, and whatever speaks against it.
extension RunSections {
  /// The title, the result and what speaks against it.
  var opening: [Block] {
    let title: RichText = "SpecBench report: \(OpeningSection.subject(summary.run.record))"
    return [.heading(1, title)] + [subtitle, verdict].compactMap(\.self).map(Block.paragraph) + servedNotice
      + shardNotice
      + notice + mismatches
  }

  /// The result in one or two sentences.
  var verdict: RichText {
    guard summary.generations > 0 else {
      return "This run holds no generation, so there is nothing to report about its decoders."
    }
    let doubts = TimeDoubts(summary: summary).text
    let note = summary.naming.note.map { RichText(raw: $0) }
    let parts =
      summary.isFinished
      ? [doubts, speedSentence(isDoubtful: doubts != nil), certaintySentence, losslessSentence]
      : [preliminarySentence, doubts, note, losslessSentence]
    return parts.compactMap(\.self).joined(separator: " ")
  }

  /// What model was measured; nil where that is not known, as for imported answers.
  private var subtitle: RichText? {
    guard summary.run.origin == .measured else { return nil }
    if let served = summary.served { return servedSubtitle(served) }
    let parameters = NumberFormat.count(summary.run.parameters)
    return "The model is \(summary.run.architecture) with \(parameters) parameters in \(summary.run.weightType)."
  }

  /// What engine was measured, and by which clock.
  private func servedSubtitle(_ served: ServedRun) -> RichText {
    let count = NumberFormat.count(summary.run.parameters)
    let parameters: RichText = summary.run.parameters > 0 ? " with \(count) parameters" : ""
    let weights: RichText = summary.run.weightType.isEmpty ? "" : " in \(summary.run.weightType)"
    return """
      The model is \(summary.run.modelName)\(parameters)\(weights), behind servers of \(served.engineText). All times are by the \
      client's clock.
      """
  }

  /// Says how far the run is. A few questions would crown a decoder by chance.
  private var preliminarySentence: RichText? {
    summary.outline.unfinishedText.map { text in
      "The run is \(strong: "\(text)"): all numbers are preliminary, so that no decoder is called the fastest."
    }
  }

  /// Says so when the run was not brought to its end.
  private var notice: [Block] {
    guard let text = summary.outline.unfinishedText else { return [] }
    let sentence: RichText = """
      \(strong: "\(text)") The run is going on or was broken off; the numbers are those of what it has recorded. Later \
      turns of a conversation are counted from when they are reached.
      """
    return [.note([.paragraph(sentence)])]
  }

  private func speedSentence(isDoubtful: Bool) -> RichText {
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
    if isUntimed, summary.run.origin != .measured {
      return "The imported files hold no times of single requests, so there are no speedups."
    }
    if isUntimed {
      return """
        No decode times: the outputs end with the tokens of the prefill, so there are no speedups. Allow more than \
        \(quantity(summary.run.maxNewTokens, "new token")).
        """
    }
    return "No decoder has yet been timed on the same prompt and repeat as vanilla, so there are no speedups."
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
  ) -> RichText {
    func marked(_ text: String) -> RichText { isDoubtful ? "\(text)" : "\(strong: "\(text)")" }
    let name = marked(name(decoder))
    let ratio = marked(NumberFormat.ratio(fastest.ratio))
    let sentence: RichText =
      fastest.ratio ?? 0 > 1
      ? "The fastest decoder is \(name) with an overall \(fastest.basis.noun) of \(ratio) over vanilla."
      : "No decoder is faster than vanilla; the nearest is \(name) with \(ratio) \(perToken(fastest))overall."
    return [sentence, summary.naming.note.map { RichText(raw: $0) }].compactMap(\.self).joined(separator: " ")
  }

  private func perToken(_ row: SpeedMetrics) -> RichText { row.basis == .speedup ? "" : "per token " }

  /// How well the fastest decoder's speedup is known, and how much of it could be noise.
  private var certaintySentence: RichText? {
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
    return ["\(verdict)\(known)", NoiseText(summary: summary).text].compactMap(\.self).joined(separator: " ")
  }

  private var losslessSentence: RichText {
    let checked = summary.checkedGenerations
    let differing = summary.mismatches.count
    if summary.outline.comparesVanillaAlone { return vanillaAloneSentence(checked: checked, differing: differing) }
    if checked == 0 { return "No output has been compared with vanilla's." }
    if differing > 0, summary.served != nil {
      let ties = summary.mismatches.count(where: \.isNearTie)
      let share = ties == differing ? "all" : "\(ties)"
      let text: RichText = """
        \(differing) of \(checked) compared outputs differ from vanilla's, \(share) of them where two tokens were all but \
        equally likely.
        """
      return "\(strong: text)"
    }
    if differing > 0 { return "\(strong: "\(differing) of \(checked) compared outputs differ from vanilla's.")" }
    return checked == 1
      ? "The one compared output is identical to vanilla's."
      : "All \(checked) compared outputs are identical to vanilla's."
  }

  private func vanillaAloneSentence(checked: Int, differing: Int) -> RichText {
    let others = "outputs are not compared with vanilla's, because judging drafts by rejection gives other draws"
    if checked == 0 { return "The decoders' \(others)." }
    let comparisons = checked == 1 ? "the one comparison" : "all \(checked) comparisons"
    let vanilla: RichText =
      differing == 0
      ? "Vanilla repeated its own outputs in \(comparisons)"
      : "\(strong: "Vanilla did not repeat its own outputs in \(differing) of \(quantity(checked, "comparison"))")"
    return "\(vanilla); the other decoders' \(others)."
  }
}

extension RunSummary {
  /// The result in one or two plain sentences: the fastest decoder, and whether every output is vanilla's.
  package var verdict: String { RunSections(summary: self).verdict.plain }
}

/// What speaks against a run's times: a reader must meet it before the first ratio.
struct TimeDoubts {
  /// Vanilla against itself may differ by so much, up or down, before its times are called doubtful.
  private static let tolerance = 0.05
  let summary: RunSummary

  /// One bold sentence for each doubt; nil without any.
  var text: RichText? {
    let warnings = (summary.environmentWarnings + summary.conditions.flatMap(\.warnings)).map(Self.sentence)
    let more = warnings.count - 1
    let rest: RichText = "\(quantity(more, "more warning stands", plural: "more warnings stand")) below."
    let all = [noise].compactMap(\.self) + warnings.prefix(1) + (more > 0 ? [rest] : [])
    // What is known of imported answers speaks against the files, not against a machine.
    let subject = summary.run.origin == .measured ? "These times are doubtful." : "The files leave doubts."
    return all.isEmpty ? nil : "\(strong: "\(subject) \(all.joined(separator: " "))")"
  }

  private var noise: RichText? {
    guard let floor = summary.outline.noiseFloor, let ratio = summary.metrics[floor.id, .overall].estimate?.ratio,
      max(ratio, 1 / ratio) > 1 + Self.tolerance
    else { return nil }
    return "Vanilla measured against itself reads \(NumberFormat.ratio(ratio)) instead of 1.00x."
  }

  private static func sentence(_ warning: String) -> RichText {
    warning.hasSuffix(".") ? "\(warning)" : "\(warning)."
  }
}
