/// How many cycles of a decoder drafted and accepted alike, and what they took.
public struct CycleCount: Equatable, Sendable {
  /// The decoder's id.
  public let decoderID: Int64
  /// Tokens on the drafted path.
  public let drafted: Int
  /// Accepted draft tokens.
  public let accepted: Int
  /// Tokens that each cycle contributed.
  public let acceptLength: Int
  /// Draft tokens verified, those beside the drafted path too.
  public let nodes: Int
  /// Whether the decode time covers these cycles: not where a first one ran the prompt.
  public let isTimed: Bool
  /// Number of such cycles.
  public let cycles: Int
  /// Time of drafting in all of them, in nanoseconds.
  public let draftNanoseconds: Int
  /// Time of verifying in all of them, in nanoseconds.
  public let verifyNanoseconds: Int

  /// Whether the drafts were chains: nothing verified beside the drafted path.
  public var isChain: Bool { nodes == drafted }
}

/// The pace of a decoder at one place of its outputs.
public struct TokenPace: Equatable, Sendable {
  /// The decoder's id.
  public let decoderID: Int64
  /// The first position of the stretch.
  public let position: Int
  /// Number of generations that reach to its end.
  public let generations: Int
  /// The mean time per token in it, in milliseconds.
  public let milliseconds: Double
}
