/// How many tokens a decoder's cycles contribute on average.
public struct MeanAcceptedTokens: Codable, Equatable, Sendable {
  /// The run's id.
  public let runID: Int64
  /// The decoder's id.
  public let decoderID: Int64
  /// The decoder's name.
  public let decoder: String
  /// The category, or `overall`.
  public let category: String
  /// The sum of the accept lengths.
  public let acceptedTokens: Int
  /// Number of cycles.
  public let cycles: Int
  /// Accept length per cycle, exactly 1 for vanilla; nil without cycles.
  public let meanAcceptedTokens: Double?

  enum CodingKeys: String, CodingKey {
    case runID = "run_id"
    case decoderID = "decoder_id"
    case decoder, category
    case acceptedTokens = "accepted_tokens"
    case cycles
    case meanAcceptedTokens = "mean_accepted_tokens"
  }
}

/// How many of a decoder's drafted tokens were accepted.
public struct AcceptanceRate: Codable, Equatable, Sendable {
  /// The run's id.
  public let runID: Int64
  /// The decoder's id.
  public let decoderID: Int64
  /// The decoder's name.
  public let decoder: String
  /// The category, or `overall`.
  public let category: String
  /// Tokens on the drafted paths.
  public let drafted: Int
  /// Accepted draft tokens.
  public let accepted: Int
  /// Accepted over drafted tokens; nil when nothing was drafted.
  public let acceptanceRate: Double?
  /// Tokens verified besides the roots.
  public let nodes: Int
  /// Tokens that the cycles emitted.
  public let emitted: Int
  /// Verified tokens per emitted token; nil when nothing was emitted.
  public let nodesPerEmittedToken: Double?

  enum CodingKeys: String, CodingKey {
    case runID = "run_id"
    case decoderID = "decoder_id"
    case decoder, category, drafted, accepted
    case acceptanceRate = "acceptance_rate"
    case nodes, emitted
    case nodesPerEmittedToken = "nodes_per_emitted_token"
  }
}

/// What became of the drafted token at one place of the drafts.
public struct AcceptanceAtPosition: Codable, Equatable, Sendable {
  /// The run's id.
  public let runID: Int64
  /// The decoder's id.
  public let decoderID: Int64
  /// The decoder's name.
  public let decoder: String
  /// The category, or `overall`.
  public let category: String
  /// The place in the draft, from 1.
  public let position: Int
  /// Number of all cycles.
  public let cycles: Int
  /// Number of cycles that drafted at all.
  public let draftingCycles: Int
  /// Number of cycles that drafted at least `position` tokens.
  public let draftedCycles: Int
  /// Number of cycles that accepted at least `position` tokens.
  public let acceptedCycles: Int
  /// `acceptedCycles` over `draftingCycles`.
  public let marginal: Double
  /// `acceptedCycles` over the cycles that drafted this place and accepted all before it; nil when there is none.
  public let conditional: Double?
  /// `acceptedCycles` over `cycles`: the Kangaroo paper's CTAR(w) with w = `position`.
  public let consecutiveTokenAcceptanceRate: Double

  enum CodingKeys: String, CodingKey {
    case runID = "run_id"
    case decoderID = "decoder_id"
    case decoder, category, position, cycles
    case draftingCycles = "drafting_cycles"
    case draftedCycles = "drafted_cycles"
    case acceptedCycles = "accepted_cycles"
    case marginal, conditional
    case consecutiveTokenAcceptanceRate = "ctar"
  }
}
