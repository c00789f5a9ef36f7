/// How many tokens are worth drafting where the text repeats itself, judged by how recent drafts fared.
///
/// For each length of what repeats, an estimate p says how often a drafted token is right if those before it are. The
/// token of place n is then right with probability pⁿ, and it is drafted as long as that reaches ``worth(ofPlace:least:)``: what
/// one more position costs a processor in a pass, in parts of the pass over one position. Where not even one token is worth
/// it, the estimate slowly drifts back to the first guess, so that it is tried again now and then.
package struct DraftPace {
  /// The chance of being right below which a token is not drafted, but for the first one.
  package static let worth: Float = 0.25

  /// The same for a token at a place, from 0. The first token costs far less than a further one: a pass over two positions
  /// reads the same weights as one over a single position, and that is what it waits for.
  ///
  /// - Parameters:
  ///   - place: the token's place in the draft, from 0.
  ///   - least: the chance for further tokens.
  /// - Returns: the chance.
  package static func worth(ofPlace place: Int, least: Float = worth) -> Float { place == 0 ? least / 3 : least }
  /// The first guess of p …
  static let guess: Float = 0.7
  /// … and how many judged tokens it counts as.
  private static let weight: Float = 2
  /// What a judged token still counts after the next draft.
  private static let memory: Float = 0.95
  /// The same after a cycle in which nothing was worth drafting.
  private static let patience: Float = 0.999

  private struct Record {
    var judged: Float = 0
    var accepted: Float = 0

    var chance: Float { (accepted + guess * weight) / (judged + weight) }

    mutating func fade(to share: Float) {
      judged *= share
      accepted *= share
    }
  }

  private var records: [Int: Record] = [:]

  /// Nothing is known yet.
  package init() {}

  /// How many tokens to draft.
  ///
  /// - Parameters:
  ///   - match: the length of what repeats.
  ///   - most: the most that may be drafted.
  /// - Returns: from 0 to `most`.
  package mutating func length(after match: Int, most: Int) -> Int {
    let chance = records[match, default: Record()].chance
    var (length, right) = (0, chance)
    while length < most, right >= Self.worth(ofPlace: length) {
      length += 1
      right *= chance
    }
    if length == 0 { records[match]?.fade(to: Self.patience) }
    return length
  }

  /// Hears how a draft fared: its accepted tokens were right, and the next one, if there was one, was wrong.
  ///
  /// - Parameters:
  ///   - match: the length of what repeated.
  ///   - drafted: how many tokens were drafted.
  ///   - accepted: how many of them were accepted.
  package mutating func hear(after match: Int, drafted: Int, accepted: Int) {
    var record = records[match, default: Record()]
    record.fade(to: Self.memory)
    record.judged += Float(min(drafted, accepted + 1))
    record.accepted += Float(accepted)
    records[match] = record
  }
}
