/// What a ratio of vanilla's times to a decoder's compares.
public enum SpeedBasis: String, Codable, Sendable {
  /// Times of equal outputs: their ratio is a speedup.
  case speedup
  /// Times per token, since outputs need not be equal: the ratio says nothing of how long an answer takes.
  case timePerToken = "time_per_token"

  /// What a single ratio is called in a sentence.
  public var noun: String { self == .speedup ? "speedup" : "ratio of times per token" }
}

/// How much faster a decoder is than the run's vanilla decoder, over pairs of the same prompt and pass.
public struct Speedup: Codable, Equatable, Sendable {
  /// The run's id.
  public let runID: Int64
  /// The decoder's id.
  public let decoderID: Int64
  /// The decoder's name.
  public let decoder: String
  /// The category, or `overall`.
  public let category: String
  /// Number of different prompts in the pairs.
  public let prompts: Int
  /// Number of pairs.
  public let pairs: Int
  /// Tokens that the decoder generated in the pairs.
  public let tokens: Int
  /// Vanilla's time to the first token, in nanoseconds, summed over the pairs.
  public let vanillaPrefillNanoseconds: Int
  /// Vanilla's decode time in nanoseconds, summed over the pairs.
  public let vanillaDecodeNanoseconds: Int
  /// The decoder's time to the first token, in nanoseconds, summed over the pairs.
  public let methodPrefillNanoseconds: Int
  /// The decoder's decode time in nanoseconds, summed over the pairs.
  public let methodDecodeNanoseconds: Int
  /// Whether the ratio is a speedup.
  public let basis: SpeedBasis
  /// Vanilla's decode time over the decoder's; nil without decode time, or where outputs need not be equal.
  public let speedup: Double?
  /// The same with prefill.
  public let endToEndSpeedup: Double?
  /// Vanilla's decode time per token over the decoder's, whatever the outputs; nil without decode time.
  public let timePerTokenRatio: Double?
  /// The same with prefill.
  public let endToEndTimePerTokenRatio: Double?
  /// Spec-Bench's definition: the ratio of mean tokens per second over questions, prefill included.
  public let specBenchSpeedup: Double?
  /// The decoder's tokens after the prefill's per second of decode time; nil without decode time.
  public let tokensPerSecond: Double?

  /// The ratio that ``basis`` names; nil without decode time.
  public var ratio: Double? { basis == .speedup ? speedup : timePerTokenRatio }
  /// The same with prefill.
  public var endToEndRatio: Double? { basis == .speedup ? endToEndSpeedup : endToEndTimePerTokenRatio }

  enum CodingKeys: String, CodingKey {
    case runID = "run_id"
    case decoderID = "decoder_id"
    case decoder, category, prompts, pairs, tokens
    case vanillaPrefillNanoseconds = "vanilla_prefill_ns"
    case vanillaDecodeNanoseconds = "vanilla_decode_ns"
    case methodPrefillNanoseconds = "method_prefill_ns"
    case methodDecodeNanoseconds = "method_decode_ns"
    case basis, speedup
    case endToEndSpeedup = "end_to_end_speedup"
    case timePerTokenRatio = "time_per_token_ratio"
    case endToEndTimePerTokenRatio = "end_to_end_time_per_token_ratio"
    case specBenchSpeedup = "spec_bench_speedup"
    case tokensPerSecond = "tokens_per_second"
  }
}

/// Where a decoder's decode time went.
public struct TimeSplit: Codable, Equatable, Sendable {
  /// The run's id.
  public let runID: Int64
  /// The decoder's id.
  public let decoderID: Int64
  /// The decoder's name.
  public let decoder: String
  /// The category, or `overall`.
  public let category: String
  /// Number of cycles that the decode time covers: a first one that ran the prompt is not among them.
  public let cycles: Int
  /// Tokens that these cycles contributed.
  public let acceptedTokens: Int
  /// Decode time in nanoseconds.
  public let decodeNanoseconds: Int
  /// Time of drafting, in nanoseconds.
  public let draftNanoseconds: Int
  /// Time of verifying, in nanoseconds.
  public let verifyNanoseconds: Int
  /// Time of everything else in the cycles, in nanoseconds.
  public let overheadNanoseconds: Int
  /// Decode time that no cycle accounts for, in nanoseconds.
  public let otherNanoseconds: Int
  /// Drafting's share of the decode time; nil without decode time, as the other shares.
  public let draftShare: Double?
  /// Verification's share of the decode time.
  public let verifyShare: Double?
  /// The overhead's share of the decode time.
  public let overheadShare: Double?
  /// The share of the decode time that no cycle accounts for.
  public let otherShare: Double?
  /// The share of the decode time that is neither drafting nor verification: the method's own overhead.
  public var outsideShare: Double? { overheadShare.flatMap { overhead in otherShare.map { overhead + $0 } } }

  enum CodingKeys: String, CodingKey {
    case runID = "run_id"
    case decoderID = "decoder_id"
    case decoder, category, cycles
    case acceptedTokens = "accepted_tokens"
    case decodeNanoseconds = "decode_ns"
    case draftNanoseconds = "draft_ns"
    case verifyNanoseconds = "verify_ns"
    case overheadNanoseconds = "overhead_ns"
    case otherNanoseconds = "other_ns"
    case draftShare = "draft_share"
    case verifyShare = "verify_share"
    case overheadShare = "overhead_share"
    case otherShare = "other_share"
  }
}

/// What is measured of a generation's pace.
public enum LatencyMetric: String, Codable, Sendable {
  /// Time to the first token.
  case timeToFirstToken = "ttft"
  /// Decode time per token after the prefill's, one sample for each generation.
  case timePerOutputToken = "tpot"
  /// Time between tokens as they become available, one sample for each token after the prefill's.
  case interTokenLatency = "itl"
}

/// The distribution of one metric, in milliseconds, with nearest-rank percentiles.
public struct Latency: Codable, Equatable, Sendable {
  /// The run's id.
  public let runID: Int64
  /// The decoder's id.
  public let decoderID: Int64
  /// The decoder's name.
  public let decoder: String
  /// The category, or `overall`.
  public let category: String
  /// What was measured.
  public let metric: LatencyMetric
  /// Number of samples.
  public let samples: Int
  /// The mean, in milliseconds.
  public let meanMilliseconds: Double
  /// The median, in milliseconds.
  public let p50Milliseconds: Double
  /// The 90th percentile, in milliseconds.
  public let p90Milliseconds: Double
  /// The 95th percentile, in milliseconds.
  public let p95Milliseconds: Double
  /// The 99th percentile, in milliseconds.
  public let p99Milliseconds: Double

  enum CodingKeys: String, CodingKey {
    case runID = "run_id"
    case decoderID = "decoder_id"
    case decoder, category, metric, samples
    case meanMilliseconds = "mean_ms"
    case p50Milliseconds = "p50_ms"
    case p90Milliseconds = "p90_ms"
    case p95Milliseconds = "p95_ms"
    case p99Milliseconds = "p99_ms"
  }
}

/// How many of a decoder's generations were compared with vanilla's.
public struct Losslessness: Codable, Equatable, Sendable {
  /// The run's id.
  public let runID: Int64
  /// The decoder's id.
  public let decoderID: Int64
  /// The decoder's name.
  public let decoder: String
  /// Number of recorded generations.
  public let generations: Int
  /// Number of generations that were compared.
  public let checked: Int
  /// Number of generations that differed.
  public let mismatches: Int

  enum CodingKeys: String, CodingKey {
    case runID = "run_id"
    case decoderID = "decoder_id"
    case decoder, generations, checked, mismatches
  }
}

/// A generation that differed from vanilla's.
public struct Mismatch: Codable, Equatable, Sendable {
  /// The id of the generation's row.
  public let generationID: Int64
  /// The number that stands for the question's id in the suite.
  public let questionID: Int
  /// The question's id as JSON; nil where it is ``questionID``.
  public let writtenID: String?
  /// The turn of the conversation, from 0.
  public let turn: Int
  /// The category.
  public let category: String
  /// The measured pass, from 0.
  public let pass: Int
  /// The decoder's name.
  public let decoder: String
  /// The first position that differs.
  public let position: Int?
  /// Vanilla's token there; nil when vanilla's output ends before.
  public let expectedToken: Int?
  /// The decoder's token there; nil when its output ends before.
  public let foundToken: Int?
  /// The target's largest logit there minus its second largest; nil where that is not known, as for imported answers.
  public let topTwoMargin: Double?

  /// Whether the target's two best tokens were equally good there; nil where that is not known.
  public var isTie: Bool? { topTwoMargin.map { $0 == 0 } }

  enum CodingKeys: String, CodingKey {
    case generationID = "generation_id"
    case questionID = "question_id"
    case writtenID = "written_id"
    case turn, category, pass, decoder, position
    case expectedToken = "expected_token"
    case foundToken = "found_token"
    case topTwoMargin = "mismatch_margin"
  }
}

/// How many prompts of a category were not run for one reason.
public struct Skip: Codable, Equatable, Sendable {
  /// The run's id.
  public let runID: Int64
  /// The category, or `overall`.
  public let category: String
  /// Why the prompts were not run.
  public let reason: String
  /// Number of prompts.
  public let prompts: Int

  enum CodingKeys: String, CodingKey {
    case runID = "run_id"
    case category, reason, prompts
  }
}
