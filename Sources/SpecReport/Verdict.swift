extension RunSummary {
  /// The result in one or two plain sentences: the fastest decoder, and whether every output is vanilla's.
  public var verdict: String {
    MarkdownOpening(summary: self).verdict.replacing("**", with: "")
  }
}
