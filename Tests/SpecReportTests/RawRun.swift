import Foundation
import GRDB

/// The raw rows of a run, and its numbers worked out from them without any of the store's views.
struct RawRun {
  struct Generation {
    let id: Int64
    let decoder: String
    let method: String
    let category: String
    let prompt: Int64
    let question: Int
    let repeatIndex: Int
    let prefill: Double
    let decode: Double
    let tokens: Int
    let lossless: Bool?
    var cycles: [Row] = []
    /// When the tokens became available.
    var available: [Double] = []
  }

  let generations: [Generation]

  init(_ connection: DatabaseQueue, run: Int64) throws {
    generations = try connection.read { database in
      let sql = """
        SELECT g.*, d.name, d.method, p.category, p.question_id
        FROM generation g, decoder d, prompt p WHERE g.decoder_id = d.id AND g.prompt_id = p.id AND d.run_id = ?
        """
      return try Row.fetchAll(database, sql: sql, arguments: [run]).map { row in
        var generation = Generation(
          id: row["id"],
          decoder: row["name"],
          method: row["method"],
          category: row["category"],
          prompt: row["prompt_id"],
          question: row["question_id"],
          repeatIndex: row["repeat"],
          prefill: row["prefill_ns"],
          decode: row["decode_ns"],
          tokens: row["output_tokens"],
          lossless: row["lossless"]
        )
        let arguments: StatementArguments = [generation.id]
        generation.cycles = try Row.fetchAll(
          database,
          sql: "SELECT * FROM cycle WHERE generation_id = ?",
          arguments: arguments
        )
        generation.available = try Double.fetchAll(
          database,
          sql: "SELECT available_ns FROM token WHERE generation_id = ? ORDER BY position",
          arguments: arguments
        )
        return generation
      }
    }
  }

  func scope(_ decoder: String, _ category: String) -> RawScope {
    let own = generations.filter { $0.decoder == decoder && (category == "overall" || $0.category == category) }
    let pairs = own.compactMap { method in
      generations
        .first { $0.decoder == "vanilla" && $0.prompt == method.prompt && $0.repeatIndex == method.repeatIndex }
        .map { (method: method, vanilla: $0) }
    }
    return RawScope(generations: own, pairs: pairs)
  }
}

/// One decoder's rows in one category or overall.
struct RawScope {
  let generations: [RawRun.Generation]
  let pairs: [(method: RawRun.Generation, vanilla: RawRun.Generation)]

  /// Whether no output is known to differ from vanilla's.
  var outputsAreEqual: Bool { pairs.allSatisfy { $0.method.lossless != false } }

  var speedup: Double? {
    outputsAreEqual ? ratio(pairs.map(\.vanilla.decode).sum, pairs.map(\.method.decode).sum) : nil
  }

  var endToEnd: Double? {
    outputsAreEqual ? ratio(pairs.map { $0.vanilla.total }.sum, pairs.map { $0.method.total }.sum) : nil
  }

  /// Times per token, each weighted by the harmonic mean of both counts of tokens after the first.
  var timePerToken: Double? {
    let timed = pairs.filter { $0.method.tokens > 1 && $0.vanilla.tokens > 1 }
    let weighted = timed.map { pair in
      let (own, vanilla) = (Double(pair.method.tokens - 1), Double(pair.vanilla.tokens - 1))
      let tokens = 2 / (1 / own + 1 / vanilla)
      return (method: pair.method.decode / own * tokens, vanilla: pair.vanilla.decode / vanilla * tokens)
    }
    return ratio(weighted.map(\.vanilla).sum, weighted.map(\.method).sum)
  }

  var specBench: Double? {
    let questions = Dictionary(grouping: pairs) {
      "\($0.method.category) \($0.method.question) \($0.method.repeatIndex)"
    }
    let rates = questions.values.map { pairs in
      (
        method: Double(pairs.reduce(0) { $0 + $1.method.tokens }) / pairs.map(\.method.total).sum,
        vanilla: Double(pairs.reduce(0) { $0 + $1.vanilla.tokens }) / pairs.map(\.vanilla.total).sum
      )
    }
    return ratio(rates.map(\.method).sum, rates.map(\.vanilla).sum)
  }

  var tokensPerSecond: Double? {
    ratio(Double(pairs.reduce(0) { $0 + $1.method.tokens - 1 }), pairs.map(\.method.decode).sum / 1e9)
  }

  var prompts: Int { Set(pairs.map(\.method.prompt)).count }
  var tokens: Int { pairs.reduce(0) { $0 + $1.method.tokens } }
  var cycleCount: Int { generations.reduce(0) { $0 + $1.cycles.count } }
  var meanAccepted: Double? { ratio(sum("accept_length"), Double(cycleCount)) }
  var acceptanceRate: Double? { ratio(sum("accepted"), sum("drafted")) }
  var nodesPerToken: Double? { ratio(sum("nodes"), sum("emitted")) }
  /// Tokens of cycles with a draft vocabulary that are outside it.
  var outsideVocabulary: Double? { vocabularyCycles.isEmpty ? nil : sum("outside_vocabulary", of: vocabularyCycles) }
  var outsideVocabularyShare: Double? {
    outsideVocabulary.flatMap { ratio($0, sum("accept_length", of: vocabularyCycles)) }
  }
  private var vocabularyCycles: [Row] {
    generations.flatMap(\.cycles).filter { $0["outside_vocabulary"] as Double? != nil }
  }
  var checked: Int { generations.filter { $0.lossless != nil }.count }
  var mismatches: Int { generations.filter { $0.lossless == false }.count }

  func timeShare(_ column: String) -> Double? {
    ratio(sum(column), generations.map(\.decode).sum)
  }

  func cycles(_ isCounted: (_ drafted: Int, _ accepted: Int) -> Bool) -> Double {
    Double(generations.flatMap(\.cycles).filter { isCounted($0["drafted"], $0["accepted"]) }.count)
  }

  var longestDraft: Int { generations.flatMap(\.cycles).map { $0["drafted"] as Int }.max() ?? 0 }

  /// Samples in milliseconds, in rising order.
  func latencies(_ metric: String) -> [Double] {
    let samples: [Double] =
      switch metric {
      case "ttft": generations.map(\.prefill)
      case "tpot": generations.filter { $0.tokens > 1 }.map { $0.decode / Double($0.tokens - 1) }
      default: generations.flatMap { zip($0.available.dropFirst(), $0.available).map { $0 - $1 } }
      }
    return samples.map { $0 / 1e6 }.sorted()
  }

  private func sum(_ column: String) -> Double { sum(column, of: generations.flatMap(\.cycles)) }

  private func sum(_ column: String, of cycles: [Row]) -> Double { cycles.map { $0[column] as Double }.sum }
}

extension RawRun.Generation {
  var total: Double { prefill + decode }
}

extension [Double] {
  var sum: Double { reduce(0, +) }

  func percentile(_ percent: Int) -> Double? {
    isEmpty ? nil : self[(count * percent + 99) / 100 - 1]
  }
}

func ratio(_ numerator: Double, _ denominator: Double) -> Double? {
  denominator == 0 ? nil : numerator / denominator
}

/// Whether two numbers agree up to the rounding of sums formed in another order.
func agree(_ left: Double?, _ right: Double?) -> Bool {
  guard let left, let right else { return left == nil && right == nil }
  return abs(left - right) <= 1e-9 * Swift.max(abs(left), abs(right), 1e-300)
}
