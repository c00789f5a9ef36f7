import SpecDocument
import SpecMetrics
import SpecStore

// How much of the drafts was accepted.
extension RunSections {
  /// More columns than this are no longer readable.
  private static let shownPositions = 12

  /// How much of what was drafted was accepted, by category and overall.
  var acceptance: [Block] {
    guard summary.run.origin == .measured else { return [] }
    var table = Table(
      labels: ["Decoder"],
      numbers: taskTitles + [ReportCategory.overall.title, "Nodes per token"]
    )
    for decoder in summary.decoders {
      let rates = (summary.columns + [.overall]).map {
        NumberFormat.percent(summary.metrics[decoder.id, $0].acceptance?.acceptanceRate)
      }
      let nodes = summary.metrics[decoder.id, .overall].acceptance?.nodesPerEmittedToken
      table.append([name(decoder)] + rates + [NumberFormat.mean(nodes)])
    }
    return section(
      "Acceptance",
      table,
      """
      Accepted over drafted tokens of the drafted path; for a tree that is accepted depth over depth. Nodes per token
      are the drafted tokens that the target verified for every token that came out. "–" where nothing was drafted.
      """
    )
  }

  /// The acceptance of each place of a draft.
  var acceptanceByPosition: [Block] {
    var table = Table(labels: ["Decoder", "Share"], numbers: positionTitles)
    for decoder in summary.decoders {
      let positions = shownPositions(of: decoder)
      guard !positions.isEmpty else { continue }
      table.append([name(decoder), "marginal"] + positions.map { NumberFormat.percent($0?.marginal) })
      table.append([name(decoder), "conditional"] + positions.map { NumberFormat.percent($0?.conditional) })
    }
    guard !table.isEmpty else { return [] }
    return section(
      "Acceptance by position",
      table,
      """
      Marginal: of the cycles that drafted at all, the share in which the token at this place of the draft was
      accepted. Conditional: the same share of the cycles that drafted this place and accepted all places before it.
      "–" stands where no draft reached.\(hiddenPositions)
      """,
      plots: [.acceptance, .acceptLengths]
    )
  }

  /// How often several tokens in a row were accepted.
  var consecutiveAcceptance: [Block] {
    var table = Table(labels: ["Decoder"], numbers: positionTitles.map { "w = \($0)" })
    for decoder in summary.decoders {
      let positions = shownPositions(of: decoder)
      guard !positions.isEmpty else { continue }
      table.append([name(decoder)] + positions.map { NumberFormat.percent($0?.consecutiveTokenAcceptanceRate) })
    }
    guard !table.isEmpty else { return [] }
    return section(
      "Consecutive acceptance, CTAR(w)",
      table,
      """
      The share of all cycles in which at least w consecutive draft tokens were accepted, as in the Kangaroo paper.\
      \(hiddenPositions)
      """
    )
  }

  private var longestDraft: Int {
    summary.decoders.reduce(0) { max($0, summary.metrics[$1.id, .overall].positions.count) }
  }

  private var positionTitles: [String] {
    (0..<min(longestDraft, Self.shownPositions)).map { String($0 + 1) }
  }

  /// One entry for each column, nil after the decoder's longest draft; none for a decoder that does not draft.
  private func shownPositions(of decoder: Stored<DecoderRecord>) -> [AcceptanceAtPosition?] {
    let positions = summary.metrics[decoder.id, .overall].positions
    guard !positions.isEmpty else { return [] }
    return positionTitles.indices.map { positions.indices.contains($0) ? positions[$0] : nil }
  }

  private var hiddenPositions: RichText {
    longestDraft > Self.shownPositions
      ? "\nDrafts had up to \(longestDraft) places; those after \(Self.shownPositions) are in the JSON report." : ""
  }
}
