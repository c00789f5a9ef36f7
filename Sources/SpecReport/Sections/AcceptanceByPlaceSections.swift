import SpecDocument
import SpecMetrics
import SpecStore

// How acceptance changes along the texts.
extension RunSections {
  /// Acceptance by place in the output, and by depth of the context.
  var acceptanceByPlace: [Block] {
    section(
      "Acceptance by place in the output",
      .output,
      "by the number of tokens of the output before the cycle",
      plot: .acceptanceByOutput
    )
      + section(
        "Acceptance by depth of context",
        .context,
        """
        by the number of tokens of prompt and output before the cycle. Deep contexts are those of long prompts and late in long
        outputs, so that depth is not the only thing in which the columns differ
        """,
        plot: .acceptanceByContext
      )
  }

  private func section(_ title: RichText, _ place: TextPlace, _ order: RichText, plot: RunPlot) -> [Block] {
    let stretches = summary.metrics.stretches[place]
    // A single stretch has what the tables of whole outputs have.
    guard stretches.count > 1, !summary.draftingDecoders.isEmpty else { return [] }
    var table = Table(labels: ["Decoder"], numbers: stretches.map { "\($0.lowerBound)–\($0.upperBound)" })
    for decoder in summary.draftingDecoders {
      let found = summary.places(of: decoder, place)
      table.append(
        [name(decoder)]
          + stretches.map { stretch in
            found.first { $0.fromTokens == stretch.lowerBound }.map(Self.cell) ?? NumberFormat.missing
          }
      )
    }
    return section(
      title,
      table,
      """
      Mean accepted tokens of a cycle and, in brackets, the acceptance rate, \(order). The columns hold about as many of the
      run's cycles each.
      """,
      plots: [plot]
    )
  }

  private static func cell(_ place: AcceptanceAtPlace) -> String {
    let mean = NumberFormat.mean(place.meanAcceptedTokens)
    return place.acceptanceRate.map { "\(mean) (\(NumberFormat.fixed($0 * 100, decimals: 0)) %)" } ?? mean
  }
}

extension RunSummary {
  /// The decoders that drafted anything, as far as their drafts are known.
  var draftingDecoders: [Stored<DecoderRecord>] {
    decoders.filter { metrics[$0.id, .overall].acceptance?.acceptanceRate != nil }
  }

  /// A decoder's acceptance in all categories along the texts.
  func places(of decoder: Stored<DecoderRecord>, _ place: TextPlace) -> [AcceptanceAtPlace] {
    metrics[decoder.id, .overall].places.filter { $0.place == place }
  }
}
