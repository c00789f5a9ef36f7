import SpecFiles

extension RunSummary {
  /// The result in one or two plain sentences: the fastest decoder, and whether every output is vanilla's.
  public var verdict: String { MarkdownText.shown(MarkdownOpening(summary: self).verdict) }
}
