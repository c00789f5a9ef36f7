extension RunSummary {
  /// The result in one or two plain sentences: the fastest decoder, and whether every output is vanilla's.
  public var verdict: String {
    let scalars = MarkdownOpening(summary: self).verdict.unicodeScalars
    return String(scalars.replacing("**".unicodeScalars, with: "".unicodeScalars))
  }
}
